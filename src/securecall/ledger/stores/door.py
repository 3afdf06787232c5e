"""The narrow door between the ledger and whatever keeps it.

A store runs a *job* in a transaction: everything the job puts is kept, or nothing. Rows that a
transaction hands out belong to it: they may be changed and must be put back. A store keeps the
operations in the order in which it ran them, one at a time per ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from securecall.ledger.chain import Line, Linked
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.values.money import Entry

__all__ = ["Head", "Hearing", "Paper", "Reading", "Store", "Writing"]

T = TypeVar("T")


class Head(NamedTuple):
    """Where the chain is: the last operation, the last entry, the hash, the last instant."""

    seq: int
    entry_seq: int
    hash: bytes
    at_ms: int


class Paper(NamedTuple):
    """A document about an account: a deposit, chargeback, reload, refund request or statement."""

    kind: str
    id: str
    account: str
    state: str
    body: dict[str, Any]


class Reading(Protocol):
    """One consistent state of the books."""

    def head(self) -> Head:
        """Return where the chain is."""

    def op(self, request_id: str) -> OpRow | None:
        """Return the operation of a request."""

    def account(self, id: str) -> AccountRow | None:
        """Return an account."""

    def call(self, id: str) -> CallRow | None:
        """Return a call."""

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        """Return those of many accounts that there are, by id; one question, whatever they are."""

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        """Return those of many calls that there are, by id; likewise."""

    def paper(self, kind: str, id: str) -> Paper | None:
        """Return a document."""

    def papers(self, kind: str, account: str) -> list[Paper]:
        """Return an account's documents of a kind, oldest first."""

    def note(self, name: str) -> Any:
        """Return a note about the whole ledger; None if there is none."""

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        """Return entries in order, of one account or of all."""

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        """Return operations in order."""

    def accounts(self) -> Iterator[AccountRow]:
        """Return every account, by id."""

    def calls(self) -> Iterator[CallRow]:
        """Return every call, in order of its start operation or id."""

    def running_calls(self) -> list[str]:
        """Return ids of all running calls, by id."""

    def due_calls(self, at_ms: int) -> list[str]:
        """Return ids of running calls whose cutoff is at or before an instant, by it and id."""

    def due_reloads(self, at_ms: int) -> list[str]:
        """Return ids of accounts whose automatic deposit falls due by an instant, by it and id."""


class Writing(Reading, Protocol):
    """A transaction of one operation; it sees what others put, its own papers and notes not yet."""

    def last(self) -> tuple[int, int, bytes, int]:
        """Return where the chain is, as plain values: every operation asks."""

    def put_paper(self, paper: Paper) -> None:
        """Keep a document."""

    def put_note(self, name: str, value: Any) -> None:
        """Keep a note."""

    def forget(self) -> None:
        """Drop what was put so far: the operation is refused."""

    def append(
        self,
        op: Linked,
        hash: bytes,
        lines: Sequence[Line],
        accounts: Collection[AccountRow],
        calls: Collection[CallRow],
    ) -> None:
        """Add an operation and its entries to the chain, and keep the rows that it changed.

        The last thing that a job does: what it has put counts from here.
        """


class Store(Protocol):
    """A place for one ledger."""

    def write(
        self, job: Callable[[Writing], T], request_id: str | None, content: Sequence[Any] = ()
    ) -> T:
        """Run a job in a transaction, and return when what it did will survive.

        ``content`` is what the job was asked for. Among it are ids of accounts and calls that it
        is likely to look up: a store to which a question is a journey may ask for all of them at
        once, and others need not look at it.
        """

    def read(self, job: Callable[[Reading], T]) -> T:
        """Run a job that only reads, on one consistent state, without waiting for writers."""

    def close(self) -> None:
        """Let go of everything."""


@runtime_checkable
class Hearing(Protocol):
    """What a store has besides where several machines share it."""

    def hear(self, wait_ms: int) -> list[str] | None:
        """Return calls of which other processes may have moved the cutoff; None: of any.

        Waits for so long at most until there is something.
        """
