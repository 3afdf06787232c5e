"""JSON records: one object a file, one a line, or an array of them.

A line that is an object is a record. Anything else is gathered until it makes one: an object or an
array printed over many lines ends with a bracket at the beginning of a line, or with the file. What
makes nothing becomes one row of nulls with the reason, and reading goes on at the next line that
begins with ``{``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

import pyarrow as pa

from securecall.rating.switches.raw import raw_table

__all__ = ["JsonLines"]

ROWS: Final = 8192
RECORD_BYTES_MAX: Final = 1 << 28
SHOWN: Final = 12


class JsonLines:
    """Reads the JSON files of one layout.

    Parameters
    ----------
    fields : sequence of str
        Dotted paths.
    percent_encoded : str
        Paths with this beginning are percent-encoded; none if it is empty.

    Attributes
    ----------
    keys : tuple of str
        The first keys of the first object seen, for messages.
    """

    def __init__(self, fields: Sequence[str], percent_encoded: str = "") -> None:
        self.fields = tuple(fields)
        self.paths = [tuple(name.split(".")) for name in self.fields]
        self.encoded = [
            bool(percent_encoded) and name.startswith(percent_encoded) for name in self.fields
        ]
        self.keys: tuple[str, ...] = ()

    def read(self, stream: BinaryIO, file: str) -> Iterator[pa.Table]:
        """Yield raw tables of a file, in order."""
        columns: list[list[str | None]] = [[] for _ in self.fields]
        lines: list[int] = []
        broken: list[str | None] = []
        for line, record, reason in _records(stream):
            for values, path, encoded in zip(columns, self.paths, self.encoded, strict=True):
                values.append(None if record is None else _value(record, path, encoded))
            lines.append(line)
            broken.append(reason)
            if record is not None and not self.keys:
                self.keys = tuple(record)[:SHOWN]
            if len(lines) == ROWS:
                yield self._table(columns, lines, broken)
                columns = [[] for _ in self.fields]
                lines, broken = [], []
        if lines:
            yield self._table(columns, lines, broken)

    def _table(
        self, columns: list[list[str | None]], lines: list[int], broken: list[str | None]
    ) -> pa.Table:
        return raw_table(self.fields, dict(zip(self.fields, columns, strict=True)), lines, broken)


def _value(record: Any, path: tuple[str, ...], encoded: bool) -> str | None:
    """Return the text at a path; None if there is no such value."""
    for step in path:
        if isinstance(record, dict):
            record = record.get(step)
        elif isinstance(record, list) and step.isdigit():
            record = record[int(step)] if int(step) < len(record) else None
        else:
            return None
    if record is None or isinstance(record, str):
        return unquote(record) if encoded and record else record
    if isinstance(record, bool):
        return "true" if record else "false"
    return json.dumps(record)


def _parsed(text: bytes) -> Any:
    """Return what a text is, numbers as they are written; the reason, as `_Fault`, if nothing."""
    try:
        # Numbers stay text: FreeSWITCH writes them so, and nothing may pass through a float.
        return json.loads(text.decode("utf-8-sig"), parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        return _Fault("is not UTF-8")
    except json.JSONDecodeError as error:
        return _Fault(f"is not JSON: {error.msg} at character {error.pos}")
    except (ValueError, RecursionError):
        return _Fault("is not JSON that can be read: it is nested too deeply")


class _Fault(str):
    """Why a text is no record."""

    __slots__ = ()


def _records(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | None, str | None]]:
    """Yield (line, object, None) or (line, None, reason), in order."""
    pending: list[bytes] = []
    begun = size = tried = 0

    def flush() -> Iterator[tuple[int, dict[str, Any] | None, str | None]]:
        if pending:
            yield from _spread(begun, _parsed(b"".join(pending)))
            pending.clear()

    for line, text in enumerate(stream, 1):
        if not text.strip():
            continue
        if text.startswith((b"{", b"\xef\xbb\xbf{")):
            yield from flush()
            found = _parsed(text)
            if isinstance(found, dict):
                yield line, found, None
                continue
        if not pending:
            begun, size, tried = line, 0, 0
        pending.append(text)
        size += len(text)
        # Trying again only when there is twice as much: a file of brackets must not take for ever.
        if text.startswith((b"}", b"]")) and size >= 2 * tried:
            tried = size
            found = _parsed(b"".join(pending))
            if not isinstance(found, _Fault):
                pending.clear()
                yield from _spread(begun, found)
        elif size > RECORD_BYTES_MAX:
            pending.clear()
            yield begun, None, f"the record is longer than {RECORD_BYTES_MAX} bytes"
    yield from flush()


def _spread(line: int, found: Any) -> Iterator[tuple[int, dict[str, Any] | None, str | None]]:
    """Yield the records of a JSON value that begins on a line."""
    if isinstance(found, dict):
        yield line, found, None
    elif isinstance(found, _Fault):
        yield line, None, f"the record {found}"
    elif isinstance(found, list):
        for element in found:
            if isinstance(element, dict):
                yield line, element, None
            else:
                yield line, None, "the record is not a JSON object"
    else:
        yield line, None, "the record is not a JSON object"
