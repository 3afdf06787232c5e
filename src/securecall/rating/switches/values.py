"""Text of records to instants, durations and words, a column at a time.

Every function takes and returns chunked columns and keeps the row count; what cannot be read is
null, and the caller says so. Fractions are cut as text, which floors instants exactly, also before
1970.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import InputError
from securecall.rating.layout import Field
from securecall.rating.zones import Zone, epoch_ms

__all__ = [
    "Walls",
    "count_ms",
    "field_text",
    "go_ms",
    "is_naive",
    "mapped",
    "no_instant",
    "walls_ms",
]

_DAY_MS: Final = 86_400_000
_END_MS: Final = 4_102_444_800_000  # the year 2100
VALUE: Final = "value"  # the name of a pattern's group
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?"
_NAIVE: Final = f"^{_DATE}$"
# "2026-05-01T18:00:00Z", "...+00:00", and as Go prints: "2026-05-01 18:00:00 +0000 UTC".
_ZONED: Final = f"^({_DATE})(?:Z| ?([+-][0-9]{{2}}):?([0-9]{{2}})(?: [A-Z]{{1,5}})?)$"
_COUNT: Final = "^(?P<whole>[0-9]{1,18})(?:[.](?P<part>[0-9]*))?$"
# Go's zero time, what MySQL writes for none, and a count of nothing.
_NO_INSTANT: Final = "^(?:0+(?:[.]0*)?|0001-01-01[T ]00:00:00.*|0000-00-00.*)$"
_GO: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|μs|ms|s|m|h))+\Z")
_GO_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?)(ns|us|µs|μs|ms|s|m|h)")
_GO_NS: Final = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
    "h": 3600 * 10**9,
}  # fmt: skip


def field_text(raw: pa.Table, field: Field) -> pa.ChunkedArray:
    """Return the value of a field in every record; null where there is none.

    Raises
    ------
    InputError
        RE2 refuses the pattern.
    """
    columns = [raw.column(name) for name in field.names]
    if len(columns) > 1:
        columns = [pc.if_else(pc.equal(column, ""), None, column) for column in columns]
    text = pc.coalesce(*columns) if len(columns) > 1 else columns[0]
    if field.pattern is not None:
        try:
            found = each_chunk(
                text,
                pa.struct([(VALUE, pa.string())]),
                lambda chunk: pc.extract_regex(chunk, _named(field.pattern or "")),
            )
        except pa.ArrowInvalid as error:
            raise InputError(f"pattern {field.pattern!r} cannot be used: {error}") from None
        text = pc.struct_field(found, [0])
    return mapped(text, tuple(dict(field.words).items())) if field.words else text


def _named(pattern: str) -> str:
    """Return a pattern whose one group has our name; `Field` has made sure that there is one."""
    index, inside = 0, False
    while True:
        letter = pattern[index]
        if letter == "\\":
            index += 1
        elif inside:
            inside = letter != "]"
        elif letter == "[":
            # A bracket that comes first is one of the class.
            inside = True
            index += pattern.startswith("^", index + 1)
            index += pattern.startswith("]", index + 1)
        elif letter == "(" and pattern[index + 1] != "?":
            return f"{pattern[: index + 1]}?P<{VALUE}>{pattern[index + 1 :]}"
        elif pattern.startswith("(?P<", index):
            end = pattern.index(">", index)
            return f"{pattern[: index + 4]}{VALUE}{pattern[end:]}"
        index += 1


def mapped(text: pa.ChunkedArray, words: Sequence[tuple[str, str]]) -> pa.ChunkedArray:
    """Return text with some words put for others."""
    places = pc.index_in(text, value_set=pa.array([old for old, _ in words], pa.string()))
    new = pc.take(pa.array([new for _, new in words], pa.string()), places)
    return pc.coalesce(new, text)


def each_chunk(
    text: pa.ChunkedArray, kind: pa.DataType, read: Callable[[pa.Array], pa.Array]
) -> pa.ChunkedArray:
    """Apply a function to every chunk."""
    return pa.chunked_array([read(chunk) for chunk in text.chunks], kind)


def no_instant(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell where a time is written that means none: empty, 0, or the zero time of Go or MySQL."""
    return pc.or_(pc.equal(text, ""), pc.match_substring_regex(text, _NO_INSTANT))


def is_naive(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell where a time is written without an offset."""
    return pc.match_substring_regex(text, _NAIVE)


def count_ms(text: pa.ChunkedArray, unit: str) -> pa.ChunkedArray:
    """Read counts of seconds (also with decimals), milliseconds or microseconds; floored."""
    parts = each_chunk(
        text,
        pa.struct([("whole", pa.string()), ("part", pa.string())]),
        lambda chunk: pc.extract_regex(chunk, _COUNT),
    )
    whole = pc.struct_field(parts, [0])
    if unit == "s":
        # More seconds than fit are no instant and no duration of a call.
        whole = pc.if_else(pc.less_equal(pc.utf8_length(whole), 12), whole, None)
        part = pc.utf8_rpad(pc.utf8_slice_codeunits(pc.struct_field(parts, [1]), 0, 3), 3, "0")
        return pc.add(pc.multiply(pc.cast(whole, pa.int64()), 1000), pc.cast(part, pa.int64()))
    value = pc.cast(whole, pa.int64())
    return value if unit == "ms" else pc.divide(value, {"us": 1000}[unit])


def go_ms(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read durations as Go writes them, ``1m30s``; digits alone are nanoseconds."""
    known: dict[str | None, int | None] = {None: None}

    def read(chunk: pa.Array) -> pa.Array:
        values = chunk.to_pylist()
        for value in values:
            if value not in known:
                known[value] = _go(value)
        return pa.array([known[value] for value in values], pa.int64())

    return each_chunk(text, pa.int64(), read)


def _go(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        nanoseconds = Fraction(int(text)) if len(text) <= 25 else None
    elif _GO.match(text) and len(text) <= 60:
        nanoseconds = sum(
            (
                Fraction(number.rstrip(".")) * _GO_NS[unit]
                for number, unit in _GO_PART.findall(text)
            ),
            Fraction(0),
        )
    else:
        return None
    if nanoseconds is None or nanoseconds >= 10**18 * 10**6:
        return None
    return int(nanoseconds // 10**6)


class Walls:
    """What `walls_ms` found: instants, and where the clock of the zone left a question.

    Attributes
    ----------
    ms : chunked int64
        UTC; of a reading that stands twice, the first.
    twice : chunked bool
        The clock shows that time twice.
    skipped : chunked bool
        The clock never shows that time; the instant is that of the change.
    """

    __slots__ = ("ms", "skipped", "twice")

    def __init__(
        self, ms: pa.ChunkedArray, twice: pa.ChunkedArray | None, skipped: pa.ChunkedArray | None
    ) -> None:
        self.ms = ms
        self.twice = twice
        self.skipped = skipped


def walls_ms(
    text: pa.ChunkedArray, zone: Zone | None, created_ms: pa.ChunkedArray | None = None
) -> Walls:
    """Read dates and times of day; without an offset they are on the clock of a zone.

    Parameters
    ----------
    text : chunked string
    zone : Zone or None
        None reads only times with an offset.
    created_ms : chunked int64, optional
        Nothing in the record happened before; tells which reading of a time that stands twice.
    """
    plain = _plain(text)
    if plain is not None and zone is not None:
        return _on_clock(plain, zone, created_ms)
    if pc.any(pc.match_substring(text, ".")).as_py():
        text = pc.replace_substring_regex(text, r"([.][0-9]{3})[0-9]+", r"\1")
    zoned = pc.fill_null(pc.match_substring_regex(text, _ZONED), False)
    local = pc.if_else(is_naive(text), text, None) if pc.any(zoned).as_py() else text
    utc = None
    if local is not text:
        offset = pc.replace_substring_regex(
            pc.replace_substring_regex(text, "([0-9])Z$", r"\1+00:00"), _ZONED, r"\1\2:\3"
        )
        utc = each_chunk(pc.if_else(zoned, offset, None), pa.int64(), _parsed)
    if zone is None:
        nothing = pa.chunked_array([pa.nulls(len(text), pa.int64())])
        return Walls(nothing if utc is None else utc, None, None)
    walls = _on_clock(each_chunk(local, pa.int64(), _parsed), zone, created_ms)
    if utc is not None:
        walls.ms = pc.coalesce(utc, walls.ms)
    return walls


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Read a column of nothing but ``2026-05-01 18:00:00``; None if it holds anything else."""
    shortest, longest = (v.as_py() for v in pc.min_max(pc.utf8_length(text)).values())
    if shortest != 19 or longest != 19:  # no other form that Arrow reads is as long
        return None
    try:
        return pc.cast(pc.cast(text, pa.timestamp("ms")), pa.int64())
    except pa.ArrowInvalid:
        return None


def _parsed(text: pa.Array) -> pa.Array:
    """Return epoch milliseconds of dates that may carry an offset; as if UTC where they do not."""
    fits = pc.or_(
        pc.match_substring_regex(text, _NAIVE),
        pc.match_substring_regex(text, f"^{_DATE}[+-][0-9]{{2}}:[0-9]{{2}}$"),
    )
    text = pc.if_else(pc.fill_null(fits, False), text, None)
    offset = pc.any(pc.match_substring_regex(text, "[+-][0-9]{2}:[0-9]{2}$")).as_py()
    kind = pa.timestamp("ms", "UTC") if offset else pa.timestamp("ms")
    try:
        return pc.cast(pc.cast(text, kind), pa.int64())
    except pa.ArrowInvalid:  # a 30 February among them: one by one
        return pa.array([_one(value) for value in text.to_pylist()], pa.int64())


def _one(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return epoch_ms(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _on_clock(wall: pa.ChunkedArray, zone: Zone, created_ms: pa.ChunkedArray | None) -> Walls:
    """Turn readings of a zone's clock into instants; see `Zone.first_instant_ms`."""
    least, most = (value.as_py() for value in pc.min_max(wall).values())
    if least is None:
        return Walls(wall, None, None)
    # Calls before 1970 and after 2099 are never rated; a garbled year need not cost much.
    least, most = max(least, -_DAY_MS), min(most, _END_MS)
    first = max(bisect_right(zone.begins_ms, least - 2 * _DAY_MS) - 1, 0)
    last = bisect_right(zone.begins_ms, most + 2 * _DAY_MS)
    offset = zone.offsets_ms[first]
    ms = pc.subtract(wall, offset)
    twice = skipped = None
    for begins, after in zip(
        zone.begins_ms[first + 1 : last], zone.offsets_ms[first + 1 : last], strict=True
    ):
        before, offset = offset, after
        early, late = sorted((begins + before, begins + after))
        if late <= least:
            ms = pc.subtract(wall, after)
            continue
        if early == late or early > most:
            continue
        edge = pc.and_(pc.greater_equal(wall, early), pc.less(wall, late))
        ms = pc.if_else(pc.greater_equal(wall, late), pc.subtract(wall, after), ms)
        if after > before:
            ms = pc.if_else(edge, begins, ms)
            skipped = edge if skipped is None else pc.or_(skipped, edge)
            continue
        if created_ms is not None:
            second = pc.subtract(wall, after)
            told = pc.and_(pc.greater(created_ms, ms), pc.less_equal(created_ms, second))
            told = pc.and_(edge, pc.fill_null(told, False))
            ms = pc.if_else(told, second, ms)
        twice = edge if twice is None else pc.or_(twice, edge)
    return Walls(ms, twice, skipped)
