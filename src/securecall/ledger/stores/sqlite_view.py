"""The rows of a ledger in SQLite: read, and changed within a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from securecall.ledger.chain import GENESIS, Line
from securecall.ledger.curve import Loaders, PriceCurve, dumped, loaded
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper
from securecall.ledger.values.money import Entry

__all__ = ["Cache", "Change", "View"]

CACHED_MAX: Final = 20_000
CURVES_MAX: Final = 4_096
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode

_OP: Final = "seq, request_id, digest, method, at_ms, code, answer, hash"
_ENTRY: Final = "seq, op, at_ms, account, contra, amount, kind, ref"


def _paper(row: tuple[str, str, str, str, str]) -> Paper:
    kind, id, account, state, body = row
    return Paper(kind, id, account, state, json.loads(body))


class Cache:
    """Rows as they are in the file, for the writer; dropped when another process has written."""

    __slots__ = ("accounts", "calls", "head", "notes", "version")

    def __init__(self) -> None:
        self.version = -1
        self.drop()

    def drop(self) -> None:
        """Forget everything."""
        self.accounts: dict[str, AccountRow] = {}
        self.calls: dict[str, CallRow] = {}
        self.notes: dict[str, Any] = {}
        self.head: Head | None = None


class View:
    """What a connection sees."""

    def __init__(
        self, connection: sqlite3.Connection, loaders: Loaders, curves: dict[str, PriceCurve]
    ) -> None:
        self._connection = connection
        self._loaders = loaders
        self._curves = curves  # of calls; a curve never changes

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def head(self) -> Head:
        row = self._one("SELECT seq, hash FROM op ORDER BY seq DESC LIMIT 1")
        if row is None:
            return Head(0, 0, GENESIS, 0)
        (entry_seq,) = self._one("SELECT coalesce(max(seq), 0) FROM entry")
        latest = self._one("SELECT value FROM note WHERE name = 'latest_ms'")
        return Head(row[0], entry_seq, bytes(row[1]), int(latest[0]))

    def op(self, request_id: str) -> OpRow | None:
        row = self._one(f"SELECT {_OP} FROM op WHERE request_id = ?", request_id)
        return None if row is None else OpRow(*row)

    def account(self, id: str) -> AccountRow | None:
        row = self._one("SELECT * FROM account WHERE id = ?", id)
        return None if row is None else AccountRow.load(row)

    def call(self, id: str) -> CallRow | None:
        row = self._one("SELECT id, state, cutoff_ms, body FROM call WHERE id = ?", id)
        return None if row is None else CallRow.load(row, self._curve(id))

    def _curve(self, id: str) -> PriceCurve:
        curve = self._curves.get(id)
        if curve is None:
            (body,) = self._one("SELECT curve FROM call WHERE id = ?", id)
            curve = loaded(body, self._loaders)
            if len(self._curves) >= CURVES_MAX:
                self._curves.clear()
            self._curves[id] = curve
        return curve

    def paper(self, kind: str, id: str) -> Paper | None:
        row = self._one("SELECT * FROM paper WHERE kind = ? AND id = ?", kind, id)
        return None if row is None else _paper(row)

    def papers(self, kind: str, account: str) -> list[Paper]:
        sql = "SELECT * FROM paper WHERE kind = ? AND account = ? ORDER BY rowid"
        rows = self._connection.execute(sql, (kind, account))
        return [_paper(row) for row in rows]

    def note(self, name: str) -> Any:
        row = self._one("SELECT value FROM note WHERE name = ?", name)
        return None if row is None else json.loads(row[0])

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        where = "" if account is None else "account = ? AND "
        values = (after_seq,) if account is None else (account, after_seq)
        sql = f"SELECT {_ENTRY} FROM entry WHERE {where}seq > ? ORDER BY seq"
        return (Entry(*row) for row in self._connection.execute(sql, values))

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        sql = f"SELECT {_OP} FROM op WHERE seq > ? ORDER BY seq"
        return (OpRow(*row) for row in self._connection.execute(sql, (after_seq,)))

    def accounts(self) -> Iterator[AccountRow]:
        rows = self._connection.execute("SELECT * FROM account ORDER BY id")
        return (AccountRow.load(row) for row in rows)

    def calls(self) -> Iterator[CallRow]:
        sql = "SELECT id, state, cutoff_ms, body, curve FROM call ORDER BY rowid"
        return (
            CallRow.load(row[:4], loaded(row[4], self._loaders))
            for row in self._connection.execute(sql)
        )

    def due_calls(self, at_ms: int) -> list[str]:
        sql = (
            "SELECT id FROM call WHERE state = 'running' AND cutoff_ms <= ? ORDER BY cutoff_ms, id"
        )
        return [row[0] for row in self._connection.execute(sql, (at_ms,))]

    def due_reloads(self, at_ms: int) -> list[str]:
        sql = "SELECT id FROM account WHERE reload_ms <= ? ORDER BY reload_ms, id"
        return [row[0] for row in self._connection.execute(sql, (at_ms,))]


class Change(View):
    """What one operation reads and puts; nothing reaches the file before `lay_down`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        loaders: Loaders,
        curves: dict[str, PriceCurve],
        cache: Cache,
    ) -> None:
        super().__init__(connection, loaders, curves)
        self._cache = cache
        self._accounts: list[AccountRow] = []
        self._calls: list[CallRow] = []
        self._papers: list[Paper] = []
        self._notes: dict[str, Any] = {}
        self._lines: Sequence[Line] = ()
        self.added: OpRow | None = None

    def head(self) -> Head:
        if self._cache.head is None:
            self._cache.head = super().head()
        return self._cache.head

    def account(self, id: str) -> AccountRow | None:
        row = self._cache.accounts.get(id)
        if row is None:
            row = super().account(id)
            if row is None:
                return None
            self._cache.accounts[id] = row
        return row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self._cache.calls.get(id)
        if row is None:
            row = super().call(id)
            if row is None:
                return None
            self._cache.calls[id] = row
        return row.copy()

    def note(self, name: str) -> Any:
        if name not in self._cache.notes:
            self._cache.notes[name] = super().note(name)
        return self._cache.notes[name]

    def put_account(self, row: AccountRow) -> None:
        self._accounts.append(row)

    def put_call(self, row: CallRow) -> None:
        self._calls.append(row)

    def put_paper(self, paper: Paper) -> None:
        self._papers.append(paper)

    def put_note(self, name: str, value: Any) -> None:
        self._notes[name] = value

    def forget(self) -> None:
        self._accounts, self._calls, self._papers, self._notes = [], [], [], {}

    def append(self, op: OpRow, lines: Sequence[Line]) -> None:
        self.added, self._lines = op, lines

    def lay_down(self) -> None:
        """Write it all, in a savepoint of its own."""
        op = self.added
        if op is None:
            return
        execute = self._connection.execute
        execute("SAVEPOINT operation")
        try:
            self._write(op)
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK TO operation")
            raise
        execute("RELEASE operation")
        self._remember(op)

    def _write(self, op: OpRow) -> None:
        execute = self._connection.execute
        execute(
            "INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (op.seq, op.request_id, op.digest, op.method, op.at_ms, op.code, op.answer, op.hash),
        )
        for line in self._lines:
            execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", line)
        for row in self._accounts:
            execute("INSERT OR REPLACE INTO account VALUES (?,?,?,?,?,?,?,?,?,?,?)", row.dump())
        for call in self._calls:
            id, state, cutoff_ms, body = call.dump()
            if call.order == op.seq:
                assert call.curve is not None
                curve = dumped(call.curve)
                execute("INSERT INTO call VALUES (?,?,?,?,?)", (id, state, cutoff_ms, body, curve))
            else:
                sql = "UPDATE call SET state = ?, cutoff_ms = ?, body = ? WHERE id = ?"
                execute(sql, (state, cutoff_ms, body, id))
        for paper in self._papers:
            sql = (
                "INSERT INTO paper VALUES (?,?,?,?,?) ON CONFLICT (kind, id) DO UPDATE "
                "SET account = excluded.account, state = excluded.state, body = excluded.body"
            )
            execute(sql, (*paper[:4], _dumps(paper.body)))
        for name, value in self._notes.items():
            execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, _dumps(value)))
        if op.at_ms > self.head().at_ms:
            execute("INSERT OR REPLACE INTO note VALUES ('latest_ms', ?)", (str(op.at_ms),))

    def _remember(self, op: OpRow) -> None:
        """Make the cache what the file now has."""
        cache, before = self._cache, self.head()
        if len(cache.accounts) > CACHED_MAX:
            cache.accounts.clear()
        for row in self._accounts:
            cache.accounts[row.id] = row
        if len(cache.calls) > CACHED_MAX:
            cache.calls.clear()
        for call in self._calls:
            if call.state == "running":
                cache.calls[call.id] = call
            else:
                cache.calls.pop(call.id, None)
                self._curves.pop(call.id, None)
        cache.notes.update(self._notes)
        entry_seq = before.entry_seq + len(self._lines)
        cache.head = Head(op.seq, entry_seq, op.hash, max(before.at_ms, op.at_ms))
