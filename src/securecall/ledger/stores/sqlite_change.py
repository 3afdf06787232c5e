"""What a group of operations puts into SQLite: seen by those after it, laid down all at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from securecall.ledger.chain import Line, Linked
from securecall.ledger.compact_json import encoder
from securecall.ledger.curve import Loaders, PriceCurve, dumped
from securecall.ledger.rows import AccountRow, CallRow, OpColumns, OpRow
from securecall.ledger.stores.door import Head, Paper
from securecall.ledger.stores.sqlite_view import View
from securecall.ledger.values.money import Entry

__all__ = ["Cache", "Change"]

CACHED_MAX: Final = 20_000
_dumps = encoder()


class Cache:
    """Rows as the writer knows them; dropped when another process has written.

    In the middle of a group they are ahead of the file, and if the group fails they are dropped.
    """

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

    def trim(self) -> None:
        """Forget rows where there are too many; only when all of them are in the file."""
        if len(self.accounts) > CACHED_MAX:
            self.accounts.clear()
        if len(self.calls) > CACHED_MAX:
            self.calls.clear()


class Change(View):
    """A transaction of many operations, one after another.

    What an operation puts is kept aside until it has come to its end, so that one that raises
    leaves nothing; `keep` then adds it to what the group has put, which `lay_down` writes with one
    statement a table. A question that only the file can answer has that done first.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        loaders: Loaders,
        curves: dict[str, PriceCurve],
        cache: Cache,
    ) -> None:
        super().__init__(connection, loaders, curves)
        self._cache = cache
        self._looked_up: dict[str, OpRow | None] = {}
        self._by_request: dict[str, OpColumns] = {}
        self._clear()
        self.forget()

    def _clear(self) -> None:
        """Have nothing that the file has not."""
        self._ops: list[OpColumns] = []
        self._entries: list[Line] = []
        self._accounts: dict[str, AccountRow] = {}
        self._calls: dict[str, CallRow] = {}
        self._started: set[str] = set()
        self._papers: dict[tuple[str, str], Paper] = {}
        self._notes: dict[str, Any] = {}

    def look_up(self, request_ids: Sequence[str]) -> None:
        """Find at once what is there of the requests of a group."""
        self._looked_up = self.ops_of(request_ids)

    # What an operation sees -----------------------------------------------------------------------

    def head(self) -> Head:
        if self._cache.head is None:
            self._cache.head = super().head()
        return self._cache.head

    def op(self, request_id: str) -> OpRow | None:
        row = self._by_request.get(request_id)
        if row is not None:
            return OpRow(*row)
        if request_id in self._looked_up:
            return self._looked_up[request_id]
        return super().op(request_id)

    def account(self, id: str) -> AccountRow | None:
        row = self._cache.accounts.get(id)
        if row is None:
            row = super().account(id)
            if row is None:
                return None
            self._cache.accounts[id] = row
        return row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self._cache.calls.get(id) or self._calls.get(id)
        if row is None:
            row = super().call(id)
            if row is None:
                return None
            self._cache.calls[id] = row
        return row.copy()

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        cached = self._cache.accounts
        unknown = [id for id in ids if id not in cached]
        if unknown:
            cached.update(super().accounts_of(unknown))
        return {id: cached[id].copy() for id in ids if id in cached}

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        # Calls that have ended are not cached: of a month's records most are asked for once.
        put = {id: row for id in ids if (row := self._calls.get(id)) is not None}
        unknown = [id for id in ids if id not in put]
        found = super().calls_of(unknown) if unknown else {}
        for id, row in put.items():
            found[id] = row.copy()
        return found

    def paper(self, kind: str, id: str) -> Paper | None:
        return self._papers.get((kind, id)) or super().paper(kind, id)

    def papers(self, kind: str, account: str) -> list[Paper]:
        self.lay_down()
        return super().papers(kind, account)

    def note(self, name: str) -> Any:
        if name not in self._cache.notes:
            self._cache.notes[name] = super().note(name)
        return self._cache.notes[name]

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        self.lay_down()
        return super().entries(account, after_seq)

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        self.lay_down()
        return super().ops(after_seq)

    def accounts(self) -> Iterator[AccountRow]:
        self.lay_down()
        return super().accounts()

    def calls(self) -> Iterator[CallRow]:
        self.lay_down()
        return super().calls()

    def running_calls(self) -> list[str]:
        self.lay_down()
        return super().running_calls()

    def due_calls(self, at_ms: int) -> list[str]:
        self.lay_down()
        return super().due_calls(at_ms)

    def due_reloads(self, at_ms: int) -> list[str]:
        self.lay_down()
        return super().due_reloads(at_ms)

    # What an operation puts -----------------------------------------------------------------------

    def put_paper(self, paper: Paper) -> None:
        self._new_papers.append(paper)

    def put_note(self, name: str, value: Any) -> None:
        self._new_notes[name] = value

    def forget(self) -> None:
        self.added: OpColumns | None = None
        self._new_papers: list[Paper] = []
        self._new_notes: dict[str, Any] = {}

    def append(
        self,
        op: Linked,
        hash: bytes,
        lines: Sequence[Line],
        accounts: Collection[AccountRow],
        calls: Collection[CallRow],
    ) -> None:
        self.added = (*op, hash)
        self._new_lines = lines
        self._new_accounts = accounts
        self._new_calls = calls

    def keep(self) -> None:
        """Take the operation that has come to its end into what the group has put."""
        op, cache = self.added, self._cache
        if op is None:
            return
        self.added = None
        _, entry_seq, _, latest_ms = self.head()
        seq, request_id, _, _, at_ms, _, _, hash = op
        self._ops.append(op)
        self._by_request[request_id] = op
        if self._new_lines:
            self._entries += self._new_lines
            entry_seq += len(self._new_lines)
        for row in self._new_accounts:
            self._accounts[row.id] = cache.accounts[row.id] = row
        for call in self._new_calls:
            self._keep_call(call, seq)
        if self._new_papers or self._new_notes:
            for paper in self._new_papers:
                self._papers[paper.kind, paper.id] = paper
            self._notes.update(self._new_notes)
            cache.notes.update(self._new_notes)
            self.forget()
        if at_ms > latest_ms:
            latest_ms = self._notes["latest_ms"] = at_ms
        cache.head = Head(seq, entry_seq, hash, latest_ms)

    def _keep_call(self, call: CallRow, seq: int) -> None:
        self._calls[call.id] = call
        if call.order == seq:
            self._started.add(call.id)
        if call.state == "running":
            self._cache.calls[call.id] = call
        else:
            self._cache.calls.pop(call.id, None)
            self._curves.pop(call.id, None)

    # What the file gets ---------------------------------------------------------------------------

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
        if self._notes:
            notes = [(name, _dumps(value)) for name, value in self._notes.items()]
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
