"""Columns of call records as they arrive, checked and turned into numbers.

What is accepted is stated per column, everything else is refused by name. A bad row is counted
under what is wrong with it and looked at no further.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from securecall.errors import ColumnError, InputTypeError, did_you_mean
from securecall.fraud.patterns.block import INVALID_PIN, OTHER, OUTCOMES, Block
from securecall.fraud.patterns.hashing import digits_of, keys_of

__all__ = ["BAD", "DURATION_MS_MAX", "NEEDED", "TEXTS", "Columns", "open_stream"]

NEEDED: Final = ("facility", "number", "start", "duration_ms")
# Ours, and what else a column may be called.
ALSO: Final = {"person": "pin", "outcome": "status"}
TEXTS: Final = ("call_id", "facility", "number", "person", "account", "station", "outcome")
# What is wrong with a row, in order of precedence.
BAD: Final = ("bad_time", "bad_duration", "bad_facility", "late")
YEAR_2100_MS: Final = 4_102_444_800_000
DURATION_MS_MAX: Final = 30 * 86_400_000
_UNSOUND: Final = (pa.ArrowInvalid, pa.ArrowIndexError)


def open_stream(records: Any) -> pa.RecordBatchReader:
    """Return a reader over anything that speaks Arrow.

    Parameters
    ----------
    records : object
        Table, batch or stream of pyarrow, Polars, DuckDB, pandas, ...

    Raises
    ------
    InputTypeError
        The object offers no Arrow stream and no Arrow array.

    Source
    ------
    own.
    """
    if isinstance(records, pa.RecordBatchReader):
        return records
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


class Columns:
    """The columns of one table, checked once by type.

    Parameters
    ----------
    schema : pyarrow.Schema

    Raises
    ------
    ColumnError
        A column is missing, stands there twice, or is of a type that is refused.
    """

    def __init__(self, schema: pa.Schema) -> None:
        names = schema.names
        self.sources: dict[str, str] = {}
        for name in (*TEXTS, "start", "duration_ms"):
            source = name if name in names else ALSO.get(name, name)
            if source in names:
                if names.count(source) > 1:
                    raise ColumnError(source, "stands there twice")
                self._check(source, name, schema.field(source).type)
                self.sources[name] = source
        for name in NEEDED:
            if name not in self.sources:
                hint = did_you_mean(name, names)
                raise ColumnError(name, f"is missing; there are {', '.join(names)}{hint}")
        self.has_person = "person" in self.sources or "account" in self.sources
        self.words: Counter[str] = Counter()

    def _check(self, source: str, name: str, kind: pa.DataType) -> None:
        if pa.types.is_null(kind):
            return
        if name == "start":
            if pa.types.is_timestamp(kind) and kind.tz is None:
                raise ColumnError(
                    source,
                    f"is {kind} without a time zone; say whose clock it is, such as "
                    "pyarrow.compute.assume_timezone(column, 'America/Chicago')",
                )
            if not pa.types.is_timestamp(kind) and not pa.types.is_int64(kind):
                raise ColumnError(
                    source,
                    f"is {kind}; it must be timestamp with a time zone, or int64 UTC epoch "
                    "milliseconds: cast it with column.cast(pyarrow.timestamp('ms', 'UTC'))",
                )
        elif name == "duration_ms":
            if not pa.types.is_integer(kind) or pa.types.is_uint64(kind):
                raise ColumnError(
                    source,
                    f"is {kind}; it must be whole milliseconds, int64: cast it with "
                    "column.cast('int64')",
                )
        else:
            value = kind.value_type if pa.types.is_dictionary(kind) else kind
            if not (
                pa.types.is_string(value)
                or pa.types.is_large_string(value)
                or pa.types.is_string_view(value)
            ):
                raise ColumnError(
                    source, f"is {kind}; it must be text: cast it with column.cast('string')"
                )

    def texts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return what findings are written from, by our names; nothing is copied.

        Parameters
        ----------
        batch : pyarrow.RecordBatch

        Source
        ------
        own.
        """
        names = [name for name in TEXTS if name in self.sources and name != "outcome"]
        arrays = [batch.column(self.sources[name]) for name in names]
        return pa.RecordBatch.from_arrays(arrays, names=names)

    def read(self, batch: pa.RecordBatch, first_row: int, bad: Counter[str]) -> Block:
        """Return the good rows of a batch as numbers, and count the others.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
        first_row : int
            Number of its first row in the stream.
        bad : collections.Counter
            Gets what is wrong.

        Raises
        ------
        ColumnError
            A column of the batch is no valid Arrow array.

        Source
        ------
        own.
        """
        rows = batch.num_rows
        start, timed = self._whole(batch, "start")
        duration, measured = self._whole(batch, "duration_ms")
        keys = {name: self._keys(batch, name) for name in TEXTS[1:-1]}
        timed &= (start >= 0) & (start < YEAR_2100_MS)
        measured &= (duration >= 0) & (duration <= DURATION_MS_MAX)
        good = timed & measured & (keys["facility"] != 0)
        if not good.all():
            bad["bad_time"] += int((~timed).sum())
            bad["bad_duration"] += int((timed & ~measured).sum())
            bad["bad_facility"] += int((timed & measured & ~good).sum())
        outcome = self._outcomes(batch)
        # A PIN that is invalid is nobody's: a slip of the finger must not make one caller two.
        nobody = outcome == INVALID_PIN
        for name in ("person", "account"):
            keys[name][nobody] = 0
        block = Block(
            row=np.arange(first_row, first_row + rows),
            start_ms=start,
            duration_ms=duration,
            who=np.where(keys["person"] != 0, keys["person"], keys["account"]),
            person=keys["person"],
            account=np.where(keys["account"] != 0, keys["account"], keys["person"]),
            number=keys["number"],
            facility=keys["facility"],
            station=keys["station"],
            digits=digits_of(self._text(batch, "number")),
            outcome=outcome,
        )
        return block if good.all() else block.take(np.flatnonzero(good))

    def _whole(
        self, batch: pa.RecordBatch, name: str
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return whole numbers, and which there are."""
        column = batch.column(self.sources[name])
        try:
            column.validate()
            if pa.types.is_null(column.type):
                column = pa.nulls(len(column), pa.int64())
            if pa.types.is_timestamp(column.type):
                per_ms = {"s": 0, "ms": 1, "us": 1_000, "ns": 1_000_000}[column.type.unit]
                values = self._filled(column.cast(pa.int64()))
                # Seconds beyond all times would overflow: they stay beyond the year 2100.
                whole = (
                    np.clip(values, -1, YEAR_2100_MS) * 1000 if per_ms == 0 else values // per_ms
                )
            else:
                whole = self._filled(column.cast(pa.int64()))
        except _UNSOUND as error:
            raise ColumnError(self.sources[name], f"is no valid Arrow array: {error}") from None
        return whole, column.is_valid().to_numpy(zero_copy_only=False).copy()

    @staticmethod
    def _filled(column: pa.Array) -> NDArray[np.int64]:
        values = column.fill_null(0) if column.null_count else column
        # A copy: whoever lent the batch may take it back while rows wait for their turn.
        copied: NDArray[np.int64] = values.to_numpy(zero_copy_only=False).astype(
            np.int64, copy=True
        )
        return copied

    def _text(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        """Return a column as plain text."""
        column = batch.column(self.sources[name])
        try:
            column.validate(full=True)
            if pa.types.is_dictionary(column.type):
                column = column.dictionary_decode()
            if pa.types.is_null(column.type):
                return pa.nulls(len(column), pa.string())
            return column.cast(pa.large_string()) if _is_view(column.type) else column
        except _UNSOUND as error:
            raise ColumnError(self.sources[name], f"is no valid Arrow array: {error}") from None

    def _keys(self, batch: pa.RecordBatch, name: str) -> NDArray[np.int64]:
        if name not in self.sources:
            return np.zeros(batch.num_rows, np.int64)
        return keys_of(self._text(batch, name))

    def _outcomes(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        if "outcome" not in self.sources:
            return np.zeros(batch.num_rows, np.int64)
        words = self._text(batch, "outcome").dictionary_encode()
        known = words.dictionary.to_pylist()
        codes = np.array([0, *(OUTCOMES.get(word, OTHER) for word in known)], np.int64)
        found: NDArray[np.int64] = codes[
            words.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1
        ]
        if OTHER in codes:
            for at in np.flatnonzero(codes[1:] == OTHER):
                count = int(
                    (words.indices.fill_null(-1).to_numpy(zero_copy_only=False) == at).sum()
                )
                self.words[str(known[at])[:40]] += count
                if len(self.words) > 1000:
                    self.words = Counter(dict(self.words.most_common(100)))
        return found


def _is_view(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string_view(kind))
