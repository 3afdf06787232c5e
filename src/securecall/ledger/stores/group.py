"""Group commit without a thread of our own: the first caller to find the writer free leads.

A caller that comes while another leads waits for it. The leader runs every waiting job in one
transaction, commits once, wakes the others, and hands the lead to the first that came meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from securecall.errors import StoreUnsure

__all__ = ["Group", "Item"]

GROUP_MAX: Final = 256


class Item:
    """A job that waits, and later what came of it."""

    __slots__ = ("answer", "error", "gate", "hash", "job", "leads", "request_id", "seq")

    def __init__(self, job: Callable[[Any], Any], request_id: str | None) -> None:
        self.job = job
        self.request_id = request_id
        self.answer: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.seq = 0  # of the operation that it added, and the hash of that
        self.hash = b""
        self.gate: Lock | None = None


class Group:
    """Lets one caller at a time run the jobs of all.

    Parameters
    ----------
    run : callable
        Takes a list of items, at most 256; fills each one's answer or error; never raises.
    """

    def __init__(self, run: Callable[[list[Item]], None]) -> None:
        self._run = run
        self._lock = Lock()
        self._waiting: list[Item] = []
        self._led = False

    def submit(self, job: Callable[[Any], Any], request_id: str | None) -> Any:
        """Have a job run; return its answer or raise its error, after the commit."""
        item = Item(job, request_id)
        with self._lock:
            if self._led:
                item.gate = Lock()
                item.gate.acquire()
                self._waiting.append(item)
                items = None
            else:
                self._led = True
                items = [item]
        if items is None:
            assert item.gate is not None
            item.gate.acquire()
            if item.leads:
                items = self._take(item)
        if items is not None:
            try:
                self._run(items)
            except BaseException:
                # An interrupt of the leader must not look like an answer to the others.
                for each in items:
                    if each.error is None:
                        each.error = StoreUnsure(
                            each.request_id, "the caller who led was interrupted"
                        )
                raise
            finally:
                self._pass_on(items, item)
        if item.error is not None:
            raise item.error
        return item.answer

    def _take(self, leader: Item) -> list[Item]:
        with self._lock:
            items = [leader, *self._waiting[: GROUP_MAX - 1]]
            del self._waiting[: GROUP_MAX - 1]
        return items

    def _pass_on(self, items: list[Item], leader: Item) -> None:
        """Wake those who were served, and the next leader."""
        with self._lock:
            heir = self._waiting.pop(0) if self._waiting else None
            if heir is None:
                self._led = False
            else:
                heir.leads = True
        for item in items:
            if item is not leader and item.gate is not None:
                item.gate.release()
        if heir is not None:
            assert heir.gate is not None
            heir.gate.release()
