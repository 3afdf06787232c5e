"""Books on scratch paper: operations are done on top of a reading, and kept by nobody.

What would the law say if these operations came at these instants? `ScratchStore` is a store like
any other, so that the whole ledger runs on it; what it is laid over does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar

from securecall.ledger.chain import Line, Linked
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper, Reading, Writing
from securecall.ledger.values.money import Entry

__all__ = ["ScratchStore"]

T = TypeVar("T")


class ScratchStore:
    """A store over one consistent state of another; good for as long as that state can be read.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(self, below: Reading) -> None:
        self._sheet = _Sheet(below)

    @property
    def calls(self) -> dict[str, CallRow]:
        """Every call that an operation on this paper has touched, as it left it."""
        return self._sheet.calls_put

    def write(
        self, job: Callable[[Writing], T], request_id: str | None, content: Sequence[Any] = ()
    ) -> T:
        """Run a job; see `door.Store`."""
        self._sheet.forget()
        return job(self._sheet)

    def read(self, job: Callable[[Reading], T]) -> T:
        """Run a job that only reads; see `door.Store`."""
        return job(self._sheet)

    def close(self) -> None:
        """Let go of nothing."""


class _Sheet:
    """What was put on top, and below it what was there."""

    def __init__(self, below: Reading) -> None:
        self._below = below
        self._head = below.head()
        self._ops: dict[str, OpRow] = {}
        self._accounts: dict[str, AccountRow] = {}
        self.calls_put: dict[str, CallRow] = {}
        self._papers: dict[tuple[str, str], Paper] = {}
        self._notes: dict[str, Any] = {}
        self._lines: list[Line] = []
        self.forget()

    # Reading --------------------------------------------------------------------------------------

    def head(self) -> Head:
        return self._head

    def last(self) -> Head:
        return self._head

    def op(self, request_id: str) -> OpRow | None:
        return self._ops.get(request_id) or self._below.op(request_id)

    def account(self, id: str) -> AccountRow | None:
        row = self._accounts.get(id)
        return self._below.account(id) if row is None else row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self.calls_put.get(id)
        return self._below.call(id) if row is None else row.copy()

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        found = self._below.accounts_of([id for id in ids if id not in self._accounts])
        for id in ids:
            if id in self._accounts:
                found[id] = self._accounts[id].copy()
        return found

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        found = self._below.calls_of([id for id in ids if id not in self.calls_put])
        for id in ids:
            if id in self.calls_put:
                found[id] = self.calls_put[id].copy()
        return found

    def paper(self, kind: str, id: str) -> Paper | None:
        return self._papers.get((kind, id)) or self._below.paper(kind, id)

    def papers(self, kind: str, account: str) -> list[Paper]:
        found = {paper.id: paper for paper in self._below.papers(kind, account)}
        for paper in self._papers.values():
            if paper.kind == kind:
                found.pop(paper.id, None)
                if paper.account == account:
                    found[paper.id] = paper
        return list(found.values())

    def note(self, name: str) -> Any:
        return self._notes[name] if name in self._notes else self._below.note(name)

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        yield from self._below.entries(account, after_seq)
        for line in self._lines:
            if line[0] > after_seq and account in (None, line[3]):
                yield Entry(*line)

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        yield from self._below.ops(after_seq)
        yield from (row for row in self._ops.values() if row.seq > after_seq)

    def accounts(self) -> Iterator[AccountRow]:
        below = {row.id: row for row in self._below.accounts()}
        below.update(self._accounts)
        return iter([below[id].copy() for id in sorted(below)])

    def calls(self) -> Iterator[CallRow]:
        below = {row.id: row for row in self._below.calls()}
        below.update(self.calls_put)
        return iter([row.copy() for row in below.values()])

    def running_calls(self) -> list[str]:
        found = {id for id in self._below.running_calls() if id not in self.calls_put}
        found |= {row.id for row in self.calls_put.values() if row.state == "running"}
        return sorted(found)

    def due_calls(self, at_ms: int) -> list[str]:
        due = [id for id in self._below.due_calls(at_ms) if id not in self.calls_put]
        rows = [row for row in self.calls_of(due).values() if row.cutoff_ms is not None]
        rows += [
            row
            for row in self.calls_put.values()
            if row.state == "running" and row.cutoff_ms is not None and row.cutoff_ms <= at_ms
        ]
        return [row.id for row in sorted(rows, key=lambda row: (row.cutoff_ms or 0, row.id))]

    def due_reloads(self, at_ms: int) -> list[str]:
        due = [id for id in self._below.due_reloads(at_ms) if id not in self._accounts]
        rows = list(self.accounts_of(due).values())
        rows += [
            row
            for row in self._accounts.values()
            if row.reload_ms is not None and row.reload_ms <= at_ms
        ]
        return [row.id for row in sorted(rows, key=lambda row: (row.reload_ms or 0, row.id))]

    # Writing --------------------------------------------------------------------------------------

    def put_paper(self, paper: Paper) -> None:
        self._new_papers.append(paper)

    def put_note(self, name: str, value: Any) -> None:
        self._new_notes[name] = value

    def forget(self) -> None:
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
        self._ops[op[1]] = OpRow(*op, hash)
        self._lines += lines
        for row in accounts:
            self._accounts[row.id] = row
        for call in calls:
            self.calls_put[call.id] = call
        for paper in self._new_papers:
            self._papers[paper.kind, paper.id] = paper
        self._notes.update(self._new_notes)
        self.forget()
        _, entry_seq, _, latest_ms = self._head
        self._head = Head(op[0], entry_seq + len(lines), hash, max(latest_ms, op[4]))
