"""Files of call records: Parquet, CSV and Arrow IPC, in and out, streaming.

A file may be damaged anywhere, also behind the part that says what it is: whatever is found wrong
with it while it is read is an `InputError` that names it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias
from weakref import finalize

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from securecall.errors import InputError, did_you_mean
from securecall.rating.columns import plain
from securecall.rating.csv_records import Records, csv_records
from securecall.rating.parquet_out import is_plain, write_parquet

__all__ = ["FORMATS", "Records", "format_of", "groups_of", "open_groups", "open_records",
           "write_records"]  # fmt: skip

Format: TypeAlias = Literal["parquet", "csv", "arrow"]

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
_ARROW: Final = (pa.lib.ArrowException, OSError)


def format_of(path: str, given: str | None = None) -> Format:
    """Return a file's format: as given, or by the ending of its name.

    Raises
    ------
    InputError
        There is no such format, or the name's ending says none.
    """
    word = given or _ENDINGS.get(Path(path).suffix.lower())
    if word not in FORMATS:
        raise InputError(
            f"format must be one of {', '.join(FORMATS)}, not {given or path!r}"
            + (did_you_mean(given, FORMATS) if given else "; say which with --format")
        )
    return word  # type: ignore[return-value]


def open_records(path: str, given: str | None = None) -> Records:
    """Open a file of call records.

    Parameters
    ----------
    path : str
        ``-`` is standard input.
    given : {"parquet", "csv", "arrow"}, optional
        Its format, where the name does not say.

    Raises
    ------
    InputError
        The file cannot be opened, or is not of its format.
    """
    kind = format_of(path, given)
    try:
        if kind == "csv":
            if path == "-":
                return csv_records(path, sys.stdin.buffer)
            return _open_csv(path)
        source: Any = sys.stdin.buffer if path == "-" else path
        if kind == "parquet":
            if path == "-":
                source = io.BytesIO(sys.stdin.buffer.read())  # its index stands at the end
            return _open_parquet(path, source)
        return _open_arrow(path, source)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except _ARROW as error:
        raise InputError(f"{path}: is no {kind} file: {error}") from None


def groups_of(path: str, given: str | None = None) -> list[int] | None:
    """Return the rows of each group of a file that `open_groups` can open by itself.

    Row groups of Parquet and batches of an Arrow IPC file are such groups. None where the file can
    only be read from its beginning: CSV, whose lines may hold line ends, and Arrow IPC streams.

    Raises
    ------
    InputError
        The file cannot be opened, or is not of its format.
    """
    kind = format_of(path, given)
    if kind == "csv":
        if not Path(path).is_file():
            raise InputError(f"{path}: there is no such file")
        return None
    try:
        if kind == "parquet":
            told = pyarrow.parquet.read_metadata(path)
            return [told.row_group(index).num_rows for index in range(told.num_row_groups)]
        source = pa.memory_map(path)
        with suppress(pa.ArrowInvalid):
            pa.ipc.open_stream(source)
            return None
        file = pa.ipc.open_file(source)
        return [file.get_batch(index).num_rows for index in range(file.num_record_batches)]
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except _ARROW as error:
        raise InputError(f"{path}: is no {kind} file: {error}") from None


def open_groups(path: str, given: str | None, first: int, count: int) -> Records:
    """Open some of a file's groups, as `open_records` opens all of them.

    Raises
    ------
    InputError
        As in `open_records`; or the file has no such groups.
    """
    kind = format_of(path, given)
    try:
        if kind == "parquet":
            return _open_parquet(path, path, range(first, first + count))
        file = pa.ipc.open_file(pa.memory_map(path))
        if first + count > file.num_record_batches:
            raise InputError(f"{path}: has {file.num_record_batches} batches, not {first + count}")
        batches = (file.get_batch(index) for index in range(first, first + count))
        return _same(path, file.schema, batches, None)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except _ARROW as error:
        raise InputError(f"{path}: is no {kind} file: {error}") from None


def _open_csv(path: str) -> Records:
    stream = open(path, "rb")
    try:
        records = csv_records(path, stream)
    except BaseException:
        stream.close()
        raise
    batches = records.batches

    def through() -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        with stream:
            yield from batches

    records.batches = through()
    # Who never asks for a batch never enters the `with`: the file is closed when nobody can ask.
    finalize(records.batches, stream.close).atexit = False
    return records


def _same(
    path: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch], rows: int | None
) -> Records:
    return Records(schema, _sound(path, batches), schema, rows)


def _sound(
    path: str, batches: Iterator[pa.RecordBatch]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield batches whose every offset and index lies where it should; say which one does not."""
    row = 0
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate(full=True)
        except _ARROW as error:
            raise InputError(f"{path}: is damaged behind row {row}: {error}") from None
        yield batch, batch
        row += batch.num_rows


def _open_parquet(path: str, source: Any, groups: range | None = None) -> Records:
    # Read ahead, Arrow would keep every piece of the file that it has read until the end.
    file = pyarrow.parquet.ParquetFile(source, pre_buffer=False)
    if groups is None:
        groups = range(file.num_row_groups)
    if groups.stop > file.num_row_groups:
        raise InputError(f"{path}: has {file.num_row_groups} row groups, not {groups.stop}")
    batches = file.iter_batches(batch_size=1 << 17, row_groups=list(groups))
    rows = sum(file.metadata.row_group(index).num_rows for index in groups)
    return _same(path, file.schema_arrow, batches, rows)


def _open_arrow(path: str, source: Any) -> Records:
    stream = pa.memory_map(source) if isinstance(source, str) else source
    try:
        reader = pa.ipc.open_stream(stream)
        return _same(path, reader.schema, iter(reader), None)
    except pa.ArrowInvalid:
        if not isinstance(source, str):
            raise
        file = pa.ipc.open_file(pa.memory_map(source))
        batches = (file.get_batch(index) for index in range(file.num_record_batches))
        return _same(path, file.schema, batches, None)


# -- out ---------------------------------------------------------------------------------------


def write_records(
    path: str,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    given: str | None = None,
) -> None:
    """Write rated records.

    A file is written beside its name and put in place at the end: a run that fails leaves no half
    of one.

    Parameters
    ----------
    path : str
        ``-`` is standard output.
    given : {"parquet", "csv", "arrow"}, optional
        The format, where the name does not say.

    Raises
    ------
    InputError
        The file cannot be written, or its format has no room for a column.
    """
    kind = format_of(path, given)
    if path == "-":
        _write(path, sys.stdout.buffer, kind, schema, batches)
        sys.stdout.buffer.flush()
        return
    draft = Path(path).with_name(Path(path).name + ".part")
    try:
        with pa.OSFile(str(draft), "wb") as file:
            _write(path, file, kind, schema, batches)
        draft.replace(path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise InputError(f"{path}: cannot be written: {reason}") from None
    finally:
        draft.unlink(missing_ok=True)


def _write(
    path: str,
    file: IO[bytes] | pa.NativeFile,
    kind: Format,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
) -> None:
    writer: AbstractContextManager[Any]
    if kind == "arrow":
        writer = pa.ipc.new_stream(file, schema)
    elif kind == "parquet":
        write_parquet(path, file, schema, batches)
        return
    else:
        flat = pa.schema([pa.field(item.name, _flat(item.type)) for item in schema])
        native = file if isinstance(file, pa.NativeFile) else pa.PythonFile(file, "w")
        writer = pyarrow.csv.CSVWriter(native, flat)
        batches = (_as_text(batch, flat) for batch in batches)
    with writer as sink:
        for batch in batches:
            sink.write_batch(batch)


def _flat(kind: pa.DataType) -> pa.DataType:
    """Return what a column becomes in CSV."""
    if pa.types.is_dictionary(kind):
        return _flat(kind.value_type)
    return kind if is_plain(kind) else pa.string()


def _as_text(batch: pa.RecordBatch, flat: pa.Schema) -> pa.RecordBatch:
    columns = []
    for column, item in zip(batch.columns, flat, strict=True):
        column = plain(column)
        if column.type != item.type:
            if pa.types.is_large_string(column.type):
                column = column.cast(item.type)
            else:
                column = pa.array(map(_cell, column.to_pylist()), pa.string())
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=flat)


def _cell(value: Any) -> str | None:
    """Return a value that CSV has no form for as text: nested ones as JSON, bytes as characters."""
    import json

    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict | list):
        return json.dumps(value, default=_cell, separators=(",", ":"))
    return str(value)
