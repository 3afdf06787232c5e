"""Countdown: which warnings of a call's end are due, given once for each end."""

from __future__ import annotations

__all__ = ["Countdown"]


class Countdown:
    """Which warnings of a call's end are due.

    A warning is given once. When the end moves away so far that the warning lies ahead again, it
    will be given again; when the end comes nearer than a warning, the one that fits is given at
    once and longer ones are left out.

    Parameters
    ----------
    warn_ms : tuple of int
        How much time is left at each warning, the longest first.

    Attributes
    ----------
    given : tuple of int
        Those that were given, in order.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> countdown = Countdown((60_000, 10_000))
    >>> countdown.begin(now_ms=0, cutoff_ms=90_000)
    >>> countdown.next_ms(90_000)
    30000
    >>> countdown.due(30_000, 90_000), countdown.due(30_000, 90_000), countdown.next_ms(90_000)
    (60000, None, 80000)
    """

    __slots__ = ("_waits", "_warn_ms", "given")

    def __init__(self, warn_ms: tuple[int, ...]) -> None:
        self._warn_ms = warn_ms
        self._waits = warn_ms
        self.given: tuple[int, ...] = ()

    def begin(self, now_ms: int, cutoff_ms: int | None) -> None:
        """Leave out what is nearer than the warning at the very beginning: it is no news."""
        if cutoff_ms is not None:
            self._waits = tuple(each for each in self._warn_ms if cutoff_ms - each > now_ms)

    def moved(self, now_ms: int, cutoff_ms: int | None) -> None:
        """Have warnings wait again that lie ahead of an end that moved away."""
        if cutoff_ms is None:
            self._waits = self._warn_ms
            return
        waits = {each for each in self._warn_ms if cutoff_ms - each > now_ms}
        self._waits = tuple(each for each in self._warn_ms if each in waits or each in self._waits)

    def next_ms(self, cutoff_ms: int | None) -> int | None:
        """Return the instant of the next warning."""
        if cutoff_ms is None or not self._waits:
            return None
        return cutoff_ms - self._waits[0]

    def due(self, now_ms: int, cutoff_ms: int | None) -> int | None:
        """Return the warning to give at an instant, and count it as given."""
        if cutoff_ms is None:
            return None
        due = [each for each in self._waits if cutoff_ms - each <= now_ms]
        if not due:
            return None
        self._waits = tuple(each for each in self._waits if each not in due)
        self.given = (*self.given, due[-1])
        return due[-1]
