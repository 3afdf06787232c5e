"""CSV files of call records: every cell kept as it stands, what rating reads parsed beside it.

The file is read in pieces of some megabytes, cut at the ends of lines outside quotes. A piece that
is in order goes through Arrow's reader; one that is not (a row with too many cells, bytes that are
not UTF-8, a quote that nobody closes) is read again, cell by cell. A cell that cannot be read is a
null for rating, and so the row's status says what is wrong with it; no row is ever lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from securecall.errors import ColumnError, InputError
from securecall.rating.columns import NEEDED, OPTIONAL
from securecall.rating.zones import epoch_ms

__all__ = ["Records", "csv_records"]

PIECE_BYTES: Final = 4 << 20
PIECE_BYTES_MAX: Final = 16 << 20  # a quote that nobody closes must not swallow the file
NOTES_MAX: Final = 1000
_WHOLE: Final = ("duration_ms", "authorized_ms")
_WORDS: Final = ("medium", "bill_type", "relay")
_START: Final = pa.timestamp("us", "UTC")  # finer than a millisecond is floored by the engine
_INT64_MAX: Final = (1 << 63) - 1


@dataclass(slots=True)
class Records:
    """Call records on their way in.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of what passes through.
    batches : iterator of (pyarrow.RecordBatch, pyarrow.RecordBatch)
        What passes through, and what rating reads; often the same.
    rating_schema : pyarrow.Schema
        Of what rating reads.
    rows : int or None
        How many there are, where the file says.
    notes : list of str
        What was wrong with lines that could not be read as they should; fills as batches are read,
        up to a thousand.
    """

    schema: pa.Schema
    batches: Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]
    rating_schema: pa.Schema
    rows: int | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Add a note, if there are not too many."""
        if len(self.notes) < NOTES_MAX:
            self.notes.append(what)


def csv_records(path: str, stream: IO[bytes]) -> Records:
    """Read a CSV file whose first line names its columns.

    Raises
    ------
    InputError
        The file is empty or its first line cannot be read.
    ColumnError
        A name stands in the first line twice.
    """
    pieces = _pieces(path, stream)
    first = next(pieces, b"").removeprefix(b"\xef\xbb\xbf")
    head, _, rest = first.partition(b"\n")
    try:
        header = next(csv.reader([head.decode("utf-8").rstrip("\r")], strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path}:1: the names of the columns cannot be read: {error}") from None
    if not any(header):
        raise InputError(f"{path}: is empty; its first line must name the columns")
    for name in header:
        if header.count(name) > 1:
            raise ColumnError(name, "stands there twice")
    schema = pa.schema([(name, pa.string()) for name in header])
    typed = pa.schema([(name, _type_of(name)) for name in header if name in (*NEEDED, *OPTIONAL)])
    records = Records(schema, iter(()), typed)
    records.batches = _batches(path, records, rest, pieces)
    return records


def _type_of(name: str) -> pa.DataType:
    if name == "start":
        return _START
    return pa.int64() if name in _WHOLE else pa.string()


def _pieces(path: str, stream: IO[bytes]) -> Iterator[bytes]:
    """Cut a stream at ends of lines that lie outside quotes.

    Raises
    ------
    InputError
        A line is longer than any piece may be.
    """
    kept = b""
    while True:
        more = stream.read(PIECE_BYTES)
        kept += more
        if not more:
            if kept:
                yield kept
            return
        end = kept.rfind(b"\n") + 1
        full = len(kept) >= PIECE_BYTES_MAX
        if full and not end:
            raise InputError(f"{path}: a line is longer than {PIECE_BYTES_MAX} bytes")
        odd = not full and kept.count(b'"', 0, end) % 2 == 1
        while end and odd:
            before = kept.rfind(b"\n", 0, end - 1) + 1
            odd = odd != (kept.count(b'"', before, end) % 2 == 1)
            end = before
        if end:
            yield kept[:end]
            kept = kept[end:]


def _batches(
    path: str, records: Records, first: bytes, pieces: Iterator[bytes]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    line = 2
    piece: bytes | None = first
    while piece is not None:
        if piece.strip(b"\r\n"):
            through = _in_order(piece, records.schema)
            crooked: set[int] = set()
            if through is None:
                through, crooked = _cell_by_cell(path, piece, line, records)
            yield through, _for_rating(through, crooked, records.rating_schema)
        line += piece.count(b"\n")
        piece = next(pieces, None)


def _in_order(piece: bytes, schema: pa.Schema) -> pa.RecordBatch | None:
    """Read a piece with Arrow's reader; None if anything about it is out of order."""
    trimmed = piece.rstrip(b"\r\n")
    lines = trimmed.count(b"\n") + 1
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(piece),
            read_options=pa.csv.ReadOptions(
                use_threads=False, column_names=schema.names, block_size=2 * PIECE_BYTES_MAX
            ),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=schema, strings_can_be_null=False, quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    batches = table.combine_chunks().to_batches()
    # A record over several lines is rare, and may be a quote that nobody closes, which Arrow takes
    # without a word: look closer. On the last line such a quote takes nothing else with it.
    if not batches or table.num_rows != lines or piece.count(b"\r") != piece.count(b"\r\n"):
        return None
    last = trimmed.rpartition(b"\n")[2].decode()
    return None if _quoting([last]) else batches[0]


class _Lines:
    """The lines of a text; one may go back and read on from any of them."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.at = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _quoting(record: list[str]) -> str:
    """Return what is wrong with the quotes of a record of several lines, or of the last one."""
    try:
        probe = csv.reader([*record, "\n"])
        next(probe)
        if probe.line_num > len(record):
            return "a quote is not closed"
        if len(record) > 1:
            next(csv.reader(record, strict=True))
    except csv.Error as error:
        return str(error)
    return ""


def _one_line(line: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], quoting=csv.QUOTE_NONE), [])
    except csv.Error:  # a cell beyond any reason
        return [line]


def _cell_by_cell(
    path: str, piece: bytes, line: int, records: Records
) -> tuple[pa.RecordBatch, set[int]]:
    """Read a piece that is out of order; also return the rows that are not rated."""
    width = len(records.schema.names)
    lines = _Lines(piece.decode("utf-8", "backslashreplace"))
    reader = csv.reader(lines)
    rows: list[list[str]] = []
    crooked: set[int] = set()
    while True:
        begins, fault = lines.at, ""
        try:
            row = next(reader, None)
            if row is None:
                break
            if lines.at > begins + 1 or lines.at == len(lines.lines):
                fault = _quoting(lines.lines[begins : lines.at])
            if not fault and len(row) != width and lines.at > begins + 1:
                fault = f"a quote takes {lines.at - begins} lines for one record"
        except csv.Error as error:  # such as a field beyond any reason
            fault = str(error)
        if fault:
            # Only the line on which the record begins is bad; the next one may be a record.
            lines.at = begins + 1
            row = _one_line(lines.lines[begins])
        if not row:
            continue  # an empty line is no record
        if not fault and len(row) != width:
            fault = f"has {len(row)} cells, not {width}"
        if fault:
            records.note(f"{path}:{line + begins}: {fault}; the row is not rated")
            crooked.add(len(rows))
            rest = ",".join(row[width - 1 :])  # what is too much stays in the last cell
            row = [*(row + [""] * width)[: width - 1], rest]
        rows.append(row)
    columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    if not columns:
        columns = [pa.array([], pa.string()) for _ in range(width)]
    return pa.RecordBatch.from_arrays(columns, schema=records.schema), crooked


def _for_rating(through: pa.RecordBatch, crooked: set[int], typed: pa.Schema) -> pa.RecordBatch:
    columns = [_parse(name, through.column(name)) for name in typed.names]
    if crooked and "facility" in typed.names:
        # Whose call a crooked row is cannot be known: it must not be rated by chance.
        place = typed.names.index("facility")
        straight = pa.array([row not in crooked for row in range(through.num_rows)])
        columns[place] = pc.if_else(straight, columns[place], pa.scalar(None, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=typed)


def _parse(name: str, column: pa.Array) -> pa.Array:
    """Parse a column of text for rating; what cannot be read is null."""
    if name == "start":
        try:
            return column.cast(_START)
        except pa.ArrowInvalid:
            return _each(column, _instant).cast(pa.timestamp("ms", "UTC")).cast(_START)
    if name in _WHOLE:
        try:
            # Arrow takes 0x10 for a number; nobody who bills calls does.
            if not pc.any(pc.match_substring(column, "x", ignore_case=True)).as_py():
                return column.cast(pa.int64())
        except pa.ArrowInvalid:
            pass
        missing = None if name == "authorized_ms" else -1
        return _each(column, lambda text: _whole(text, missing))
    if name in _WORDS:  # an empty cell says nothing
        return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return column


def _each(column: pa.Array, read: Callable[[str], int | None]) -> pa.Array:
    """Parse cell by cell, each distinct text once."""
    encoded = column.dictionary_encode()
    values = pa.array([read(text) for text in encoded.dictionary.to_pylist()], pa.int64())
    return values.take(encoded.indices)


def _whole(text: str, missing: int | None) -> int | None:
    """Return a whole number; ``missing`` for an empty cell, -1 for anything else."""
    text = text.strip()
    if not text:
        return missing
    digits = text.removeprefix("-").lstrip("0") or text[-1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        return -1
    value = int(digits)
    return -1 if text[0] == "-" and value else value if value <= _INT64_MAX else -1


def _instant(text: str) -> int | None:
    """Return UTC epoch milliseconds of ISO 8601 with an offset, or of a number of milliseconds."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    try:
        instant = datetime.fromisoformat(text)
        return None if instant.tzinfo is None else epoch_ms(instant.astimezone(UTC))
    except (ValueError, OverflowError):  # no instant, or one before the year 1
        return None
