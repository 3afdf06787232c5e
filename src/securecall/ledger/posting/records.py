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

from securecall.errors import ColumnError, InputError, InputTypeError, nearest
from securecall.ledger.identifier import LENGTH_MAX
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
                near = nearest(name, names)
                hint = f"; did you mean {near!r}?" if near else ""
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
        keys = self._cast(batch, self.key, pa.string()).to_pylist()
        accounts = self._cast(batch, "account", pa.string()).to_pylist()
        statuses = self._cast(batch, "status", pa.string()).to_pylist()
        starts = _whole(self._cast(batch, "start", _INSTANT).cast(pa.int64()))
        durations = _whole(self._cast(batch, "duration_ms", pa.int64()))
        billed: list[int | None] = [None] * rows
        if "billed_ms" in self.names:
            billed = _whole(self._cast(batch, "billed_ms", pa.int64()))
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

    def _cast(self, batch: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
        column = batch.column(name)
        if column.type == kind:
            return column
        if pa.types.is_dictionary(column.type):
            words = column.dictionary.cast(
                pa.string()
            )  # polars sends views, which decode to nothing
            column = pa.DictionaryArray.from_arrays(column.indices, words).dictionary_decode()
        if pa.types.is_timestamp(column.type) and column.type != kind:
            column = pc.floor_temporal(column, unit="millisecond")
        try:
            return column.cast(kind)
        except pa.ArrowInvalid as error:
            raise ColumnError(name, f"has a value that is not {kind}: {error}") from None

    def _amounts(self, batch: pa.RecordBatch, name: str) -> list[int | None]:
        if name not in self.names:
            return [None] * batch.num_rows
        column = self._cast(batch, name, _AMOUNT)
        # The lower half of each 16 bytes: 18 digits fit into 64 bits.
        whole = memoryview(column.buffers()[1]).cast("B").cast("q") if len(column) else ()
        first, last = 2 * column.offset, 2 * (column.offset + len(column))
        values: list[int | None] = list(whole[first:last:2])
        return _blanked(values, column)


def _whole(column: pa.Array) -> list[int | None]:
    if column.null_count:
        return list(column.to_pylist())
    if not len(column):
        return []
    values = memoryview(column.buffers()[1]).cast("B").cast("q")
    return list(values[column.offset : column.offset + len(column)])


def _blanked(values: list[int | None], column: pa.Array) -> list[int | None]:
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
        A column is missing, stands there twice, is of a type that is refused, or has text that is
        no number or instant.
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
