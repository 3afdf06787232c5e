"""Rated records as they arrive, and as a posting wants them: a stream in bounded memory.

What is accepted is stated per column and everything else is refused by name: amounts are decimals
or text, never binary floats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import ColumnError, InputError, InputTypeError, did_you_mean
from securecall.ledger.identifier import LENGTH_MAX
from securecall.ledger.posting.cells import amounts, instants, wholes
from securecall.money import AMOUNT_MICROS_MAX, micros

__all__ = ["Part", "Record", "open_rated", "parts"]

KEYS: Final = ("txn_key", "call_id")
NEEDED: Final = ("account", "start", "duration_ms", "status", "total")
OPTIONAL: Final = ("net", "tax", "state_paid", "billed_ms", "lines")
ROWS_MAX: Final = 1 << 16  # of a batch that are Python values at once
PRICED: Final = ("ok", "unanswered")

_AMOUNT: Final = pa.decimal128(18, 6)
_INSTANT: Final = pa.timestamp("ms", "UTC")


class Record(NamedTuple):
    """A rated record as plain values; ``code`` says why it cannot be posted, if it cannot.

    ``taxes`` are (contra, micro-dollars), none of them 0; the rest of the total is revenue.
    """

    key: str
    account: str | None
    start_ms: int
    ended_ms: int
    bought_ms: int
    total_micros: int
    taxes: tuple[tuple[str, int], ...]
    code: str


# key, account, status, start, duration, billed; total, net, tax, the state's share; taxes of lines.
_Row: TypeAlias = tuple[
    str | None, str | None, str | None, int | None, int | None, int | None,
    int | None, int | None, int | None, int | None, tuple[tuple[str, int], ...] | None,
]  # fmt: skip


class Part(NamedTuple):
    """Records that become one operation.

    Attributes
    ----------
    first : int
        The first one's place in the stream.
    records : sequence of Record
    """

    first: int
    records: Sequence[Record]


def open_rated(records: Any) -> pa.RecordBatchReader:
    """Return a reader over anything that speaks Arrow.

    Raises
    ------
    InputTypeError
        It offers no Arrow stream and no Arrow array.
    """
    if isinstance(records, pa.RecordBatchReader):
        return records
    if hasattr(records, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(records)
    if hasattr(records, "__arrow_c_array__"):
        batch = pa.record_batch(records)
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    raise InputTypeError(
        "records must be Arrow data: a table or stream of pyarrow, polars, pandas or DuckDB (any "
        f"object with __arrow_c_stream__), not {type(records).__name__}"
    )


class _Columns:
    """The columns of rated records that a posting reads, checked once by type."""

    def __init__(self, schema: pa.Schema) -> None:
        names = schema.names
        self.key = next((name for name in KEYS if name in names), None)
        for name in (self.key or KEYS[-1], *NEEDED):
            if name not in names:
                hint = did_you_mean(name, names)
                raise ColumnError(name, f"is missing; there are {', '.join(names)}{hint}")
        assert self.key is not None
        for name in (self.key, *NEEDED, *OPTIONAL):
            if names.count(name) > 1:
                raise ColumnError(name, "stands there twice")
            if name in names:
                self._check(name, schema.field(name).type)
        self.names = [name for name in (self.key, *NEEDED, *OPTIONAL) if name in names]

    def _check(self, name: str, kind: pa.DataType) -> None:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        text = text or pa.types.is_string_view(kind) or pa.types.is_null(kind)
        if name in (self.key, "account", "status"):
            fits, wanted = text, "text"
        elif name == "start":
            zoned = pa.types.is_timestamp(kind) and kind.tz is not None
            fits, wanted = text or zoned, "a timestamp with a time zone, or text with an offset"
        elif name in ("duration_ms", "billed_ms"):
            fits, wanted = text or pa.types.is_integer(kind), "whole milliseconds"
        elif name == "lines":
            # Those that a CSV file has are text; they are for people, and the column tax serves.
            fits, wanted = text or pa.types.is_list(kind), "a list of lines, as explain=True adds"
        else:
            fits, wanted = text or pa.types.is_decimal(kind), "decimal128(18, 6), or text"
        if not fits:
            raise ColumnError(name, f"must be {wanted}, not {kind}")

    def values(self, batch: pa.RecordBatch) -> list[Record]:
        """Return the records of a batch."""
        rows = batch.num_rows
        assert self.key is not None
        keys, accounts, statuses = (
            self._text(batch, name) for name in (self.key, "account", "status")
        )
        starts = self._starts(batch)
        durations, billed = (self._wholes(batch, name) for name in ("duration_ms", "billed_ms"))
        totals = self._amounts(batch, "total")
        nets, taxes, shares = (self._amounts(batch, each) for each in OPTIONAL[:3])
        lines: list[Any] = [None] * rows
        if "lines" in self.names and pa.types.is_list(batch.schema.field("lines").type):
            lines = _taxes_of(batch.column("lines"))
        rows_of = zip(
            keys, accounts, statuses, starts, durations, billed, totals, nets, taxes, shares, lines,
            strict=True,
        )  # fmt: skip
        return [_record(row) for row in rows_of]

    def _text(self, batch: pa.RecordBatch, name: str) -> list[str | None]:
        column = batch.column(name)
        if pa.types.is_dictionary(column.type):
            # As plain text first: the views that polars sends cannot be decoded.
            words = column.dictionary.cast(pa.string())
            column = pa.DictionaryArray.from_arrays(column.indices, words).dictionary_decode()
        return list(column.to_pylist())

    def _starts(self, batch: pa.RecordBatch) -> list[int | None]:
        column = batch.column("start")
        if not pa.types.is_timestamp(column.type):
            return instants(self._text(batch, "start"))
        if column.type != _INSTANT:
            column = pc.floor_temporal(column, unit="millisecond").cast(_INSTANT)
        return _wide(column, 1)

    def _wholes(self, batch: pa.RecordBatch, name: str) -> list[int | None]:
        if name not in self.names:
            return [None] * batch.num_rows
        column = batch.column(name)
        if not pa.types.is_integer(column.type):
            return wholes(self._text(batch, name))
        return _wide(_cast(column, name, pa.int64()), 1)

    def _amounts(self, batch: pa.RecordBatch, name: str) -> list[int | None]:
        if name not in self.names:
            return [None] * batch.num_rows
        column = batch.column(name)
        if not pa.types.is_decimal(column.type):
            return amounts(self._text(batch, name))
        return _wide(_cast(column, name, _AMOUNT), 2)


def _cast(column: pa.Array, name: str, kind: pa.DataType) -> pa.Array:
    try:
        return column if column.type == kind else column.cast(kind)
    except pa.ArrowInvalid as error:
        raise ColumnError(name, f"has a value that is not {kind}: {error}") from None


def _wide(column: pa.Array, words: int) -> list[int | None]:
    """Return values that are so many 64-bit words wide: their first, which holds all of it.

    An amount has two, and 18 digits fit into the lower one.
    """
    if not len(column):
        return []
    whole = memoryview(column.buffers()[1]).cast("B").cast("q")
    first = words * column.offset
    values: list[int | None] = list(whole[first : first + words * len(column) : words])
    if column.null_count:
        for row, valid in enumerate(column.is_valid().to_pylist()):
            if not valid:
                values[row] = None
    return values


def _taxes_of(column: pa.Array) -> list[tuple[tuple[str, int], ...] | None]:
    """Return each row's taxes by contra account from its lines; None where it has no lines."""
    offsets = column.offsets.to_pylist()
    first = offsets[0] if offsets else 0
    inner = column.values.slice(first, (offsets[-1] if offsets else 0) - first)
    kinds = inner.field("kind").to_pylist()
    amounts = inner.field("amount").to_pylist()
    valid = column.is_valid().to_pylist()
    found: list[tuple[tuple[str, int], ...] | None] = []
    for there, (begin, end) in zip(valid, pairwise(offsets), strict=True):
        taxes: dict[str, int] = {}
        for place in range(begin - first, end - first):
            if kinds[place].startswith("tax:"):
                name = kinds[place]
                taxes[name] = taxes.get(name, 0) + micros(amounts[place])
        found.append(tuple((name, part) for name, part in taxes.items() if part) if there else None)
    return found


def _record(row: _Row) -> Record:
    """Return a row as a record; one that makes no sense says so."""
    (
        key, account, status, start_ms, duration_ms, billed_ms, total, net, tax, share, lines,
    ) = row  # fmt: skip
    code = ""
    if status not in PRICED:
        code = "not_rated"
    elif not key or start_ms is None or duration_ms is None or total is None:
        code = "bad_record"
    elif not (start_ms >= 0 <= duration_ms and 0 <= total <= AMOUNT_MICROS_MAX):
        code = "bad_record"
    elif not (key.isprintable() and len(key) <= LENGTH_MAX and key[0] not in "#*"):
        code = "bad_record"
    # Without lines nobody can say which taxes they are; the sum is posted as one.
    taxes = lines if lines is not None else (("tax:all", tax),) if tax else ()
    taxed = sum(part for _, part in taxes) if taxes else 0
    duration_ms = duration_ms or 0
    bought_ms = duration_ms if billed_ms is None else billed_ms
    if not code and total and (
        bought_ms <= 0
        or not 0 <= taxed <= total
        or taxed != (taxed if tax is None else tax)
        or (net is not None and net - (share or 0) + taxed != total)
    ):  # fmt: skip
        code = "bad_record"
    start_ms = start_ms or 0
    return Record(
        key or "", account or None, start_ms, start_ms + duration_ms, bought_ms, total or 0,
        taxes, code,
    )  # fmt: skip


def parts(reader: pa.RecordBatchReader, rows: int) -> Iterator[Part]:
    """Yield the records of a stream, so many at a time, however its batches are cut.

    Parameters
    ----------
    reader : pyarrow.RecordBatchReader
    rows : int
        In each part but the last.

    Raises
    ------
    ColumnError
        A column is missing, stands there twice, is of a type that is refused, or has numbers that
        are too large for it.
    InputError
        The data is damaged: text that is not UTF-8, offsets or indices that lead nowhere.
    """
    columns = _Columns(reader.schema)
    waiting: list[Record] = []
    first = 0
    for batch in reader:
        try:
            batch.select(columns.names).validate(full=True)
        except pa.ArrowInvalid as error:
            raise InputError(f"records must be sound Arrow data: {error}") from None
        for begin in range(0, batch.num_rows, ROWS_MAX):
            waiting += columns.values(batch.slice(begin, ROWS_MAX))
            done = 0
            while len(waiting) - done >= rows:
                yield Part(first, waiting[done : done + rows])
                done += rows
                first += rows
            del waiting[:done]
    if waiting:
        yield Part(first, waiting)
