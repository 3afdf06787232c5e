"""Rated records as Parquet: large row groups, and dictionaries where they are worth their time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from securecall.errors import InputError
from securecall.rating.columns import plain, plain_type

__all__ = ["is_plain", "write_parquet"]

GROUP_ROWS: Final = 1 << 19  # of one row group, unless that many bytes come first
GROUP_BYTES: Final = 128 << 20
LOOKED_AT: Final = 1 << 14  # rows that say whether a column repeats itself


def write_parquet(
    path: str, file: io.IOBase | pa.NativeFile, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> None:
    """Write batches into an open file.

    Parameters
    ----------
    path : str
        For messages.
    file : file-like
    schema : pyarrow.Schema
    batches : iterator of pyarrow.RecordBatch

    Raises
    ------
    InputError
        Parquet has no room for a column.
    """
    stored = pa.schema([item.with_type(_stored(item.type)) for item in schema], schema.metadata)
    groups = _groups(_as_stored(batch, stored) for batch in batches)
    first = next(groups, None)
    try:
        writer = pq.ParquetWriter(
            file,
            stored,
            compression="zstd",
            use_dictionary=first is None or _repeating(first),
            store_decimal_as_integer=True,
        )
    except pa.ArrowNotImplementedError:
        raise InputError(f"{path}: {_homeless(stored)}") from None
    with writer:
        while first is not None:
            writer.write_table(first, row_group_size=first.num_rows)
            first = next(groups, None)


def _repeating(table: pa.Table) -> list[str] | bool:
    """Return the columns that get a dictionary: not those whose first rows hardly repeat a value.

    A dictionary of ids, instants or numbers dialled is begun in every group and given up halfway:
    that costs time, and room as well. Parquet knows the pieces of nested columns by names of its
    own; where there is one, all columns get dictionaries.
    """
    if any(pa.types.is_nested(kind) for kind in table.schema.types):
        return True
    few = table.slice(0, LOOKED_AT)
    found = []
    for name, column in zip(few.column_names, few.columns, strict=True):
        kind = column.type
        looked_at = pa.types.is_integer(kind) or pa.types.is_timestamp(kind) or _is_text(kind)
        if not looked_at or pc.count_distinct(column).as_py() <= few.num_rows / 2:
            found.append(name)
    return found


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Gather batches to the row groups of a Parquet file.

    One a batch would cost a third more time and a third more room: every group has dictionaries and
    statistics of its own.
    """
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield _joined(held)
            held, rows, size = [], 0, 0
    if rows:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.Table:
    """Return batches as a table with one dictionary a column: a change of it costs the encoding."""
    table = pa.Table.from_batches(batches)
    columns = [
        column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _stored(kind: pa.DataType) -> pa.DataType:
    """Return what a column becomes in Parquet, which has dictionaries of plain values only."""
    nested = pa.types.is_dictionary(kind) and not is_plain(kind.value_type)
    return plain_type(kind) if nested else kind


def _as_stored(batch: pa.RecordBatch, stored: pa.Schema) -> pa.RecordBatch:
    columns = [
        column if column.type == item.type else plain(column)
        for column, item in zip(batch.columns, stored, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=stored)


def _homeless(schema: pa.Schema) -> str:
    """Return which columns Parquet has no type for."""
    found = []
    for item in schema:
        try:
            pq.ParquetWriter(io.BytesIO(), pa.schema([item])).close()
        except pa.ArrowNotImplementedError:
            found.append(f"column {item.name!r} is {item.type}")
    return "Parquet has no such type: " + ", ".join(found)


def is_plain(kind: pa.DataType) -> bool:
    """Return whether Arrow itself writes such values as CSV."""
    return not (
        pa.types.is_nested(kind)
        or pa.types.is_dictionary(kind)
        or pa.types.is_run_end_encoded(kind)
        or pa.types.is_interval(kind)
        or isinstance(kind, pa.BaseExtensionType)
        or any(
            test(kind)
            for test in (
                pa.types.is_binary,
                pa.types.is_large_binary,
                pa.types.is_fixed_size_binary,
                pa.types.is_binary_view,
                pa.types.is_string_view,
                pa.types.is_large_string,
            )
        )
    )
