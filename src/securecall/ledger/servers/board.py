"""The board on which servers write what they plan and find what they were promised.

It lies beside the ledger, in the same database. One server at a time has it in its hands; what it
does to it is kept as one, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from threading import Lock
from typing import Protocol

from securecall.ledger.servers.item import Item
from securecall.ledger.servers.lease import Lease

__all__ = ["Board", "MemoryBoard", "Table"]


class Table(Protocol):
    """What a board holds, in the hands of one."""

    def find(self, request_id: str) -> Item | None:
        """Return what came under a request id."""

    def start_of(self, call_id: str) -> Item | None:
        """Return the item that starts a call."""

    def pending(self) -> list[Item]:
        """Return what is waiting or filed, by instant and order of arrival."""

    def add(self, item: Item) -> Item:
        """Write a new item down; return it with its order of arrival."""

    def put(self, item: Item) -> None:
        """Write down what became of one."""

    def lease(self, call_id: str) -> Lease | None:
        """Return a call's promise."""

    def leases_of(self, call_ids: Collection[str]) -> list[Lease]:
        """Return the promises of calls that have one."""

    def ran_out(self, at_ms: int) -> list[Lease]:
        """Return the promises that ended by an instant."""

    def put_lease(self, lease: Lease) -> None:
        """Write a promise down."""

    def drop_lease(self, call_id: str) -> None:
        """Forget a promise."""

    def closed_ms(self) -> int:
        """Return the instant up to which all that was filed has been done."""

    def put_closed(self, at_ms: int) -> None:
        """Move it."""

    def turn(self) -> int:
        """Return how often the board was taken, this time included."""

    def hint(self, server: str, text: str) -> None:
        """Call out to a server, which may not hear it."""


class Board(Protocol):
    """A board, which servers take into their hands."""

    def taken(self) -> AbstractContextManager[Table]:
        """Take it; at the end what was done to it is kept, unless there was an error."""

    def listen(self) -> None:
        """Begin to hear what is called out: what was said to no ear is lost."""

    def heard(self, server: str) -> list[str]:
        """Return what was called out to a server since it asked last."""

    def close(self) -> None:
        """Let go of it."""


class MemoryBoard:
    """A board in memory: for tests, and for threads of one process.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._items: dict[str, Item] = {}
        self._open: dict[str, Item] = {}
        self._starts: dict[str, Item] = {}
        self._leases: dict[str, Lease] = {}
        self._closed_ms, self._turn = -1, 0
        self._hints: dict[str, list[str]] = {}

    @contextmanager
    def taken(self) -> Iterator[Table]:
        """Take it; see `Board`. An error in the middle leaves what was done."""
        with self._lock:
            self._turn += 1
            yield self

    def listen(self) -> None:
        """Do nothing: everything is heard."""

    def heard(self, server: str) -> list[str]:
        """Return what was called out; see `Board`."""
        return self._hints.pop(server, [])

    def close(self) -> None:
        """Let go of nothing."""

    def find(self, request_id: str) -> Item | None:
        """See `Table`."""
        return self._items.get(request_id)

    def start_of(self, call_id: str) -> Item | None:
        """See `Table`."""
        return self._starts.get(call_id)

    def pending(self) -> list[Item]:
        """See `Table`."""
        return sorted(self._open.values(), key=lambda each: (each.at_ms, each.order))

    def add(self, item: Item) -> Item:
        """See `Table`."""
        item = replace(item, order=len(self._items) + 1)
        self.put(item)
        return item

    def put(self, item: Item) -> None:
        """See `Table`."""
        self._items[item.request_id] = item
        if item.method == "start_call" and item.call_id is not None:
            self._starts[item.call_id] = item
        if item.state in ("waiting", "filed"):
            self._open[item.request_id] = item
        else:
            self._open.pop(item.request_id, None)

    def lease(self, call_id: str) -> Lease | None:
        """See `Table`."""
        return self._leases.get(call_id)

    def leases_of(self, call_ids: Collection[str]) -> list[Lease]:
        """See `Table`."""
        return [self._leases[id] for id in call_ids if id in self._leases]

    def ran_out(self, at_ms: int) -> list[Lease]:
        """See `Table`."""
        return [lease for lease in self._leases.values() if lease.until_ms <= at_ms]

    def put_lease(self, lease: Lease) -> None:
        """See `Table`."""
        self._leases[lease.call_id] = lease

    def drop_lease(self, call_id: str) -> None:
        """See `Table`."""
        self._leases.pop(call_id, None)

    def closed_ms(self) -> int:
        """See `Table`."""
        return self._closed_ms

    def put_closed(self, at_ms: int) -> None:
        """See `Table`."""
        self._closed_ms = at_ms

    def turn(self) -> int:
        """See `Table`."""
        return self._turn

    def hint(self, server: str, text: str) -> None:
        """See `Table`."""
        self._hints.setdefault(server, []).append(text)
