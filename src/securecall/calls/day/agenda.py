"""Agenda: what will happen when; the earliest first, and at one instant what was put in first."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

__all__ = ["Agenda"]


class Agenda:
    """What will happen when.

    Source
    ------
    own.

    Examples
    --------
    >>> agenda, done = Agenda(), []
    >>> agenda.put(20, lambda at_ms, what: done.append((at_ms, what)), "later")
    >>> agenda.put(10, lambda at_ms, what: done.append((at_ms, what)), "sooner")
    >>> agenda.next_ms, agenda.run_next(), agenda.run_next(), done
    (10, 10, 20, [(10, 'sooner'), (20, 'later')])
    """

    __slots__ = ("_heap", "_number")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._number = 0

    def __len__(self) -> int:
        """Return how much is still to happen."""
        return len(self._heap)

    @property
    def next_ms(self) -> int | None:
        """When something happens next."""
        return self._heap[0][0] if self._heap else None

    def put(self, at_ms: int, what: Callable[..., Any], *about: Any) -> None:
        """Have something happen at an instant: ``what`` is called with it, and what it is about."""
        self._number += 1
        heappush(self._heap, (at_ms, self._number, what, about))

    def run_next(self) -> int:
        """Let the next thing happen; return its instant."""
        at_ms, _, what, about = heappop(self._heap)
        what(at_ms, *about)
        return at_ms
