"""Books in memory: for tests, simulations, and hosts that keep them elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, TypeVar

from securecall.ledger.chain import GENESIS, Line
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper, Reading, Writing
from securecall.ledger.values.money import Entry

__all__ = ["MemoryStore"]

T = TypeVar("T")


class MemoryStore:
    """Keeps a ledger in dictionaries.

    A transaction collects what it puts and lays it down at its end, so that a job that raises has
    done nothing. Readers only ever wait for that laying down, which is a few assignments.

    Source
    ------
    own; docs/decisions/0100.
    """

    def __init__(self) -> None:
        self._writer = Lock()
        self._state = Lock()
        self._accounts: dict[str, AccountRow] = {}
        self._calls: dict[str, CallRow] = {}
        self._papers: dict[tuple[str, str], Paper] = {}
        self._notes: dict[str, Any] = {}
        self._ops: list[OpRow] = []
        self._by_request: dict[str, OpRow] = {}
        self._lines: list[Line] = []
        self._lines_of: dict[str, list[int]] = {}
        self._papers_of: dict[tuple[str, str], list[str]] = {}
        self._running: dict[str, int | None] = {}
        self._reloads: dict[str, int] = {}
        self._head = Head(0, 0, GENESIS, 0)

    def write(self, job: Callable[[Writing], T], request_id: str | None) -> T:
        """Run a job; see `door.Store`."""
        with self._writer:
            change = _Change(self)
            answer = job(change)
            if change.op_rows:
                with self._state:
                    change.lay_down()
            return answer

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
        return self._store._head

    def op(self, request_id: str) -> OpRow | None:
        return self._store._by_request.get(request_id)

    def account(self, id: str) -> AccountRow | None:
        row = self._store._accounts.get(id)
        return None if row is None else row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self._store._calls.get(id)
        return None if row is None else row.copy()

    def paper(self, kind: str, id: str) -> Paper | None:
        return self._store._papers.get((kind, id))

    def papers(self, kind: str, account: str) -> list[Paper]:
        ids = self._store._papers_of.get((kind, account), ())
        return [self._store._papers[kind, each] for each in ids]

    def note(self, name: str) -> Any:
        return self._store._notes.get(name)

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        lines = self._store._lines
        if account is None:
            return iter([Entry(*line) for line in lines[after_seq:]])
        places = self._store._lines_of.get(account, [])
        return iter([Entry(*lines[p]) for p in places[bisect_right(places, after_seq - 1) :]])

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        return iter(self._store._ops[after_seq:])

    def accounts(self) -> Iterator[AccountRow]:
        rows = self._store._accounts
        return iter([rows[id].copy() for id in sorted(rows)])

    def calls(self) -> Iterator[CallRow]:
        return iter([row.copy() for row in self._store._calls.values()])

    def due_calls(self, at_ms: int) -> list[str]:
        found = self._store._running.items()
        due = [(cutoff, id) for id, cutoff in found if cutoff is not None and cutoff <= at_ms]
        return [id for _, id in sorted(due)]

    def due_reloads(self, at_ms: int) -> list[str]:
        due = [(reload_ms, id) for id, reload_ms in self._store._reloads.items()]
        return [id for reload_ms, id in sorted(due) if reload_ms <= at_ms]


class _Change(_View):
    """A transaction."""

    __slots__ = ("account_rows", "call_rows", "lines", "notes", "op_rows", "paper_rows")

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.account_rows: list[AccountRow] = []
        self.call_rows: list[CallRow] = []
        self.paper_rows: list[Paper] = []
        self.notes: dict[str, Any] = {}
        self.op_rows: list[OpRow] = []
        self.lines: Sequence[Line] = ()

    def put_account(self, row: AccountRow) -> None:
        self.account_rows.append(row)

    def put_call(self, row: CallRow) -> None:
        self.call_rows.append(row)

    def put_paper(self, paper: Paper) -> None:
        self.paper_rows.append(paper)

    def put_note(self, name: str, value: Any) -> None:
        self.notes[name] = value

    def forget(self) -> None:
        self.account_rows, self.call_rows, self.paper_rows, self.notes = [], [], [], {}

    def append(self, op: OpRow, lines: Sequence[Line]) -> None:
        self.op_rows.append(op)
        self.lines = lines

    def lay_down(self) -> None:
        """Make it the state of the books; nothing here can fail half-way but for lack of memory."""
        store = self._store
        for row in self.account_rows:
            store._accounts[row.id] = row
            if row.reload_ms is not None:
                store._reloads[row.id] = row.reload_ms
            elif store._reloads:
                store._reloads.pop(row.id, None)
        for call in self.call_rows:
            store._calls[call.id] = call
            if call.state == "running":
                store._running[call.id] = call.cutoff_ms
            else:
                store._running.pop(call.id, None)
        for paper in self.paper_rows:
            key = (paper.kind, paper.id)
            if key not in store._papers:
                store._papers_of.setdefault((paper.kind, paper.account), []).append(paper.id)
            store._papers[key] = paper
        store._notes.update(self.notes)
        entry_seq = len(store._lines)
        for line in self.lines:
            store._lines_of.setdefault(line[3], []).append(entry_seq)
            entry_seq += 1
        store._lines.extend(self.lines)
        for op in self.op_rows:
            store._ops.append(op)
            store._by_request[op.request_id] = op
            store._head = Head(op.seq, entry_seq, op.hash, max(op.at_ms, store._head.at_ms))
