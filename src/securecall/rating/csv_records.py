"""CSV files of call records: every cell kept as it stands, what rating reads parsed beside it.

The file is read in pieces of some megabytes, cut at the ends of lines outside quotes. A piece that
is in order goes through Arrow's reader; one that is not (a row with too many cells, bytes that are
not UTF-8) is read again, cell by cell. A cell that cannot be read is a null for rating, and so the
row's status says what is wrong with it; no row is ever lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from securecall.errors import ColumnError, InputError
from securecall.rating.columns import NEEDED, OPTIONAL
from securecall.rating.zones import epoch_ms

__all__ = ["Records", "csv_records"]

PIECE_BYTES: Final = 4 << 20
PIECE_BYTES_MAX: Final = 64 << 20  # a quote that nobody closes must not swallow the file
NOTES_MAX: Final = 1000
_WHOLE: Final = ("duration_ms", "authorized_ms")
_WORDS: Final = ("medium", "bill_type", "relay")
_START: Final = pa.timestamp("ms", "UTC")


@dataclass(slots=True)
class Records:
    """Call records on their way in.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of what passes through.
    batches : iterator of (pyarrow.RecordBatch, pyarrow.RecordBatch)
        What passes through, and what rating reads; often the same.
    rating_schema : pyarrow.Schema
        Of what rating reads.
    rows : int or None
        How many there are, where the file says.
    notes : list of str
        What was wrong with lines that could not be read as they should; fills as batches are read,
        up to a thousand.
    """

    schema: pa.Schema
    batches: Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]
    rating_schema: pa.Schema
    rows: int | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Add a note, if there are not too many."""
        if len(self.notes) < NOTES_MAX:
            self.notes.append(what)


def csv_records(path: str, stream: IO[bytes]) -> Records:
    """Read a CSV file whose first line names its columns.

    Raises
    ------
    InputError
        The file is empty or its first line cannot be read.
    ColumnError
        A name stands in the first line twice.
    """
    pieces = _pieces(stream)
    first = next(pieces, b"").removeprefix(b"\xef\xbb\xbf")
    head, _, rest = first.partition(b"\n")
    try:
        header = next(csv.reader([head.decode("utf-8").rstrip("\r")], strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path}:1: the names of the columns cannot be read: {error}") from None
    if not any(header):
        raise InputError(f"{path}: is empty; its first line must name the columns")
    for name in header:
        if header.count(name) > 1:
            raise ColumnError(name, "stands there twice")
    schema = pa.schema([(name, pa.string()) for name in header])
    typed = pa.schema([(name, _type_of(name)) for name in header if name in (*NEEDED, *OPTIONAL)])
    records = Records(schema, iter(()), typed)
    records.batches = _batches(path, records, rest, pieces)
    return records


def _type_of(name: str) -> pa.DataType:
    if name == "start":
        return _START
    return pa.int64() if name in _WHOLE else pa.string()


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Cut a stream at ends of lines that lie outside quotes."""
    kept = b""
    while True:
        more = stream.read(PIECE_BYTES)
        kept += more
        if not more:
            if kept:
                yield kept
            return
        end = kept.rfind(b"\n") + 1
        while end and kept.count(b'"', 0, end) % 2 and len(kept) < PIECE_BYTES_MAX:
            end = kept.rfind(b"\n", 0, end - 1) + 1
        if end:
            yield kept[:end]
            kept = kept[end:]


def _batches(
    path: str, records: Records, first: bytes, pieces: Iterator[bytes]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    line = 2
    piece: bytes | None = first
    while piece is not None:
        if piece.strip():
            through = _in_order(piece, records.schema)
            crooked: set[int] = set()
            if through is None:
                through, crooked = _cell_by_cell(path, piece, line, records)
            yield through, _for_rating(through, crooked, records.rating_schema)
        line += piece.count(b"\n")
        piece = next(pieces, None)


def _in_order(piece: bytes, schema: pa.Schema) -> pa.RecordBatch | None:
    """Read a piece with Arrow's reader; None if anything about it is out of order."""
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(piece),
            read_options=pa.csv.ReadOptions(
                use_threads=False, column_names=schema.names, block_size=2 * PIECE_BYTES_MAX
            ),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=schema, strings_can_be_null=False, quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else None


def _cell_by_cell(
    path: str, piece: bytes, line: int, records: Records
) -> tuple[pa.RecordBatch, set[int]]:
    """Read a piece that is out of order; also return the rows that are not rated."""
    width = len(records.schema.names)
    text = io.StringIO(piece.decode("utf-8", "backslashreplace"), newline="")
    reader = csv.reader(text)
    rows: list[list[str]] = []
    crooked: set[int] = set()
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:  # such as a field beyond any reason
            row = []
            records.note(f"{path}:{line + reader.line_num - 1}: {error}; the row is not rated")
            crooked.add(len(rows))
            rows.append([""] * width)
            continue
        if row is None:
            break
        if not row:
            continue  # an empty line is no record
        if len(row) != width:
            place = f"{path}:{line + reader.line_num - 1}"
            records.note(f"{place}: has {len(row)} cells, not {width}; the row is not rated")
            crooked.add(len(rows))
            rest = ",".join(row[width - 1 :])  # what is too much stays in the last cell
            row = [*(row + [""] * width)[: width - 1], rest]
        rows.append(row)
    columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    if not columns:
        columns = [pa.array([], pa.string()) for _ in range(width)]
    return pa.RecordBatch.from_arrays(columns, schema=records.schema), crooked


def _for_rating(through: pa.RecordBatch, crooked: set[int], typed: pa.Schema) -> pa.RecordBatch:
    columns = [_parse(name, through.column(name)) for name in typed.names]
    if crooked and "facility" in typed.names:
        # Whose call a crooked row is cannot be known: it must not be rated by chance.
        place = typed.names.index("facility")
        straight = pa.array([row not in crooked for row in range(through.num_rows)])
        columns[place] = pc.if_else(straight, columns[place], pa.scalar(None, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=typed)


def _parse(name: str, column: pa.Array) -> pa.Array:
    """Parse a column of text for rating; what cannot be read is null."""
    if name == "start":
        try:
            return column.cast(pa.timestamp("us", "UTC")).cast(_START, safe=False)
        except pa.ArrowInvalid:
            return _each(column, _instant).cast(_START)
    if name in _WHOLE:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            missing = None if name == "authorized_ms" else -1
            return _each(column, lambda text: _whole(text, missing))
    if name in _WORDS:  # an empty cell says nothing
        return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return column


def _each(column: pa.Array, read: Callable[[str], int | None]) -> pa.Array:
    """Parse cell by cell, each distinct text once."""
    encoded = column.dictionary_encode()
    values = pa.array([read(text) for text in encoded.dictionary.to_pylist()], pa.int64())
    return values.take(encoded.indices)


def _whole(text: str, missing: int | None) -> int | None:
    """Return a whole number; ``missing`` for an empty cell, -1 for anything else."""
    text = text.strip()
    if not text:
        return missing
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else -1


def _instant(text: str) -> int | None:
    """Return UTC epoch milliseconds of ISO 8601 with an offset, or of a number of milliseconds."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if instant.tzinfo is None else epoch_ms(instant.astimezone(UTC))
