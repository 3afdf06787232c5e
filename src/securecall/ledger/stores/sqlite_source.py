"""A ledger in SQLite as what moves it elsewhere sees it: its rows as they lie there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from securecall.errors import StoreError
from securecall.ledger.rows import OpRow
from securecall.ledger.stores.sqlite_file import connect, open_to_write
from securecall.ledger.values.money import Entry

__all__ = ["ROWS", "Batch", "SqliteSource"]

Batch = list[tuple[OpRow, list[Entry]]]

OPS_MAX: Final = 2_000
ENTRIES_MAX: Final = 5_000
_OWN_NOTES: Final = "('moved_to', 'resolved', 'latest_ms')"  # of the file, not of the books

# What there is besides the chain, in an order that stays as it is while rows are added.
ROWS: Final = {
    "account": "SELECT * FROM account ORDER BY id",
    "call": "SELECT id, state, cutoff_ms, body, curve FROM call ORDER BY rowid",
    "paper": "SELECT kind, id, account, state, body FROM paper ORDER BY rowid",
    "note": f"SELECT name, value FROM note WHERE name NOT IN {_OWN_NOTES} ORDER BY name",
    "checkpoint": "SELECT seq, entry_seq, hash, at_ms, mac FROM checkpoint ORDER BY seq",
}


class SqliteSource:
    """Reads a ledger's file row by row, while others go on writing to it.

    Parameters
    ----------
    path : str

    Raises
    ------
    StoreError
        It is not there, or no ledger.
    """

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise StoreError(f"{path} is not there")
        open_to_write(path, 2).close()  # refuses what is no ledger
        self.path = path
        self._connection = connect(path)
        self._connection.execute("PRAGMA query_only = ON")

    def hash_of(self, seq: int) -> bytes | None:
        """Return the hash of an operation."""
        row = self._connection.execute("SELECT hash FROM op WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else bytes(row[0])

    def moved_to(self) -> str | None:
        """Return where the books went; None: they are here."""
        sql = "SELECT value FROM note WHERE name = 'moved_to'"
        row = self._connection.execute(sql).fetchone()
        return None if row is None else str(json.loads(row[0]))

    def chain(self, after_seq: int, after_entry: int) -> Iterator[Batch]:
        """Return operations with their entries, as they are now, some thousand at a time."""
        execute = self._connection.execute
        execute("BEGIN")
        try:
            entries = execute("SELECT * FROM entry WHERE seq > ? ORDER BY seq", (after_entry,))
            waiting = next(entries, None)
            batch: Batch = []
            lines = 0
            for row in execute("SELECT * FROM op WHERE seq > ? ORDER BY seq", (after_seq,)):
                op, own = OpRow(*row), []
                while waiting is not None and waiting[1] == op.seq:
                    own.append(Entry(*waiting))
                    waiting = next(entries, None)
                batch.append((op, own))
                lines += len(own)
                if len(batch) >= OPS_MAX or lines >= ENTRIES_MAX:
                    yield batch
                    batch, lines = [], 0
            if batch:
                yield batch
            if waiting is not None:
                raise StoreError(f"{self.path}: entry {waiting[0]} belongs to no operation")
        finally:
            execute("ROLLBACK")

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Return what is in a table of `ROWS`."""
        return iter(self._connection.execute(ROWS[table]))

    def hand_over(self, address: str) -> None:
        """Have the file refuse every further operation, and say where the books went."""
        self._write("INSERT OR REPLACE INTO note VALUES ('moved_to', ?)", json.dumps(address))

    def take_back(self) -> None:
        """Have the file take operations again."""
        self._write("DELETE FROM note WHERE name = 'moved_to'")

    def _write(self, sql: str, *values: str) -> None:
        connection = open_to_write(self.path, 2)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(sql, values)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot be written: {error}") from None
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
