"""Books in memory: for tests, simulations, and hosts that keep them elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from threading import Lock
from typing import Any, TypeVar

from securecall.ledger.chain import GENESIS, Line, Linked
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper, Reading, Writing
from securecall.ledger.values.money import Entry

__all__ = ["MemoryStore"]

T = TypeVar("T")


class MemoryStore:
    """Keeps a ledger in dictionaries.

    A transaction keeps aside what it puts until it appends its operation, which is the last thing
    that it does, so that a job that raises has done nothing. Readers only ever wait for that
    appending, which is a few assignments.

    Source
    ------
    own; docs/decisions/0100.
    """

    def __init__(self) -> None:
        self._writer = Lock()
        self._state = Lock()
        self._listing = Lock()
        self._accounts: dict[str, AccountRow] = {}
        self._calls: dict[str, CallRow] = {}
        self._papers: dict[tuple[str, str], Paper] = {}
        self._notes: dict[str, Any] = {}
        # Operations and entries are plain tuples: they are quick to make, and the collector of
        # garbage soon leaves them alone.
        self._ops: list[Linked] = []
        self._hashes: list[bytes] = []
        self._by_request: dict[str, Linked] = {}
        self._lines: list[Line] = []
        self._lines_of: defaultdict[str, list[int]] = defaultdict(list)
        self._listed = 0  # lines that are there already: who asks first lists the rest
        # By kind and account: the ids, each with its place among all papers.
        self._papers_of: dict[tuple[str, str], dict[str, int]] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._running: dict[str, int | None] = {}
        self._reloads: dict[str, int] = {}
        self._head = (0, 0, GENESIS, 0)  # what `Head` has, as a tuple that costs less to make
        self._change = _Change(self)  # one for all transactions, since they come one at a time

    def write(
        self, job: Callable[[Writing], T], request_id: str | None, content: Sequence[Any] = ()
    ) -> T:
        """Run a job; see `door.Store`."""
        change = self._change
        with self._writer:
            try:
                return job(change)
            finally:
                if change.dirty:
                    change.forget()

    def _lay_calls_down(self, calls: Collection[CallRow]) -> None:
        for call in calls:
            self._calls[call.id] = call
            if call.state == "running":
                self._running[call.id] = call.cutoff_ms
            else:
                self._running.pop(call.id, None)

    def _lay_papers_down(self, papers: Sequence[Paper]) -> None:
        for paper in papers:
            key = (paper.kind, paper.id)
            before = self._papers.get(key)
            if before is None or before.account != paper.account:
                if before is not None:
                    del self._papers_of[paper.kind, before.account][paper.id]
                place = len(self._places)
                of_account = self._papers_of.setdefault((paper.kind, paper.account), {})
                of_account[paper.id] = self._places.setdefault(key, place)
            self._papers[key] = paper

    def _places_of(self, account: str) -> list[int]:
        """Return where an account's lines are; whoever asks is alone here."""
        with self._listing:
            for place in range(self._listed, len(self._lines)):
                self._lines_of[self._lines[place][3]].append(place)
            self._listed = len(self._lines)
        return self._lines_of.get(account, [])

    def read(self, job: Callable[[Reading], T]) -> T:
        """Run a job that only reads; see `door.Store`."""
        with self._state:
            return job(_View(self))

    def close(self) -> None:
        """Let go of nothing: the books stay readable."""


class _View:
    """The books as they are."""

    __slots__ = ("_store",)

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def head(self) -> Head:
        return Head(*self._store._head)

    def op(self, request_id: str) -> OpRow | None:
        row = self._store._by_request.get(request_id)
        return None if row is None else OpRow(*row, self._store._hashes[row[0] - 1])

    def account(self, id: str) -> AccountRow | None:
        row = self._store._accounts.get(id)
        return None if row is None else row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self._store._calls.get(id)
        return None if row is None else row.copy()

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        rows = self._store._accounts
        return {id: rows[id].copy() for id in ids if id in rows}

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        rows = self._store._calls
        return {id: rows[id].copy() for id in ids if id in rows}

    def paper(self, kind: str, id: str) -> Paper | None:
        return self._store._papers.get((kind, id))

    def papers(self, kind: str, account: str) -> list[Paper]:
        places = self._store._papers_of.get((kind, account), {})
        return [self._store._papers[kind, id] for id in sorted(places, key=places.__getitem__)]

    def note(self, name: str) -> Any:
        return self._store._notes.get(name)

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        lines = self._store._lines
        if account is None:
            return iter([Entry(*line) for line in lines[after_seq:]])
        places = self._store._places_of(account)
        return iter([Entry(*lines[p]) for p in places[bisect_right(places, after_seq - 1) :]])

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        ops, hashes = self._store._ops[after_seq:], self._store._hashes[after_seq:]
        return iter([OpRow(*row, hash) for row, hash in zip(ops, hashes, strict=True)])

    def accounts(self) -> Iterator[AccountRow]:
        rows = self._store._accounts
        return iter([rows[id].copy() for id in sorted(rows)])

    def calls(self) -> Iterator[CallRow]:
        return iter([row.copy() for row in self._store._calls.values()])

    def running_calls(self) -> list[str]:
        return sorted(self._store._running)

    def due_calls(self, at_ms: int) -> list[str]:
        found = self._store._running.items()
        due = [(cutoff, id) for id, cutoff in found if cutoff is not None and cutoff <= at_ms]
        return [id for _, id in sorted(due)]

    def due_reloads(self, at_ms: int) -> list[str]:
        due = [(reload_ms, id) for id, reload_ms in self._store._reloads.items()]
        return [id for reload_ms, id in sorted(due) if reload_ms <= at_ms]


class _Change(_View):
    """A transaction."""

    __slots__ = ("dirty", "notes", "papers_put")

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.forget()

    def last(self) -> tuple[int, int, bytes, int]:
        return self._store._head

    def put_paper(self, paper: Paper) -> None:
        self.papers_put.append(paper)
        self.dirty = True

    def put_note(self, name: str, value: Any) -> None:
        self.notes[name] = value
        self.dirty = True

    def forget(self) -> None:
        self.papers_put: list[Paper] = []
        self.notes: dict[str, Any] = {}
        self.dirty = False

    def append(
        self,
        op: Linked,
        hash: bytes,
        lines: Sequence[Line],
        accounts: Collection[AccountRow],
        calls: Collection[CallRow],
    ) -> None:
        """Make it the state of the books; nothing here can fail half-way but for lack of memory."""
        store = self._store
        seq, request_id, _, _, at_ms, _, _ = op
        with store._state:
            for row in accounts:
                store._accounts[row.id] = row
                if row.reload_ms is not None:
                    store._reloads[row.id] = row.reload_ms
                elif store._reloads:
                    store._reloads.pop(row.id, None)
            if calls:
                store._lay_calls_down(calls)
            if self.dirty:
                store._lay_papers_down(self.papers_put)
                store._notes.update(self.notes)
            store._lines += lines
            _, entry_seq, _, latest_ms = store._head
            entry_seq += len(lines)
            store._ops.append(op)
            store._hashes.append(hash)
            store._by_request[request_id] = op
            latest_ms = at_ms if at_ms > latest_ms else latest_ms
            store._head = (seq, entry_seq, hash, latest_ms)
