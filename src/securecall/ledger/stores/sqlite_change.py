"""What a group of operations puts into a SQLite file, with one statement a table."""

from __future__ import annotations

import sqlite3

from securecall.ledger.compact_json import encoder
from securecall.ledger.curve import Loaders, PriceCurve, dumped
from securecall.ledger.stores.pending import Cache, Pending
from securecall.ledger.stores.sqlite_view import View

__all__ = ["Change"]

_dumps = encoder()


class Change(Pending):
    """A transaction of many operations in a SQLite file; see `Pending`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        loaders: Loaders,
        curves: dict[str, PriceCurve],
        cache: Cache,
    ) -> None:
        super().__init__(View(connection, loaders, curves), curves, cache)
        self._connection = connection

    def lay_down(self) -> None:
        """Write what the group has put and the file has not."""
        if not self._ops:
            return
        many = self._connection.executemany
        many("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._ops)
        if self._entries:
            many("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._entries)
        if self._accounts:
            many(
                "INSERT OR REPLACE INTO account VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                [row.dump() for row in self._accounts.values()],
            )
        if self._calls:
            self._lay_calls_down()
        if self._papers:
            many(
                "INSERT INTO paper VALUES (?,?,?,?,?) ON CONFLICT (kind, id) DO UPDATE "
                "SET account = excluded.account, state = excluded.state, body = excluded.body",
                [(*paper[:4], _dumps(paper.body)) for paper in self._papers.values()],
            )
        if self._notes or self._later:
            notes = [(name, _dumps(value)) for name, value in self._notes.items()]
            if self._later:
                notes.append(("latest_ms", str(self.head().at_ms)))
            many("INSERT OR REPLACE INTO note VALUES (?, ?)", notes)
        self._clear()

    def _lay_calls_down(self) -> None:
        started, others = [], []
        for call in self._calls.values():
            id, state, cutoff_ms, body = call.dump()
            if id in self._started:
                assert call.curve is not None
                started.append((id, state, cutoff_ms, body, dumped(call.curve)))
            else:
                others.append((state, cutoff_ms, body, id))
        many = self._connection.executemany
        many("INSERT INTO call VALUES (?,?,?,?,?)", started)
        many("UPDATE call SET state = ?, cutoff_ms = ?, body = ? WHERE id = ?", others)
