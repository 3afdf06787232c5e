"""Sessions: every live call of a host: who is told of moved cutoffs, and what falls due when.

Idle calls cost nothing: a heap knows the next instant at which each has something to do, and one
subscription to the ledger serves all of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush
from threading import get_ident
from typing import TYPE_CHECKING

from securecall.calls.actions import Actions
from securecall.calls.live import LiveCall
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.session import Session
from securecall.errors import InputError, InputTypeError
from securecall.ledger.instant import At, instant, ms_of

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.terms import Terms
    from securecall.ledger.heartbeat import Heartbeat

__all__ = ["Sessions"]

#: So many out-of-date entries a live call before the heap is made anew.
STALE_MAX = 8


class Sessions:
    """Every live call of a host, driven by one thread.

    The ledger may be used by others too: a cutoff that a payment moved in another thread is taken
    in by the next `tick`.

    Parameters
    ----------
    terms : Terms
    moved : callable, optional
        Is given a call when the ledger moved its cutoff, to program a switch's timer: at once, or
        in the next `tick` where another thread moved it. What it raises reaches whoever moved it.
    heart : Heartbeat, optional
        The process's proof of life, which `tick` beats.

    Raises
    ------
    InputTypeError
        ``terms`` are none.

    Source
    ------
    own; docs/calls.md.
    """

    def __init__(
        self, terms: Terms, *, moved: Callable[[LiveCall], None] | None = None,
        heart: Heartbeat | None = None,
    ) -> None:  # fmt: skip
        if not hasattr(terms, "new_monitor"):
            raise InputTypeError(f"terms must be Terms, not {terms!r}")
        self.terms = terms
        self._heart = heart
        self._moved = moved
        self._live: dict[str, LiveCall] = {}
        self._thread = get_ident()
        self._moves: deque[tuple[str, int | None]] = deque()
        self._heap: list[tuple[int, str]] = []
        self._leave = terms.ledger.subscribe(self._on_move)

    def begin(
        self, attempt: CallAttempt, decision: Decision, *, facility: str, at: At,
        accepted: bool = False, on_end: Callable[[str], None] | None = None,
    ) -> Session | PrivilegedSession:  # fmt: skip
        """Begin the session of a call that a gate has let through.

        Parameters
        ----------
        attempt : CallAttempt
        decision : Decision
        facility : str
        at : datetime or int
        accepted : bool
            The switch did the prompts: charging starts at once.
        on_end : callable, optional
            Is given the call's id when it has ended.

        Raises
        ------
        InputError
            The gate refused the call, or one of its id is live.

        Source
        ------
        own; docs/calls.md.
        """
        if not decision.allowed:
            raise InputError(f"call {attempt.call_id!r} was refused: it has no session")
        if attempt.call_id in self._live:
            raise InputError(f"a call with the id {attempt.call_id!r} is live")
        kind = PrivilegedSession if decision.privileged else Session
        session = kind(attempt, decision, terms=self.terms, facility=facility, at=at, on_end=on_end)
        self._live[session.call_id] = session
        session._watch = self._aimed
        self._aimed(session)
        if accepted:
            session.connected(at)
        return session

    def get(self, call_id: str) -> LiveCall | None:
        """Return a live call.

        Parameters
        ----------
        call_id : str

        Source
        ------
        own.
        """
        return self._live.get(call_id)

    def __len__(self) -> int:
        """Return how many calls are live."""
        return len(self._live)

    def __iter__(self) -> Iterator[LiveCall]:
        """Iterate over the live calls, oldest first."""
        return iter(tuple(self._live.values()))

    @property
    def due_at(self) -> datetime | None:
        """The next instant at which `tick` has something to do; None: none is known."""
        while self._heap:
            due_ms, call_id = self._heap[0]
            session = self._live.get(call_id)
            if session is not None and session.due_ms == due_ms:
                return instant(due_ms)
            heappop(self._heap)
        return None

    def tick(self, at: At) -> list[tuple[LiveCall, Actions]]:
        """Do what has fallen due in any call, the earliest first; return what hosts must do.

        What a store raises reaches the caller; the call that it was about stays due.

        Parameters
        ----------
        at : datetime or int

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        if self._heart is not None:
            self._heart.beat(at_ms)
        self._thread = get_ident()
        while self._moves:
            self._move(*self._moves.popleft())
        found: list[tuple[LiveCall, Actions]] = []
        again: list[tuple[int, str]] = []
        while self._heap and self._heap[0][0] <= at_ms:
            due_ms, call_id = heappop(self._heap)
            session = self._live.get(call_id)
            if session is None or session.due_ms != due_ms:
                continue
            try:
                actions = session.tick(at_ms)
            except BaseException:
                # A store that failed, say: the call stays due, and so do those after it.
                self._again([*again, (due_ms, call_id)])
                raise
            if session.due_ms == due_ms:
                again.append((due_ms, call_id))
            if actions:
                found.append((session, actions))
        self._again(again)
        return found

    def _again(self, entries: list[tuple[int, str]]) -> None:
        for entry in entries:
            heappush(self._heap, entry)

    def stop_all(
        self, at: At, reason: str, by: str, which: Callable[[LiveCall], bool] = lambda _: True
    ) -> list[tuple[LiveCall, Actions]]:
        """End calls for a reason of the host's: a lockdown, the kill switch.

        A ledger in a file syncs the disk for each of them. A host cuts the sound of all first: what
        is charged counts from the instant that is given here, however long the books take.

        Parameters
        ----------
        at : datetime or int
        reason : str
            A code of `securecall.calls.ending.ENDINGS`.
        by : str
        which : callable
            Says of a call whether it is meant; by default all are.

        Raises
        ------
        InputError
            No such reason.

        Source
        ------
        own; docs/calls.md.
        """
        return [(each, each.stop(at, reason, by)) for each in self if which(each)]

    def close(self) -> None:
        """Hear of moved cutoffs no more.

        Source
        ------
        own.
        """
        self._leave()

    def _on_move(self, call_id: str, old: datetime | None, new: datetime | None) -> None:
        if call_id in self._live:
            new_ms = None if new is None else ms_of(new)
            if get_ident() == self._thread:
                self._move(call_id, new_ms)
            else:
                self._moves.append((call_id, new_ms))

    def _move(self, call_id: str, new_ms: int | None) -> None:
        session = self._live.get(call_id)
        if session is not None:
            session.moved(new_ms)
            if self._moved is not None:
                self._moved(session)

    def _aimed(self, session: LiveCall) -> None:
        if not session.running:
            self._live.pop(session.call_id, None)
        elif session.due_ms is not None:
            heappush(self._heap, (session.due_ms, session.call_id))
            if len(self._heap) > STALE_MAX * (len(self._live) + 1):
                self._heap = [
                    (each.due_ms, each.call_id)
                    for each in self._live.values() if each.due_ms is not None
                ]  # fmt: skip
                heapify(self._heap)
