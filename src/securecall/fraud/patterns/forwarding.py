"""Likely forwarding: a number that takes two calls at once, from several people, again and again.

A line at home is engaged while somebody speaks on it. A number on which two prisoners are in
conversation at the same time, and not once, is a switchboard or passes its calls on.
"""

from __future__ import annotations

from collections.abc import Sequence as Known
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hashing import key_of
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, span
from securecall.fraud.patterns.recent import distinct, remember
from securecall.fraud.patterns.slots import USED, Subjects, enter, mark

__all__ = ["Forwarding", "ForwardingPattern"]

Whole = NDArray[np.int64]
_RING = 5  # where the ring of overlaps begins in a room


@compiled
def walk_overlaps(
    begin: int, start: Whole, duration: Whole, number: Whole, who: Whole, use: Any, window: int,
    overlaps: int, people: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark calls during another's call to the same number, if there were enough of late.

    A room: the latest end and whose call it is, the latest end of anybody else's and whose, how
    many overlaps there were, a ring of the last of them, and the last people who called.
    """
    for row in range(begin, start.size):
        key = number[row]
        person = who[row]
        if key == 0 or person == 0 or not use[row]:
            continue
        if counts[USED] >= limit:
            return row
        now = start[row]
        end = now + duration[row]
        at = enter(keys, until, state, counts, key, now)
        # A call lasts to its end, half open: who is put through at that very instant is next.
        other_end = state[at, 2] if person == state[at, 1] else state[at, 0]
        if person == state[at, 1]:
            state[at, 0] = max(state[at, 0], end)
        elif end > state[at, 0]:
            state[at, 2] = state[at, 0]
            state[at, 3] = state[at, 1]
            state[at, 0] = end
            state[at, 1] = person
        elif end > state[at, 2]:
            state[at, 2] = end
            state[at, 3] = person
        base = _RING + overlaps
        remember(state, at, base, people, person, now)
        until[at] = max(now + window - 1, state[at, 0])
        if other_end <= now:
            continue
        seen = state[at, 4]
        state[at, _RING + seen % overlaps] = now
        seen += 1
        state[at, 4] = seen
        if seen < overlaps:
            continue
        first = state[at, _RING + seen % overlaps]
        if now - first < window and distinct(state, at, base, people, now, window) >= people:
            value = 1.0 - 0.5 * (now - first) / window
            mark(out, score, counts, row, first, overlaps, now - first, value)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """When a number takes too many calls at once.

    Attributes
    ----------
    overlaps : int
        Three: call waiting lets two calls in once, and clocks of two switches differ.
    people : int
        Two who called it in the window.
    window_ms : int
        A day.
    duration_ms_min : int
        Ten seconds: shorter calls may both have met an engaged line and its announcement.
    known : tuple of str
        Numbers with many lines: attorneys, bail bonds, hotlines. Never reported.

    Source
    ------
    own.
    """

    overlaps: int = 3
    people: int = 2
    window_ms: int = 86_400_000
    duration_ms_min: int = 10_000
    known: Known[str] = ()

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, overlaps=1, people=2, window_ms=1, duration_ms_min=1)
        object.__setattr__(self, "known", tuple(self.known))


class ForwardingPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "forwarding"
    subject: ClassVar[tuple[str, ...]] = ("number",)
    key: ClassVar[str] = "number"
    parameters: Forwarding

    def __init__(self, parameters: Forwarding) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(_RING + parameters.overlaps + 2 * parameters.people)
        self._known = np.array([key_of(number) for number in parameters.known], np.int64)

    @property
    def quiet_ms(self) -> int:
        """A window."""
        return self.parameters.window_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        number = block.number
        if len(self._known):
            number = np.where(np.isin(number, self._known), 0, number)
        use = block.talked() & (block.duration_ms >= given.duration_ms_min)
        return self.subjects.walk(
            walk_overlaps, block.start_ms, block.duration_ms, number, block.who, use,
            given.window_ms, given.overlaps, given.people,
        )  # fmt: skip

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{given.overlaps} times within {span(episode.measure)} a call was put through while "
            f"another person spoke on the number (limit: {given.overlaps} in "
            f"{span(given.window_ms)}); {episode.calls} in all"
        )
