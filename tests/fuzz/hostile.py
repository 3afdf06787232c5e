"""Arrow arrays out of bytes: offsets, views and indices that lie, types that differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa

__all__ = ["Cursor", "hostile_batch"]

# The first word of each column is the one it mostly has.
LIKELY: Final = {
    "facility": b"f",
    "number": b"+17135550123",
    "medium": b"audio",
    "bill_type": b"prepaid",
    "relay": b"none",
}
WORDS: Final = (
    b"",
    b"f",
    b"audio",
    b"video",
    b"collect",
    b"trs",
    b"+525512345678",
    b"\xff\xfe",
    b"9" * 40,
)
ROWS_MAX: Final = 40


class Cursor:
    """Takes values off the front of bytes; behind their end everything is 0."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        self.at += size
        return found.ljust(size, b"\0")

    def below(self, bound: int) -> int:
        return self.take(1)[0] % bound

    def word(self, likely: bytes) -> bytes:
        choice = self.below(3 * len(WORDS))
        return WORDS[choice] if choice < len(WORDS) else likely


def hostile_batch(data: bytes) -> pa.RecordBatch | None:
    """Return a batch of call records that lies, or None where Arrow itself sees through it."""
    cursor = Cursor(data)
    rows = cursor.below(ROWS_MAX + 1)
    names = ["facility", "number", "start", "duration_ms"]
    names += [
        name
        for name in ("medium", "bill_type", "relay", "authorized_ms", "call_id", "total")
        if cursor.below(2)
    ]
    columns = []
    for name in names:
        whole = name in ("start", "duration_ms", "authorized_ms")
        if cursor.below(64) == 63:  # of a kind that the column may not have
            whole = not whole
        made = _whole(cursor, rows) if whole else _words(cursor, rows, LIKELY.get(name, b"x"))
        if made is None:
            return None
        columns.append(made)
    return pa.RecordBatch.from_arrays(columns, names)


def _made(make: Callable[[], pa.Array]) -> pa.Array | None:
    """Return an array, or None where Arrow itself refuses to make it."""
    try:
        return make()
    except (pa.ArrowException, ValueError, OverflowError):
        return None


def _valid(cursor: Cursor, rows: int) -> pa.Buffer | None:
    return pa.py_buffer(cursor.take((rows + 7) // 8)) if cursor.below(2) else None


def _whole(cursor: Cursor, rows: int) -> pa.Array | None:
    kinds = (
        pa.timestamp("ms", "UTC"),
        pa.timestamp("ns", "America/Chicago"),
        pa.timestamp("s", "UTC"),
        pa.int32(),
        pa.uint8(),
        pa.uint64(),
        pa.timestamp("us"),
        pa.float64(),
        pa.null(),
    )
    choice = cursor.below(4 * len(kinds))
    kind = kinds[choice] if choice < len(kinds) else pa.int64()
    if pa.types.is_null(kind):
        return pa.nulls(rows)
    valid = _valid(cursor, rows)
    short = cursor.below(8) == 7  # a buffer that is too small
    size = (rows + 3) * kind.bit_width // 8
    values = bytearray(cursor.take(size // 2 if short else size))
    for row in range(0, len(values) - 7, 8):
        if kind.bit_width == 64 and values[row] & 7:  # mostly of a size that calls have
            values[row + 3 : row + 8] = bytes(5)
    offset = cursor.below(4)
    return _made(
        lambda: pa.Array.from_buffers(kind, rows, [valid, pa.py_buffer(bytes(values))], -1, offset)
    )


def _words(cursor: Cursor, rows: int, likely: bytes) -> pa.Array | None:
    shape = cursor.below(12)
    if shape == 11:
        return pa.nulls(rows)
    if shape >= 8:
        return _views(cursor, rows, likely)
    if shape >= 5:
        return _dictionary(cursor, rows, likely)
    return _strings(cursor, rows, likely, wide=shape >= 3)


def _strings(cursor: Cursor, rows: int, likely: bytes, *, wide: bool) -> pa.Array | None:
    kind = pa.large_string() if wide else pa.string()
    width = 8 if wide else 4
    content = cursor.take(cursor.below(3))
    offsets = bytearray(len(content).to_bytes(width, "little"))
    for _ in range(rows + 3):
        content += cursor.word(likely)
        lies = cursor.below(64) == 63
        offsets += cursor.take(width) if lies else len(content).to_bytes(width, "little")
    buffers = [_valid(cursor, rows), pa.py_buffer(bytes(offsets)), pa.py_buffer(content)]
    offset = cursor.below(3)
    return _made(lambda: pa.Array.from_buffers(kind, rows, buffers, -1, offset))


def _views(cursor: Cursor, rows: int, likely: bytes) -> pa.Array | None:
    content = b"".join((*WORDS, likely))
    views = bytearray()
    for _ in range(rows + 1):
        word = cursor.word(likely)
        if cursor.below(64) == 63:
            views += cursor.take(16)
        elif len(word) <= 12:
            views += len(word).to_bytes(4, "little") + word.ljust(12, b"\0")
        else:
            views += len(word).to_bytes(4, "little") + word[:4] + bytes(4)
            views += content.index(word).to_bytes(4, "little")
    buffers = [_valid(cursor, rows), pa.py_buffer(bytes(views)), pa.py_buffer(content)]
    return _made(lambda: pa.Array.from_buffers(pa.string_view(), rows, buffers))


def _dictionary(cursor: Cursor, rows: int, likely: bytes) -> pa.Array | None:
    size = cursor.below(5)
    if cursor.below(4) == 3:
        values = _views(cursor, size, likely)
    else:
        values = _strings(cursor, size, likely, wide=False)
    kinds = (pa.int32(), pa.int8(), pa.uint16(), pa.int64(), pa.uint64())
    kind = kinds[cursor.below(len(kinds))]
    width = kind.bit_width // 8
    indices = bytearray()
    for _ in range(rows):
        choice = cursor.below(64)
        lies = choice == 63
        indices += cursor.take(width) if lies else (choice % max(size, 1)).to_bytes(width, "little")
    valid = _valid(cursor, rows)
    if values is None:
        return None
    return _made(
        lambda: pa.DictionaryArray.from_arrays(
            pa.Array.from_buffers(kind, rows, [valid, pa.py_buffer(bytes(indices))]),
            values,
            safe=False,
        )
    )
