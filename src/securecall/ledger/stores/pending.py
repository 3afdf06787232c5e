"""What a group of operations puts into a database: seen by those after it, laid down at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, Final, Protocol

from securecall.ledger.chain import Line, Linked
from securecall.ledger.curve import PriceCurve
from securecall.ledger.rows import AccountRow, CallRow, OpColumns, OpRow
from securecall.ledger.stores.door import Head, Paper, Reading
from securecall.ledger.stores.group import Item
from securecall.ledger.values.money import Entry

__all__ = ["Cache", "Kept", "Pending"]

CACHED_MAX: Final = 20_000
# A named tuple made from a tuple, without the function in between that puts names to values.
_head: Callable[[tuple[int, int, bytes, int]], Head] = partial(tuple.__new__, Head)


class Cache:
    """Rows as the writer knows them; dropped when another process has written.

    In the middle of a group they are ahead of it, and if the group fails they are dropped.
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
        """Forget rows where there are too many; only when all of them are in the database."""
        if len(self.accounts) > CACHED_MAX:
            self.accounts.clear()
        if len(self.calls) > CACHED_MAX:
            self.calls.clear()


class Kept(Reading, Protocol):
    """What a database holds, as the connection that writes sees it."""

    def ops_of(self, request_ids: Sequence[str]) -> dict[str, OpRow | None]:
        """Return the operations of many requests at once."""


class Pending(ABC):
    """A transaction of many operations, one after another, on its way into a database.

    What an operation puts is kept aside until it has come to its end, so that one that raises
    leaves nothing; `keep` then adds it to what the group has put, which `lay_down` writes with one
    statement a table. A question that only the database can answer has that done first.

    Parameters
    ----------
    kept : Kept
    curves : dict
        Price curves of running calls by their id, which outlive the transaction.
    cache : Cache
    """

    def __init__(self, kept: Kept, curves: dict[str, PriceCurve], cache: Cache) -> None:
        self._kept = kept
        self._curves = curves
        self._cache = cache
        self._looked_up: dict[str, OpRow | None] = {}
        self._by_request: dict[str, OpColumns] = {}
        self._clear()
        self.forget()

    def _clear(self) -> None:
        """Have nothing that the database has not."""
        self._ops: list[OpColumns] = []
        self._entries: list[Line] = []
        self._accounts: dict[str, AccountRow] = {}
        self._calls: dict[str, CallRow] = {}
        self._started: set[str] = set()
        self._papers: dict[tuple[str, str], Paper] = {}
        self._notes: dict[str, Any] = {}
        self._later = False  # whether the last instant is another

    def look_up(self, request_ids: Sequence[str]) -> None:
        """Find at once what is there of the requests of a group."""
        self._looked_up = self._kept.ops_of(request_ids)

    def take_for_new(self, request_ids: Sequence[str]) -> None:
        """Take the requests of a group for new ones: what was there shows when it is put again."""
        self._looked_up = dict.fromkeys(request_ids)

    @property
    def knows_any(self) -> bool:
        """Whether any of the requests that were looked up is there."""
        return any(row is not None for row in self._looked_up.values())

    def run(self, items: Sequence[Item], *, sure: bool, ours: tuple[type[Exception], ...]) -> bool:
        """Run a group's jobs one after another, and keep what each has put.

        Parameters
        ----------
        items : sequence of Item
        sure : bool
            Whether what is seen is what is so. If not, a job that refuses by raising may go by what
            is not so.
        ours : tuple of exception types
            What is no job's refusal but the database's, and the whole group's.

        Returns
        -------
        bool
            Whether what came of it stands; if not, nothing of it may be kept.
        """
        for item in items:
            item.error, item.seq = None, 0
            try:
                item.answer = item.job(self)
            except ours:
                raise
            except Exception as error:
                if not sure:
                    return False
                item.error = error  # the job's own refusal: what it put is forgotten
                self.forget()
                continue
            if self.added is not None:
                item.seq, item.hash = self.added[0], self.added[7]
                self.keep()
        return True

    # What an operation sees -----------------------------------------------------------------------

    def head(self) -> Head:
        if self._cache.head is None:
            self._cache.head = self._kept.head()
        return self._cache.head

    def last(self) -> Head:
        return self._cache.head or self.head()

    def op(self, request_id: str) -> OpRow | None:
        row = self._by_request.get(request_id)
        if row is not None:
            return OpRow(*row)
        if request_id in self._looked_up:
            return self._looked_up[request_id]
        return self._kept.op(request_id)

    def account(self, id: str) -> AccountRow | None:
        row = self._cache.accounts.get(id)
        if row is None:
            row = self._kept.account(id)
            if row is None:
                return None
            self._cache.accounts[id] = row
        return row.copy()

    def call(self, id: str) -> CallRow | None:
        row = self._cache.calls.get(id) or self._calls.get(id)
        if row is None:
            row = self._kept.call(id)
            if row is None:
                return None
            self._cache.calls[id] = row
        return row.copy()

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        cached = self._cache.accounts
        unknown = [id for id in ids if id not in cached]
        if unknown:
            cached.update(self._kept.accounts_of(unknown))
        return {id: cached[id].copy() for id in ids if id in cached}

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        # Calls that have ended are not cached: of a month's records most are asked for once.
        put = {id: row for id in ids if (row := self._calls.get(id)) is not None}
        unknown = [id for id in ids if id not in put]
        found = self._kept.calls_of(unknown) if unknown else {}
        for id, row in put.items():
            found[id] = row.copy()
        return found

    def paper(self, kind: str, id: str) -> Paper | None:
        return self._papers.get((kind, id)) or self._kept.paper(kind, id)

    def papers(self, kind: str, account: str) -> list[Paper]:
        self.lay_down()
        return self._kept.papers(kind, account)

    def note(self, name: str) -> Any:
        if name not in self._cache.notes:
            self._cache.notes[name] = self._kept.note(name)
        return self._cache.notes[name]

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        self.lay_down()
        return self._kept.entries(account, after_seq)

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        self.lay_down()
        return self._kept.ops(after_seq)

    def accounts(self) -> Iterator[AccountRow]:
        self.lay_down()
        return self._kept.accounts()

    def calls(self) -> Iterator[CallRow]:
        self.lay_down()
        return self._kept.calls()

    def running_calls(self) -> list[str]:
        self.lay_down()
        return self._kept.running_calls()

    def due_calls(self, at_ms: int) -> list[str]:
        self.lay_down()
        return self._kept.due_calls(at_ms)

    def due_reloads(self, at_ms: int) -> list[str]:
        self.lay_down()
        return self._kept.due_reloads(at_ms)

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
            latest_ms, self._later = at_ms, True
        cache.head = _head((seq, entry_seq, hash, latest_ms))

    def _keep_call(self, call: CallRow, seq: int) -> None:
        self._calls[call.id] = call
        if call.order == seq:
            self._started.add(call.id)
        if call.state == "running":
            self._cache.calls[call.id] = call
        else:
            self._cache.calls.pop(call.id, None)
            self._curves.pop(call.id, None)

    # What the database gets -----------------------------------------------------------------------

    @abstractmethod
    def lay_down(self) -> None:
        """Write what the group has put and the database has not, and `_clear`."""
