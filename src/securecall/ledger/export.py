"""The books as tables: Arrow in memory, Parquet and CSV on disk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.ledger.stores.door import Reading
from securecall.ledger.values.money import Entry
from securecall.money import dollars

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FORMATS", "export", "table_of"]

FORMATS: Final = ("parquet", "csv", "arrow", "hledger", "beancount")
BLOCK_ROWS: Final = 50_000


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("seq", pa.int64()),
            ("op", pa.int64()),
            ("at", pa.timestamp("ms", "UTC")),
            ("account", text),
            ("contra", text),
            ("amount", pa.decimal128(18, 6)),
            ("kind", text),
            ("ref", text),
        ]
    )


def _batches(entries: Iterable[Entry]) -> Iterable[pa.RecordBatch]:
    import pyarrow as pa

    schema = _schema()
    rows = iter(entries)
    while block := list(islice(rows, BLOCK_ROWS)):
        columns: list[list[Any]] = [
            [each.seq for each in block],
            [each.op for each in block],
            [each.at_ms for each in block],
            [each.account for each in block],
            [each.contra for each in block],
            [dollars(each.amount_micros) for each in block],
            [each.kind for each in block],
            [each.ref for each in block],
        ]
        arrays = [pa.array(each, kind) for each, kind in zip(columns, schema.types, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def table_of(entries: Iterable[Entry]) -> pa.Table:
    """Return entries as an Arrow table: seq, op, at, account, contra, amount, kind, ref.

    Source
    ------
    own.
    """
    import pyarrow as pa

    return pa.Table.from_batches(list(_batches(entries)), _schema())


def export(view: Reading, path: str | Path, form: str, account: str | None = None) -> int:
    """Write the entries of one account or all to a file; return how many.

    Parameters
    ----------
    view : Reading
    path : str or Path
    form : {"parquet", "csv", "arrow", "hledger", "beancount"}
    account : str, optional

    Raises
    ------
    InputError
        The form is of no known kind.

    Source
    ------
    own.
    """
    if form not in FORMATS:
        raise InputError(
            f"form must be one of {', '.join(FORMATS)}, not {form!r}" + did_you_mean(form, FORMATS)
        )
    entries = view.entries(account, 0)
    if form in ("hledger", "beancount"):
        from securecall.ledger.plain_text import write_text

        return write_text(entries, Path(path), form)
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    schema, count = _schema(), 0
    if form == "parquet":
        writer: Any = pyarrow.parquet.ParquetWriter(path, schema)
    elif form == "csv":
        writer = pyarrow.csv.CSVWriter(path, schema)
    else:
        writer = pa.ipc.new_file(path, schema)
    with writer:
        for batch in _batches(entries):
            writer.write_batch(batch)
            count += batch.num_rows
    return count
