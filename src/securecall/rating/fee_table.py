"""A table of deposits in, the same table with what fees make of them out."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from securecall import _fees
from securecall.errors import ColumnError, did_you_mean
from securecall.rating.columns import UNITS, check_batch, check_values, open_stream, plain
from securecall.rating.fee_stack import Calendar, FeeBook, FeeStack
from securecall.rating.fees import STATUSES

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["QUOTED", "quote_batch"]

NEEDED: Final = ("amount", "facility", "at")
#: What a column that is missing, and a null, stand for.
DEFAULTS: Final = {"method": "card", "channel": "web"}
#: The columns that a quote adds, in order.
QUOTED: Final = ("status", "paid", "fees", "credited", "removed")
ROWS: Final = 1 << 16  # at a time: results of that many rows stay in a processor's cache


# Stacks; their calendars' starts, stacks and first entries; the table of calendars and its sides.
_LaidOut: TypeAlias = (
    "tuple[list[_fees.Stack], array[int], array[int], array[int], array[int], int, int]"
)


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _check(name: str, kind: pa.DataType) -> None:
    """Refuse a type that is not on a column's list."""
    types = pa.types
    if types.is_null(kind):
        return
    if name == "amount":
        small = types.is_decimal(kind) and not types.is_decimal256(kind)
        if not (small or _is_text(kind)):
            raise ColumnError(
                name,
                f"is {kind}; money must be decimal128 or text such as '25.00': cast it with "
                "column.cast(pyarrow.decimal128(18, 6)), after making sure that it is dollars",
            )
    elif name == "at":
        if types.is_timestamp(kind):
            if kind.tz is None:
                raise ColumnError(
                    name,
                    f"is {kind} without a time zone; say whose clock it is, such as "
                    "pyarrow.compute.assume_timezone(column, 'America/Chicago')",
                )
        elif not types.is_int64(kind):
            raise ColumnError(
                name,
                f"is {kind}; it must be timestamp with a time zone, or int64 UTC epoch "
                "milliseconds: cast it with column.cast(pyarrow.timestamp('ms', 'UTC'))",
            )
    elif not _is_text(kind.value_type if types.is_dictionary(kind) else kind):
        raise ColumnError(name, f"is {kind}; it must be text: cast it with column.cast('string')")


def _check_names(schema: pa.Schema) -> None:
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise ColumnError(name, "stands there twice")
    for name in NEEDED:
        if name not in schema.names:
            hint = did_you_mean(name, schema.names)
            raise ColumnError(name, f"is missing; there are {', '.join(schema.names)}{hint}")
    for name in (*NEEDED, *DEFAULTS):
        if name in schema.names:
            _check(name, schema.field(name).type)


class _Calendars:
    """The calendars of a table's facilities, methods and channels, laid out for the engine.

    Words get codes as they are met; words that no fee tells apart share one.
    """

    def __init__(self, book: FeeBook) -> None:
        self.book = book
        self.codes: dict[str, dict[str, int]] = {"facility": {}, "method": {}, "channel": {}}
        self._words: dict[str, list[str]] = {"facility": [], "method": [], "channel": []}
        self._laid_out: _LaidOut | None = None
        self._sizes: tuple[int, ...] = ()
        for name, word in DEFAULTS.items():
            self.code(name, word)

    def code(self, name: str, word: str) -> int:
        """Return the code of a word; -1 for a facility that the tariff does not have."""
        known = word
        if name == "facility":
            if word not in self.book.facilities:
                return -1
        elif name == "method":
            known = self.book.method_class(word)
        else:
            known = self.book.channel_class(word)
        codes = self.codes[name]
        if known not in codes:
            codes[known] = len(codes)
            self._words[name].append(word)
        return codes[known]

    def laid_out(self) -> _LaidOut:
        """Return stacks, calendars and their table, as ``quote_rows`` takes them."""
        sizes = tuple(len(words) for words in self._words.values())
        if self._laid_out is None or sizes != self._sizes:
            self._laid_out = self._lay_out()
            self._sizes = sizes
        return self._laid_out

    def _lay_out(self) -> _LaidOut:
        facilities, methods, channels = self._words.values()
        stacks: dict[FeeStack, int] = {}
        calendars: dict[Calendar, int] = {}
        starts, stack_at, first, table = array("q"), array("i"), array("i", [0]), array("i")
        for facility in facilities:
            for method in methods:
                for channel in channels:
                    calendar = self.book.calendar(facility, method, channel)
                    if calendar not in calendars:
                        calendars[calendar] = len(calendars)
                        starts.extend(calendar.starts_ms)
                        for stack in calendar.stacks:
                            stack_at.append(stacks.setdefault(stack, len(stacks)))
                        first.append(len(starts))
                    table.append(calendars[calendar])
        engines = [stack.engine for stack in stacks]
        return engines, starts, stack_at, first, table, len(methods), len(channels)


class _Quoter:
    """Quotes the batches of one table."""

    def __init__(self, tariff: Tariff, schema: pa.Schema, replace: bool) -> None:
        _check_names(schema)
        self._calendars = _Calendars(tariff.fee_book)
        taken = [name for name in QUOTED if name in schema.names]
        if taken and not replace:
            raise ColumnError(
                taken[0], "is one that a quote adds; drop or rename it, or quote with replace=True"
            )
        self._kept = [name for name in schema.names if name not in taken]
        words = pa.dictionary(pa.int8(), pa.string())
        self._amount = pa.decimal128(18, 6)
        self._statuses = pa.array(STATUSES, pa.string())
        kinds = {name: words if name == "status" else self._amount for name in QUOTED}
        self.schema = pa.schema(
            [
                *(schema.field(name) for name in self._kept),
                *(pa.field(name, kind) for name, kind in kinds.items()),
            ],
            {**(schema.metadata or {}), b"securecall.tariff": tariff.digest.encode()},
        )

    def quote(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = batch.num_rows
        words = {name: self._words(batch, name) for name in ("facility", "method", "channel")}
        at, unit, divisor = _instants(batch.column("at"))
        status = pa.allocate_buffer(rows)
        amounts = pa.allocate_buffer(4 * 16 * rows)
        valid = pa.allocate_buffer((rows + 7) // 8)
        counts = _fees.quote_rows(
            *self._calendars.laid_out(),
            words["facility"],
            words["method"],
            words["channel"],
            at,
            unit,
            divisor,
            _cents(batch.column("amount")),
            memoryview(status).cast("B").cast("b"),
            memoryview(amounts).cast("B").cast("q"),
            memoryview(valid).cast("B"),
        )
        present = None if counts[-1] == rows else valid
        arrays = [batch.column(name) for name in self._kept]
        indices = pa.Array.from_buffers(pa.int8(), rows, [None, status])
        arrays.append(pa.DictionaryArray.from_arrays(indices, self._statuses, safe=False))
        for line in range(4):
            part = amounts.slice(line * 16 * rows, 16 * rows)
            arrays.append(pa.Array.from_buffers(self._amount, rows, [present, part]))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _words(
        self, batch: pa.RecordBatch, name: str
    ) -> tuple[array[int] | memoryview, array[int]]:
        """Return the indices of a column of words, and their codes, what a null means first."""
        code = self._calendars.code
        missing = code(name, DEFAULTS[name]) if name in DEFAULTS else -1
        if name not in batch.schema.names or pa.types.is_null(batch.schema.field(name).type):
            return array("i", [-1]) * batch.num_rows, array("i", [missing])
        column = batch.column(name)
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        codes = array("i", [missing])
        for word in column.dictionary.to_pylist():
            codes.append(missing if word is None else code(name, word))
        indices = pc.fill_null(column.indices.cast(pa.int32()), -1)
        return _view(indices, "i"), codes


def _view(column: pa.Array, code: Literal["B", "i", "q"]) -> memoryview:
    """Return the values of a column without nulls, from its first row on."""
    width = column.type.bit_width // 8
    values = column.buffers()[1]
    whole = memoryview(b"" if values is None else values).cast("B")  # an empty array may have none
    first = column.offset * width
    part: memoryview = whole[first : first + len(column) * width].cast(code)
    return part


def _instants(column: pa.Array) -> tuple[memoryview, int, int]:
    """Return instants, and what turns them into milliseconds; a null lies before all time."""
    unit = (1, 1)
    if pa.types.is_timestamp(column.type):
        unit = UNITS[column.type.unit]
    return _view(pc.fill_null(column.cast(pa.int64()), -1), "q"), *unit


def _cents(column: pa.Array) -> array[int]:
    """Return amounts as whole cents, -1 for what is none."""
    cents = array("q", [0]) * len(column)
    kind = column.type
    if _is_text(kind):
        column = pc.fill_null(plain(column).cast(pa.large_string()), "")
        _, offsets, content = column.buffers()
        first = column.offset
        _fees.cents_of_text(
            memoryview(bytes(8) if offsets is None else offsets).cast("B").cast("q")[first:],
            memoryview(b"" if content is None else content).cast("B"),
            cents,
        )
    elif pa.types.is_null(kind):
        cents = array("q", [-1]) * len(column)
    else:
        wide = column.cast(pa.decimal128(38, kind.scale))
        _fees.cents_of_decimals(_view(wide, "B"), kind.scale, cents)
        # Filling nulls beforehand would change a scale below 0 (pyarrow 26).
        if column.null_count:
            for row in pc.indices_nonzero(column.is_null()).to_pylist():
                cents[row] = -1
    return cents


def quote_batch(tariff: Tariff, deposits: Any, *, replace: bool = False) -> pa.Table:
    """Quote a table of deposits; see `Tariff.quote_batch`."""
    reader = open_stream(deposits)
    quoter = _Quoter(tariff, reader.schema, replace)
    batches = []
    for batch in reader:
        check_batch(batch, reader.schema)
        check_values(batch, (*NEEDED, *DEFAULTS))
        for first in range(0, batch.num_rows, ROWS):
            batches.append(quoter.quote(batch.slice(first, ROWS)))
    return pa.Table.from_batches(batches, quoter.schema)
