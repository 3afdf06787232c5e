"""Files of call records, one behind the other: Parquet, CSV and Arrow IPC, streaming."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from securecall.errors import ColumnError, InputError, did_you_mean
from securecall.fraud.patterns.columns import ALSO, NEEDED, TEXTS, Columns

__all__ = ["FORMATS", "Reading", "open_files", "write_findings"]

FORMATS: Final = ("parquet", "csv", "arrow")
_ENDINGS: Final = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE: Final = r"^[+-]?[0-9]{1,18}$"
_ARROW: Final = (pa.lib.ArrowException, OSError)
# What every file is brought to, so that those of several switches can follow each other.
SCHEMA: Final = pa.schema(
    [
        ("start", pa.timestamp("ms", "UTC")),
        ("duration_ms", pa.int64()),
        *((name, pa.large_string()) for name in TEXTS),
    ]
)


@dataclass(slots=True)
class Reading:
    """Files on their way in.

    Attributes
    ----------
    batches : iterator of pyarrow.RecordBatch
    rows : int or None
        How many there are, where all files say.
    bad : collections.Counter
        ``bad_line``: lines of CSV with too many or too few cells; fills as batches are read.
    """

    batches: Iterator[pa.RecordBatch]
    rows: int | None
    bad: Counter[str] = field(default_factory=Counter)

    def reader(self) -> pa.RecordBatchReader:
        """Return the stream that ``scan`` takes."""
        return pa.RecordBatchReader.from_batches(SCHEMA, self.batches)


def format_of(path: str, given: str | None = None) -> str:
    """Return a file's format: as given, or by the ending of its name.

    Raises
    ------
    InputError
        There is no such format, or the name's ending says none.

    Source
    ------
    own.
    """
    word = given or _ENDINGS.get(Path(path).suffix.lower())
    if word not in FORMATS:
        raise InputError(
            f"format must be one of {', '.join(FORMATS)}, not {given or path!r}"
            + (did_you_mean(given, FORMATS) if given else "; say which with --format")
        )
    return word


def open_files(paths: Sequence[str], given: str | None = None) -> Reading:
    """Open files of call records, in the order of time.

    Parameters
    ----------
    paths : sequence of str
        ``-`` is standard input, as CSV or Arrow IPC stream.
    given : {"parquet", "csv", "arrow"}, optional
        Their format, where the names do not say.

    Raises
    ------
    InputError
        A file cannot be opened, or is not of its format.
    ColumnError
        A column is missing, or of a type that is refused.

    Source
    ------
    own.
    """
    reading = Reading(iter(()), 0)
    opened = []
    for path in paths:
        kind = format_of(path, given)
        try:
            schema, batches, rows = _OPEN[kind](path, reading.bad)
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file") from None
        except _ARROW as error:
            raise InputError(f"{path}: is no {kind} file: {error}") from None
        if kind != "csv":
            Columns(schema)
        opened.append((path, batches))
        known = reading.rows is not None and rows is not None
        reading.rows = (reading.rows or 0) + rows if known and rows is not None else None
    reading.batches = _all(opened)
    return reading


def _all(opened: list[tuple[str, Iterator[pa.RecordBatch]]]) -> Iterator[pa.RecordBatch]:
    for path, batches in opened:
        row = 0
        while True:
            try:
                batch = next(batches, None)
                if batch is None:
                    break
                batch.validate(full=True)
                yield _ours(batch)
            except _ARROW as error:
                raise InputError(f"{path}: is damaged behind row {row}: {error}") from None
            row += batch.num_rows


def _ours(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the columns of `SCHEMA`; what a file has not is null."""
    names = batch.schema.names
    columns = []
    for item in SCHEMA:
        source = item.name if item.name in names else ALSO.get(item.name, item.name)
        if source not in names:
            columns.append(pa.nulls(batch.num_rows, item.type))
            continue
        column = batch.column(source)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if item.name == "start":
            if pa.types.is_timestamp(column.type):
                column = column.cast(pa.timestamp(column.type.unit, "UTC"))
            # A finer instant is floored, as everywhere.
            columns.append(column.cast(item.type, safe=False))
        else:
            columns.append(column.cast(item.type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


Opened = tuple[pa.Schema, Iterator[pa.RecordBatch], int | None]


def _parquet(path: str, bad: Counter[str]) -> Opened:
    if path == "-":
        raise InputError("-: a Parquet file has its index at the end and cannot be piped")
    # Read ahead, Arrow would keep every piece of the file that it has read until the end.
    file = pyarrow.parquet.ParquetFile(path, pre_buffer=False)
    names = [name for name in file.schema_arrow.names if name in _wanted()]
    batches = file.iter_batches(batch_size=1 << 17, columns=names)
    return file.schema_arrow, batches, file.metadata.num_rows


def _arrow(path: str, bad: Counter[str]) -> Opened:
    source = sys.stdin.buffer if path == "-" else pa.memory_map(path)
    try:
        reader = pa.ipc.open_stream(source)
        return reader.schema, iter(reader), None
    except pa.ArrowInvalid:
        if path == "-":
            raise
        file = pa.ipc.open_file(pa.memory_map(path))
        batches = (file.get_batch(index) for index in range(file.num_record_batches))
        return file.schema, batches, None


def _csv(path: str, bad: Counter[str]) -> Opened:
    def crooked(row: Any) -> str:
        bad["bad_line"] += 1
        return "skip"

    names = _header(path)
    for name in names:
        if name in _wanted() and names.count(name) > 1:
            raise ColumnError(name, f"stands twice in {path}")
    kept = [name for name in names if name in _wanted()]
    piped = path == "-"
    try:
        reader = pyarrow.csv.open_csv(
            sys.stdin.buffer if piped else path,
            read_options=pyarrow.csv.ReadOptions(
                block_size=8 << 20, use_threads=False, column_names=names, skip_rows=not piped
            ),
            parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=crooked),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=kept,
                column_types=dict.fromkeys(kept, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        reader = pa.table({name: pa.array([], pa.string()) for name in kept}).to_reader()
    for name in NEEDED:
        if name not in names:
            hint = did_you_mean(name, names)
            raise ColumnError(name, f"is missing in {path}; there are {', '.join(names)}{hint}")

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            yield _typed(batch)

    return reader.schema, batches(), None


def _header(path: str) -> list[str]:
    """Return the names in the first line of a CSV file; standard input then stands behind it."""
    if path == "-":
        first = sys.stdin.buffer.readline()
    else:
        with open(path, "rb") as stream:
            first = stream.readline()
    try:
        line = first.removeprefix(b"\xef\xbb\xbf").decode("utf-8").rstrip("\r\n")
        names = next(csv.reader([line], strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path}:1: the names of the columns cannot be read: {error}") from None
    if not any(names):
        raise InputError(f"{path}: is empty; its first line must name the columns")
    return names


def _wanted() -> set[str]:
    return {"start", "duration_ms", *TEXTS, *ALSO.values()}


def _typed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch of texts with instants and durations; a cell that is none becomes null."""
    names, columns = [], []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name not in _wanted():
            continue
        if name == "duration_ms":
            column = _cells(column, pa.int64(), _whole)
        elif name == "start":
            column = _cells(column, pa.timestamp("ms", "UTC"), _instant)
        names.append(name)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=names)


def _cells(column: pa.Array, kind: pa.DataType, read: Callable[[str], Any]) -> pa.Array:
    """Cast texts all at once where Arrow can read them all, and cell by cell where it cannot."""
    import pyarrow.compute as pc

    if pa.types.is_timestamp(kind):
        if pc.all(pc.match_substring_regex(column, _WHOLE)).as_py():
            return column.cast(pa.int64()).cast(kind)
        with suppress(pa.ArrowInvalid):
            return column.cast(kind)
    elif pc.all(pc.match_substring_regex(column, _WHOLE)).as_py():
        return column.cast(kind)
    values = [None if cell is None else read(cell) for cell in column.to_pylist()]
    return pa.array(values, pa.int64()).cast(kind)


def _whole(cell: str) -> int | None:
    plain = cell.removeprefix("-")
    return int(cell) if plain.isascii() and plain.isdigit() and len(plain) <= 18 else None


def _instant(cell: str) -> int | None:
    """Return epoch ms of ISO 8601 with an offset, or of whole epoch ms; None for all else."""
    whole = _whole(cell)
    if whole is not None:
        return whole
    with suppress(ValueError, OverflowError):
        instant = datetime.fromisoformat(cell)
        if instant.tzinfo is not None:
            return (instant - _EPOCH) // timedelta(milliseconds=1)
    return None


_OPEN: Final[dict[str, Callable[[str, Counter[str]], Opened]]] = {
    "parquet": _parquet,
    "csv": _csv,
    "arrow": _arrow,
}


def write_findings(path: str, table: pa.Table) -> None:
    """Write findings; a file is put in place at the end, so that no half of one is left.

    Parameters
    ----------
    path : str
        Ending in ``.parquet``, ``.csv`` or ``.arrow``.
    table : pyarrow.Table

    Raises
    ------
    InputError
        The file cannot be written, or its name says no format.

    Source
    ------
    own.
    """
    kind = format_of(path)
    draft = Path(path).with_name(Path(path).name + ".part")
    try:
        if kind == "parquet":
            pyarrow.parquet.write_table(table, draft, compression="zstd")
        elif kind == "csv":
            pyarrow.csv.write_csv(table, draft)
        else:
            with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
                out.write_table(table)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)
