"""Group commit without a thread of our own: the first caller to find the writer free leads.

A caller that comes while another leads waits for it. The leader runs every waiting job in one
transaction, commits once, and hands the lead to the first that came meanwhile. Those who were
served wake one another, one after the other: woken all at once they would only wait again, for the
interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Lock
from typing import Any, Final

from securecall.errors import StoreUnsure

__all__ = ["Group", "Item"]

GROUP_MAX: Final = 256
GAP_S: Final = 0.0005
GAPS_MAX: Final = 8


class Item:
    """A job that waits, and later what came of it."""

    __slots__ = (
        "answer", "content", "error", "gate", "hash", "job", "leads", "request_id", "seq", "told",
        "wakes",
    )  # fmt: skip

    def __init__(
        self, job: Callable[[Any], Any], request_id: str | None, content: Sequence[Any] = ()
    ) -> None:
        self.job = job
        self.request_id = request_id
        self.content = content
        self.answer: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.seq = 0  # of the operation that it added, and the hash of that
        self.hash = b""
        self.gate: Lock | None = None
        self.told = False
        self.wakes: Item | None = None

    def tell(self) -> None:
        """Let the caller go on."""
        self.told = True
        assert self.gate is not None
        self.gate.release()


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
        self._wanted = 1  # as many as were served last: they are likely to come again
        self._enough: Lock | None = None  # what the leader waits for while others come

    def submit(
        self, job: Callable[[Any], Any], request_id: str | None, content: Sequence[Any] = ()
    ) -> Any:
        """Have a job run; return its answer or raise its error, after the commit."""
        item = Item(job, request_id, content)
        interrupt: BaseException | None = None
        with self._lock:
            if self._led:
                item.gate = Lock()
                item.gate.acquire()
                self._waiting.append(item)
                if self._enough is not None and len(self._waiting) + 1 >= self._wanted:
                    self._enough.release()
                    self._enough = None
            else:
                self._led = item.leads = item.told = True
        while not item.told:
            assert item.gate is not None
            try:
                item.gate.acquire()
            except BaseException as raised:
                # Others may wait for this one to lead or to wake them, so it stays that long.
                interrupt = raised
        if item.wakes is not None:
            item.wakes.tell()
        if item.leads:
            self._lead(item)
        error = item.error if interrupt is None else interrupt
        if error is not None:
            raise error
        return item.answer

    def _lead(self, leader: Item) -> None:
        items = [leader]
        try:
            self._collect()
            items = self._take(leader)
            self._run(items)
        except BaseException:
            # An interrupt of the leader must not look like an answer to the others.
            for each in items:
                if each.error is None:
                    each.error = StoreUnsure(each.request_id, "the caller who led was interrupted")
            raise
        finally:
            self._pass_on(items, leader)

    def _collect(self) -> None:
        """Wait for as many as were served last, while they keep coming.

        Who has just got an answer is often about to ask again, and a group without them would cost
        another sync. Where nobody comes this waits half a millisecond, and not again; where they
        come one by one, four.
        """
        came = -1
        for _ in range(GAPS_MAX):
            with self._lock:
                here = len(self._waiting)
                if here + 1 >= self._wanted or here == came:
                    self._enough = None
                    return
                came = here
                enough = self._enough = Lock()
                enough.acquire()
            enough.acquire(timeout=GAP_S)
        with self._lock:
            self._enough = None

    def _take(self, leader: Item) -> list[Item]:
        with self._lock:
            items = [leader, *self._waiting[: GROUP_MAX - 1]]
            del self._waiting[: GROUP_MAX - 1]
            self._wanted = len(items)
        return items

    def _pass_on(self, items: list[Item], leader: Item) -> None:
        """Wake the next leader and those who were served: the first of them, who wakes the next."""
        with self._lock:
            heir = self._waiting.pop(0) if self._waiting else None
            if heir is None:
                self._led = False
            else:
                heir.leads = True
        woken = [item for item in items if item is not leader]
        if heir is not None:
            woken.insert(0, heir)
        for item, after in pairwise(woken):
            item.wakes = after
        if woken:
            woken[0].tell()
