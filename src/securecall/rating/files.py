"""Files of call records: Parquet, CSV and Arrow IPC, in and out, streaming."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from securecall.errors import InputError, nearest
from securecall.rating.csv_records import Records, csv_records

__all__ = ["FORMATS", "Records", "format_of", "open_records", "write_records"]

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


def format_of(path: str, given: str | None = None) -> Format:
    """Return a file's format: as given, or by the ending of its name.

    Raises
    ------
    InputError
        There is no such format, or the name's ending says none.
    """
    word = given or _ENDINGS.get(Path(path).suffix.lower())
    if word not in FORMATS:
        what = given if given else path
        hint = nearest(what, FORMATS)
        raise InputError(
            f"format must be one of {', '.join(FORMATS)}, not {what!r}"
            + (f"; did you mean {hint!r}?" if hint and given else "")
            + ("" if given else "; say which with --format")
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
            stream = sys.stdin.buffer if path == "-" else open(path, "rb")
            return csv_records(path, stream)
        source: Any = sys.stdin.buffer if path == "-" else path
        if kind == "parquet":
            if path == "-":
                source = io.BytesIO(sys.stdin.buffer.read())  # its index stands at the end
            return _open_parquet(source)
        return _open_arrow(source)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: is no {kind} file: {error}") from None


def _same(schema: pa.Schema, batches: Iterator[pa.RecordBatch], rows: int | None) -> Records:
    return Records(schema, ((batch, batch) for batch in batches), schema, rows)


def _open_parquet(source: Any) -> Records:
    file = pyarrow.parquet.ParquetFile(source)
    batches = file.iter_batches(batch_size=1 << 17)
    return _same(file.schema_arrow, batches, file.metadata.num_rows)


def _open_arrow(source: Any) -> Records:
    stream = pa.memory_map(source) if isinstance(source, str) else source
    try:
        reader = pa.ipc.open_stream(stream)
        return _same(reader.schema, iter(reader), None)
    except pa.ArrowInvalid:
        if not isinstance(source, str):
            raise
        file = pa.ipc.open_file(pa.memory_map(source))
        batches = (file.get_batch(index) for index in range(file.num_record_batches))
        return _same(file.schema, batches, None)


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
        The file cannot be written.
    """
    kind = format_of(path, given)
    if path == "-":
        _write(sys.stdout.buffer, kind, schema, batches)
        sys.stdout.buffer.flush()
        return
    draft = Path(path).with_name(Path(path).name + ".part")
    try:
        with draft.open("wb") as file:
            _write(file, kind, schema, batches)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def _write(
    file: IO[bytes], kind: Format, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> None:
    writer: AbstractContextManager[Any]
    if kind == "parquet":
        writer = pyarrow.parquet.ParquetWriter(file, schema, compression="zstd")
    elif kind == "arrow":
        writer = pa.ipc.new_stream(file, schema)
    else:
        flat = pa.schema([pa.field(item.name, _flat(item.type)) for item in schema])
        writer = pyarrow.csv.CSVWriter(pa.PythonFile(file, "w"), flat)
        batches = (_as_text(batch, flat) for batch in batches)
    with writer as sink:
        for batch in batches:
            sink.write_batch(batch)


def _flat(kind: pa.DataType) -> pa.DataType:
    """Return what a column becomes in CSV."""
    if pa.types.is_dictionary(kind):
        return _flat(kind.value_type)
    if pa.types.is_nested(kind) or pa.types.is_string_view(kind) or pa.types.is_large_string(kind):
        return pa.string()
    return kind


def _as_text(batch: pa.RecordBatch, flat: pa.Schema) -> pa.RecordBatch:
    columns = []
    for column, item in zip(batch.columns, flat, strict=True):
        if pa.types.is_nested(column.type):
            columns.append(pa.array(map(_json, column.to_pylist()), pa.string()))
        else:
            columns.append(column if column.type == item.type else column.cast(item.type))
    return pa.RecordBatch.from_arrays(columns, schema=flat)


def _json(value: Any) -> str | None:
    import json

    return None if value is None else json.dumps(value, default=str, separators=(",", ":"))
