"""Columns of call records as they arrive, and as the engine wants them.

What is accepted is stated per column and everything else is refused by name, with the cast to
write: a silent conversion of somebody's records is how wrong bills are made. Where the type fits,
nothing is copied.

What arrives may lie about itself: offsets outside the text, indices outside a dictionary, bytes
that are not UTF-8. The engine is never handed memory that is not there; a value that cannot be read
is one that nobody knows, and its row's status says so.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from securecall.errors import ColumnError, InputTypeError, did_you_mean
from securecall.rating.call import Call
from securecall.rating.words import BILL_TYPES, MEDIA, RELAYS

__all__ = [
    "NEEDED",
    "OPTIONAL",
    "Columns",
    "calls_of",
    "check_batch",
    "check_values",
    "one_batch",
    "open_stream",
    "plain",
    "plain_type",
]

NEEDED: Final = ("facility", "number", "start", "duration_ms")
OPTIONAL: Final = ("medium", "bill_type", "relay", "authorized_ms")
# A start value times the first, divided by the second, is milliseconds.
UNITS: Final = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1000), "ns": (1, 1_000_000)}


def open_stream(records: Any) -> pa.RecordBatchReader:
    """Return a reader over anything that speaks Arrow: once over it, nothing copied.

    Raises
    ------
    InputTypeError
        The object offers no Arrow stream and no Arrow array.
    ColumnError
        The name of a column or of a time zone is not UTF-8.
    """
    reader = _reader(records)
    _check_text(reader.schema)
    return reader


def _check_text(schema: pa.Schema) -> None:
    """Refuse names that cannot be read; each later look at them would raise."""
    try:
        names = schema.names
    except UnicodeDecodeError as error:
        raise ColumnError(repr(error.object), "has a name that is not UTF-8") from None
    for name, kind in zip(names, schema.types, strict=True):
        try:
            _ = kind.tz if pa.types.is_timestamp(kind) else None
        except UnicodeDecodeError:
            raise ColumnError(name, "has a time zone that is not UTF-8") from None


def _reader(records: Any) -> pa.RecordBatchReader:
    if isinstance(records, pa.RecordBatchReader):
        return records
    if isinstance(records, pa.Table):
        return records.to_reader()
    if isinstance(records, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(records.schema, [records])
    try:
        if hasattr(records, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(records)
        if hasattr(records, "__arrow_c_array__"):
            batch = pa.record_batch(records)
            return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    except pa.ArrowInvalid as error:
        raise InputTypeError(f"the records are no Arrow table: {error}") from None
    raise InputTypeError(
        "call records must be an Arrow table or stream (pyarrow, Polars, DuckDB, pandas ...), "
        f"not {type(records).__name__}"
    )


def one_batch(records: Any) -> pa.RecordBatch:
    """Return anything that speaks Arrow as one batch; nothing copied where it already is one.

    Raises
    ------
    InputTypeError, ColumnError
        As in `open_stream`.
    """
    if isinstance(records, pa.RecordBatch):
        _check_text(records.schema)
        return records
    reader = open_stream(records)
    batches = [batch for batch in reader if batch.num_rows]
    if len(batches) > 1:
        return pa.concat_batches(batches)
    # Not made of an empty list: Arrow cannot read one for a dictionary of views, among others.
    none = [pa.nulls(0, kind) for kind in reader.schema.types]
    return batches[0] if batches else pa.RecordBatch.from_arrays(none, schema=reader.schema)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


class Columns:
    """The columns of one table that rating reads, checked once by type.

    Parameters
    ----------
    schema : pyarrow.Schema
    facilities : mapping of str to int
        Known facilities, and the engine's numbers.
    offered : sequence of str, optional
        The names that the records came with, for messages; otherwise those of the schema.

    Raises
    ------
    ColumnError
        A column is missing, stands there twice, or is of a type that is refused.
    """

    def __init__(
        self,
        schema: pa.Schema,
        facilities: Mapping[str, int],
        offered: Sequence[str] | None = None,
    ) -> None:
        _check_text(schema)
        names = schema.names
        for name in names:
            if names.count(name) > 1:
                raise ColumnError(name, "stands there twice")
        for name in NEEDED:
            if name not in schema.names:
                offered = names if offered is None else offered
                hint = did_you_mean(name, offered)
                raise ColumnError(name, f"is missing; there are {', '.join(offered)}{hint}")
        self.names = [name for name in (*NEEDED, *OPTIONAL) if name in schema.names]
        self.start_unit = (1, 1)
        for name in self.names:
            self._check(name, schema.field(name).type)
        # What the words of each column mean to the engine; what a null means comes first.
        self._words: dict[str, tuple[Mapping[str, int], int]] = {
            "facility": (facilities, -1),
            "medium": ({word: number for number, word in enumerate(MEDIA)}, 0),
            "bill_type": ({word: number for number, word in enumerate(BILL_TYPES)}, -1),
            "relay": ({word: number for number, word in enumerate(RELAYS)}, 0),
        }
        self._codes: dict[str, tuple[pa.Array, array[int]]] = {}

    def _check(self, name: str, kind: pa.DataType) -> None:
        """Refuse a type that is not on the column's list."""
        if pa.types.is_null(kind):
            return
        if name == "start":
            if pa.types.is_timestamp(kind):
                if kind.tz is None:
                    raise ColumnError(
                        name,
                        f"is {kind} without a time zone; say whose clock it is, such as "
                        "pyarrow.compute.assume_timezone(column, 'America/Chicago')",
                    )
                self.start_unit = UNITS[kind.unit]
            elif not pa.types.is_int64(kind):
                raise ColumnError(
                    name,
                    f"is {kind}; it must be timestamp with a time zone, or int64 UTC epoch "
                    "milliseconds: cast it with column.cast(pyarrow.timestamp('ms', 'UTC'))",
                )
        elif name in ("duration_ms", "authorized_ms"):
            if not pa.types.is_integer(kind) or pa.types.is_uint64(kind):
                raise ColumnError(
                    name,
                    f"is {kind}; it must be whole milliseconds, int64: cast it with "
                    "column.cast('int64')",
                )
        elif not _is_text(_value_type(kind)):
            raise ColumnError(
                name, f"is {kind}; it must be text: cast it with column.cast('string')"
            )

    def parts(self, batch: pa.RecordBatch) -> dict[str, Any]:
        """Return the buffers of a batch, as the engine's ``rate_rows`` takes them."""
        return {name: self._part(name, batch.column(name)) for name in self.names}

    def _part(self, name: str, column: pa.Array) -> tuple[Any, ...]:
        if pa.types.is_null(column.type):
            kind = pa.string() if name in self._words or name == "number" else pa.int64()
            column = pa.nulls(len(column), kind)
        try:
            if name in self._words:
                return self._word_part(name, column)
            if name == "number":
                return _number_part(column)
            if column.type.bit_width != 64:
                column = column.cast(pa.int64())
        except _UNSOUND as error:
            raise ColumnError(name, f"is no valid Arrow array: {error}") from None
        valid, values = column.buffers()
        return (b"" if values is None else values), valid, column.offset

    def _word_part(self, name: str, column: pa.Array) -> tuple[Any, ...]:
        if not pa.types.is_dictionary(column.type):
            column = _as_bytes(column).dictionary_encode()
        indices = column.indices
        if not pa.types.is_int32(indices.type):
            indices = indices.cast(pa.int32())
        valid, values = indices.buffers()
        codes = self._codes_of(name, _as_bytes(column.dictionary))
        return (b"" if values is None else values), valid, indices.offset, codes

    def _codes_of(self, name: str, dictionary: pa.Array) -> array[int]:
        """Return the engine's numbers of a dictionary's words, what a null means first."""
        known = self._codes.get(name)
        if known is not None and known[0].equals(dictionary):
            return known[1]
        numbers, missing = self._words[name]
        words: Iterable[bytes | None] = dictionary.to_pylist()
        codes = array("i", [missing])
        codes.extend(missing if word is None else numbers.get(_read(word), -1) for word in words)
        self._codes[name] = (dictionary, codes)
        return codes


_UNSOUND: Final = (pa.ArrowInvalid, pa.ArrowIndexError)


def check_batch(batch: pa.RecordBatch, schema: pa.Schema) -> None:
    """Refuse a batch that is not of its stream's schema, or a buffer shorter than its rows.

    Takes no time by rows.

    Raises
    ------
    ColumnError
        With the column.
    InputTypeError
        The batch itself is wrong, such as in columns of different lengths.
    """
    if batch.schema.names != schema.names:
        raise InputTypeError(
            f"a batch has the columns {', '.join(batch.schema.names)}, "
            f"its stream says {', '.join(schema.names)}"
        )
    for given, said in zip(batch.schema, schema, strict=True):
        if given.type != said.type:
            raise ColumnError(given.name, f"is {given.type} in a batch of a stream of {said.type}")
    try:
        batch.validate()
    except _UNSOUND as error:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            try:
                column.validate()
            except _UNSOUND as reason:
                raise ColumnError(name, f"is no valid Arrow array: {reason}") from None
        raise InputTypeError(f"the records are no Arrow table: {error}") from None


def check_values(batch: pa.RecordBatch, names: Iterable[str]) -> None:
    """Refuse columns whose values point outside the array; for columns that Arrow's kernels read.

    Raises
    ------
    ColumnError
        With the column.
    """
    for name in names:
        if name in batch.schema.names:
            try:
                batch.column(name).validate(full=True)
            except _UNSOUND as error:
                raise ColumnError(name, f"is no valid Arrow array: {error}") from None


def _as_bytes(column: pa.Array) -> pa.Array:
    """Return text as bytes, with its offsets checked and its characters not; mostly no copy.

    Raises
    ------
    pyarrow.ArrowInvalid
        An offset or a view points outside the text.
    """
    if pa.types.is_string_view(column.type):
        column = column.view(pa.binary_view())
    elif pa.types.is_large_string(column.type):
        column = column.view(pa.large_binary())
    elif pa.types.is_string(column.type):
        column = column.view(pa.binary())
    column.validate(full=True)
    return column


def _read(word: bytes) -> str:
    """Return a word; bytes that are not UTF-8 become half characters, which no tariff has."""
    return word.decode("utf-8", "surrogateescape")


def _number_part(column: pa.Array) -> tuple[Any, ...]:
    if pa.types.is_dictionary(column.type):
        values = _as_bytes(column.dictionary)
        column = plain(values).take(column.indices)
    elif pa.types.is_string_view(column.type):
        column = plain(_as_bytes(column))
    # Of other text the engine checks each row's offsets.
    valid, offsets, content = column.buffers()
    width = (
        8 if pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type) else 4
    )
    if offsets is None:  # an empty array may have none
        offsets = pa.py_buffer(bytes(8))
    return (offsets, content, width), valid, column.offset


def plain(column: pa.Array) -> pa.Array:
    """Return a column without dictionary and without views: what every Arrow kernel takes."""
    if pa.types.is_dictionary(column.type):
        return plain(column.dictionary).take(column.indices)
    kind = plain_type(column.type)
    if column.type == kind:
        return column
    if column.null_count:
        # Arrow's cast also follows the views of nulls, and those may point anywhere: it crashed.
        encoded = column.dictionary_encode()
        return encoded.dictionary.cast(kind).take(encoded.indices)
    return column.cast(kind)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that `plain` gives."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_string_view(kind):
        return pa.large_string()
    return pa.large_binary() if pa.types.is_binary_view(kind) else kind


def calls_of(batch: pa.RecordBatch) -> Iterator[Call | None]:
    """Yield every row of a batch as a call; None where a null leaves nothing to ask about.

    What only names a call, ``account`` and ``call_id``, is carried along where it is text.
    """
    values = {name: _values(batch, name) for name in (*NEEDED, *OPTIONAL, "account", "call_id")}
    for row in range(batch.num_rows):
        given = {name: column[row] for name, column in values.items() if column is not None}
        if given.get("bill_type", "") is None:
            yield None
            continue
        given = {name: value for name, value in given.items() if value is not None}
        yield Call(**given) if all(name in given for name in NEEDED) else None


def _values(batch: pa.RecordBatch, name: str) -> list[Any] | None:
    if name not in batch.schema.names:
        return None
    column = batch.column(name)
    if name in ("account", "call_id") and not _is_text(_value_type(column.type)):
        return None
    try:
        column.validate()
        if name == "start" and pa.types.is_timestamp(column.type):
            times, divisor = UNITS[column.type.unit]
            whole = column.cast(pa.int64()).to_pylist()
            return [None if value is None else value * times // divisor for value in whole]
        if pa.types.is_dictionary(column.type):
            words = _values_of(column.dictionary)
            indices = column.indices.to_pylist()
            return [
                None if index is None else words[index] if 0 <= index < len(words) else ""
                for index in indices
            ]
        return _values_of(column)
    except _UNSOUND as error:
        raise ColumnError(name, f"is no valid Arrow array: {error}") from None


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _values_of(column: pa.Array) -> list[Any]:
    if _is_text(column.type):
        words: list[bytes | None] = _as_bytes(column).to_pylist()
        return [None if word is None else _read(word) for word in words]
    values: list[Any] = column.to_pylist()
    return values
