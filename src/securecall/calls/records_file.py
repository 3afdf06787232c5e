"""One SQLite file of the calls wing: its tables, its transactions, and a log that shows tampering.

Rows are never removed: each holds from an instant to another, and every change is a line of the
log, whose digest covers the line before it. That lines were cut off the end cannot be seen from the
file alone: who fears that keeps the digest of the last line elsewhere, or the file's copies.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputTypeError, StoreError
from securecall.ledger.identifier import word

__all__ = ["KeepsRecords", "LogLine", "RecordsFile"]

#: How long to wait for another process that writes; a gate must answer.
BUSY_S: Final = 1.0
_LOG: Final = """
CREATE TABLE IF NOT EXISTS log (
    line INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL, digest BLOB NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class LogLine:
    """Who changed what, when.

    Attributes
    ----------
    line : int
        From 1.
    at_ms : int
    by, what : str
    detail : dict
        The arguments of the change.

    Source
    ------
    own; docs/calls.md.
    """

    line: int
    at_ms: int
    by: str
    what: str
    detail: dict[str, Any]


class RecordsFile:
    """An SQLite file. Not for two threads at once; processes may share it.

    Parameters
    ----------
    path : str or Path
        ``:memory:`` keeps nothing.
    kind : str
        Four letters that mark such a file.
    schema : str
        SQL that makes the tables where they are missing.

    Raises
    ------
    StoreError
        It cannot be opened, or is a file of something else.
    InputTypeError
        ``path`` is no path.
    """

    def __init__(self, path: str | Path, kind: str, schema: str) -> None:
        if not isinstance(path, str | Path):
            raise InputTypeError(f"path must be a path or ':memory:', not {path!r}")
        self.path = str(path)
        self._depth = 0
        mark = int.from_bytes(kind.encode("ascii"), "big")
        try:
            self._file = sqlite3.connect(
                self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot be opened: {error}") from None
        try:
            found = self._file.execute("PRAGMA application_id").fetchone()[0]
            tables = self._file.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if tables and found != mark:
                raise StoreError(f"{self.path} is an SQLite file of something else")
            if self.path != ":memory:":
                self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = FULL")
            self._file.execute("PRAGMA trusted_schema = OFF")
            self._file.execute(f"PRAGMA application_id = {mark}")
            self._file.executescript(schema + _LOG)
        except sqlite3.Error as error:
            self._file.close()
            raise StoreError(f"{self.path} cannot be opened: {error}") from None
        except StoreError:
            self._file.close()
            raise

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a question.

        Raises
        ------
        StoreError
            The file cannot be read.
        """
        try:
            return self._file.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from None

    def run(self, sql: str, *values: Any) -> int:
        """Run a change inside `change`; return how many rows it touched.

        Raises
        ------
        StoreError
            The file cannot be written.
        """
        assert self._depth, "changes are made inside change()"
        try:
            return self._file.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from None

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make changes that are kept together or not at all; may be nested.

        Raises
        ------
        StoreError
            The file cannot be written.
        """
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        try:
            self._file.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from None
        self._depth = 1
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException as error:
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"{self.path}: {error}") from None
            raise
        finally:
            self._depth = 0

    def note(self, at_ms: int, by: str, what: str, **detail: Any) -> None:
        """Add a line to the log, inside `change`."""
        word(by, "by")
        last = self.rows("SELECT line, digest FROM log ORDER BY line DESC LIMIT 1")
        line, before = (last[0][0] + 1, last[0][1]) if last else (1, b"")
        text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
        digest = _digest(before, line, at_ms, by, what, text)
        self.run("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", line, at_ms, by, what, text, digest)

    def log(self) -> Iterator[LogLine]:
        """Yield the log, oldest first.

        Raises
        ------
        StoreError
            A line was changed or removed since it was written.
        """
        before = b""
        for number, row in enumerate(self.rows("SELECT * FROM log ORDER BY line"), 1):
            line, at_ms, by, what, text, digest = row
            if digest != _digest(before, line, at_ms, by, what, text):
                raise StoreError(f"{self.path}: line {number} of the log is not what was written")
            before = digest
            yield LogLine(line, at_ms, by, what, json.loads(text))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class KeepsRecords:
    """What whoever keeps such a file has: its log, and its end."""

    __slots__ = ("records",)

    records: RecordsFile

    def log(self) -> Iterator[LogLine]:
        """Yield who changed what, oldest first.

        Raises
        ------
        StoreError
            The log was changed since it was written.

        Source
        ------
        own; docs/calls.md.
        """
        return self.records.log()

    def close(self) -> None:
        """Let go of the file.

        Source
        ------
        own.
        """
        self.records.close()


def _digest(before: bytes, *parts: Any) -> bytes:
    return sha256(before + ascii(parts).encode()).digest()
