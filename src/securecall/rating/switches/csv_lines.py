"""CSV records, in blocks: the quick way where every line is a record, line by line where not.

Switches write one record a line, and sometimes write it badly: a line cut short when the disk was
full, a caller's name with a stray quote, a log that gained columns in mid-file. A plain CSV reader
lets one stray quote swallow every record up to the next one. Here a record may span lines (a quoted
line break is legal), but never over a line that is a whole record by itself, so damage stays where
it is. Each broken line becomes a row of nulls with the reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import csv as arrow_csv

from securecall.errors import InputError, did_you_mean
from securecall.rating.switches.raw import raw_schema, raw_table

__all__ = ["CsvLines"]

BLOCK_BYTES: Final = 1 << 22
LINE_BYTES_MAX: Final = 1 << 24
MISFIT_BYTES: Final = 1 << 22  # without one record: it is the wrong layout
JOIN_LINES_MAX: Final = 100
_OPEN: Final = "has a quote that is never closed"
_NEXT: Final = "\n."
# Quotes stand around cells or doubled inside them, nowhere else. The line that closes a quoted line
# break never looks so by itself.
_CELL: Final = '(?:"(?:[^"]|"")*+"|[^",]*+)'
_WELL_FORMED: Final = re.compile(rf"{_CELL}(?:,{_CELL})*+\Z")
_BOM: Final = b"\xef\xbb\xbf"


class CsvLines:
    """Reads the CSV files of one layout.

    Parameters
    ----------
    layout : str
        Its name, for messages.
    orders : sequence of tuple of str
        The orders of columns that a record may have; with a header, the columns that it must name.
    fields : sequence of str
        The columns that are wanted.
    header : bool
        Whether the first line names the columns.
    required : mapping of str to str
        With a header: what else must be in it, and which argument asked for it.
    """

    def __init__(
        self,
        layout: str,
        orders: Sequence[tuple[str, ...]],
        fields: Sequence[str],
        header: bool,
        required: dict[str, str] | None = None,
    ) -> None:
        self.layout = layout
        self.fields = tuple(fields)
        self.header = header
        self.required = required or {}
        self.orders = {} if header else {len(order): order for order in orders}
        self.needed = orders[0] if header else ()
        self._read_any = False
        self._first_fault: tuple[int, str] | None = None

    def read(self, stream: BinaryIO, file: str) -> Iterator[pa.Table]:
        """Yield raw tables of a file, in order.

        Raises
        ------
        InputError
            No record fits the layout, the header lacks a column, or the file has no lines.
        """
        self._read_any = False
        self._first_fault = None
        if self.header:
            self.orders = {}
        line, seen = 1, 0
        carry = b""
        first = True
        while True:
            data = stream.read(BLOCK_BYTES)
            block = carry + data
            if first:
                block = block.removeprefix(_BOM)
                first = False
            cut = block.rfind(b"\n") + 1 if data else len(block)
            if len(block) - cut > LINE_BYTES_MAX:
                raise InputError(
                    f"{file}:{line}: a line must be at most {LINE_BYTES_MAX} bytes; "
                    "is this a text file?"
                )
            block, carry = block[:cut], block[cut:]
            if block:
                breaks = block.count(b"\n")
                table, rest = self._block(block, line, breaks, file, final=not data)
                line += breaks - rest.count(b"\n")
                carry = rest + carry
                if table is not None:
                    yield table
            seen += len(data)
            if not self._read_any and self._first_fault and (not data or seen > MISFIT_BYTES):
                raise self._misfit(file)
            if not data:
                return

    def _block(
        self, block: bytes, line: int, breaks: int, file: str, final: bool
    ) -> tuple[pa.Table | None, bytes]:
        """Read whole lines; return their records, and lines that belong to the next block."""
        if self.header and not self.orders:
            while True:  # blank lines before the header
                head, newline, block = block.partition(b"\n")
                line += 1
                breaks -= 1
                if head.strip() or not newline:
                    break
            if not head.strip():
                return None, b""
            self._take_header(head, file, line - 1)
            if not block:
                return None, b""
        table = self._quick(block, line, breaks + (not block.endswith(b"\n")))
        if table is not None:
            self._read_any = True
            return table, b""
        return self._slow(block, line, final)

    def _take_header(self, head: bytes, file: str, line: int) -> None:
        row = _parse(head.decode("utf-8", "replace").rstrip("\r"))
        if isinstance(row, str):
            raise InputError(f"{file}:{line}: the header {row}")
        names = [name.strip() for name in row]
        names[0] = names[0].removeprefix("#")  # CGRateS' readers take it for a comment
        asked = {**dict.fromkeys(self.needed, "layout"), **self.required}
        for name, what in asked.items():
            if names.count(name) == 1:
                continue
            if name in names:
                raise InputError(f"{file}:{line}: the header must name {name!r} once")
            raise InputError(
                f"{file}:{line}: the header must name {name!r} "
                f"({what if what != 'layout' else 'layout ' + self.layout}); "
                f"it names {', '.join(names)}" + did_you_mean(name, names)
            )
        self.orders = {len(names): tuple(names)}

    # A block whose lines are all whole records of one order.

    def _quick(self, block: bytes, line: int, lines: int) -> pa.Table | None:
        """Let Arrow parse a block; None if not every line came out as one record."""
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            return None  # Arrow would take a bare carriage return for the end of a line
        head = _parse(block.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r"))
        order = None if isinstance(head, str) else self.orders.get(len(head))
        if order is None:
            return None
        kept = [name for name in self.fields if name in order]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                read_options=arrow_csv.ReadOptions(
                    column_names=list(order), block_size=len(block) + 1
                ),
                parse_options=arrow_csv.ParseOptions(
                    newlines_in_values=True, ignore_empty_lines=True
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=kept,
                    column_types=dict.fromkeys(kept, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            return None
        # As many records as lines, all of the right width: each line is one, whatever its quotes;
        # only the last might want to go on in the next block.
        tail = block.removesuffix(b"\n").rpartition(b"\n")[2]
        if table.num_rows != lines or isinstance(_parse(_text(tail)), str):
            return None
        nothing = pa.nulls(lines, pa.string())
        columns = [table.column(name) if name in order else nothing for name in self.fields]
        numbers = pa.array(range(line, line + lines), pa.int64())
        return pa.table([*columns, numbers, nothing, nothing], schema=raw_schema(self.fields))

    # Line by line.

    def _slow(self, block: bytes, line: int, final: bool) -> tuple[pa.Table | None, bytes]:
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        rows: list[list[str] | None] = []
        numbers: list[int] = []
        broken: list[str | None] = []
        index, rest = 0, b""
        while index < len(lines):
            text = _text(lines[index])
            if not text:
                index += 1
                continue
            taken = 1
            row: list[str] | str = self._whole(text)
            if row == _OPEN:
                joined = self._joined(lines, index, final)
                if joined is None:
                    rest = b"\n".join(lines[index:]) + b"\n"
                    break
                taken = joined[0]
                row = joined[1] or _OPEN
            if isinstance(row, str):
                if self._first_fault is None:
                    self._first_fault = (line + index, row)
                rows.append(None)
                broken.append(f"the record {row}")
            else:
                self._read_any = True
                rows.append(row)
                broken.append(None)
            numbers.append(line + index)
            index += taken
        if not rows:
            return None, rest
        return raw_table(self.fields, self._by_column(rows), numbers, broken), rest

    def _whole(self, text: str) -> list[str] | str:
        """Return the cells of a record, or what is wrong with it."""
        row = _parse(text)
        if isinstance(row, str) or len(row) in self.orders:
            return row
        wanted = " or ".join(str(width) for width in sorted(self.orders))
        return f"has {len(row)} column{'s' * (len(row) != 1)}, not {wanted}"

    def _joined(
        self, lines: list[bytes], index: int, final: bool
    ) -> tuple[int, list[str] | None] | None:
        """Join a line with those that its open quote may span.

        Returns how many lines and the cells, or no cells if they make no record, or None if the
        next block must be seen first.
        """
        text = _text(lines[index])
        for number in range(index + 1, min(index + JOIN_LINES_MAX, len(lines))):
            following = _text(lines[number])
            if _WELL_FORMED.match(following) and not isinstance(self._whole(following), str):
                return 1, None
            text += "\n" + following
            row = self._whole(text)
            if row != _OPEN:
                # The rest of a record that was cut may close the quote of another by chance.
                if isinstance(row, str) or not _WELL_FORMED.match(text):
                    return 1, None
                return number - index + 1, row
        if not final and len(lines) - index < JOIN_LINES_MAX:
            return None
        return 1, None

    def _by_column(self, rows: list[list[str] | None]) -> dict[str, list[str | None]]:
        place = {width: {n: i for i, n in enumerate(o)} for width, o in self.orders.items()}
        found: dict[str, list[str | None]] = {}
        for name in self.fields:
            at = {width: names.get(name) for width, names in place.items()}
            values: list[str | None] = []
            for row in rows:
                cell = None if row is None else at[len(row)]
                values.append(None if row is None or cell is None else row[cell] or None)
            found[name] = values
        return found

    def _misfit(self, file: str) -> InputError:
        from securecall.rating.layouts import LAYOUTS

        assert self._first_fault is not None
        line, fault = self._first_fault
        order = max(self.orders.values(), key=len)
        text = (
            f"{file}:{line}: the record {fault}; no record fits layout {self.layout!r}, "
            f"whose columns are {', '.join(order)}"
        )
        count = fault.split()[1]
        others = [
            name
            for name, layout in LAYOUTS.items()
            if layout.form == "csv" and count in {str(len(order)) for order in layout.columns}
        ]
        return InputError(text + (f"; {others[0]!r} has {count} columns" if others else ""))


def _text(line: bytes) -> str:
    """Decode a line; what is not UTF-8 is read as Latin-1, so that its ASCII cells stay usable."""
    line = line.removesuffix(b"\r")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _parse(text: str) -> list[str] | str:
    """Return the cells of one record, or what is wrong with it."""
    try:
        rows = list(csv.reader(io.StringIO(text + _NEXT, newline="")))
    except csv.Error as error:
        return f"is not CSV: {error}"
    if len(rows) == 1:  # an open quote took what follows
        return _OPEN
    if len(rows) != 2:
        return f"is not CSV: it makes {len(rows) - 1} records"
    return rows[0]
