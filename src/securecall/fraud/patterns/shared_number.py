"""One number called by many people: a go-between, or a line that passes calls on."""

from __future__ import annotations

from collections.abc import Sequence
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
from securecall.fraud.patterns.recent import distinct, oldest, remember
from securecall.fraud.patterns.slots import USED, Subjects, enter, find, mark

__all__ = ["SharedNumber", "SharedNumberPattern", "walk_shared"]

Whole = NDArray[np.int64]


@compiled
def walk_shared(
    begin: int, start: Whole, subject: Whole, other: Whole, window: int, limit_others: int,
    one_keys: Whole, one_until: Whole, one_state: Whole, one_counts: Whole, one_limit: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark rows whose subject has met that many distinct others in the window that ends with them.

    Most subjects only ever meet one other: they have a small room, of that other and when it was
    met last. Who meets a second one moves to a room of the last ``2 * limit_others``, newest first.
    """
    room = 2 * limit_others
    for row in range(begin, start.size):
        key = subject[row]
        met_now = other[row]
        if key == 0 or met_now == 0:
            continue
        if counts[USED] >= limit or one_counts[USED] >= one_limit:
            return row
        now = start[row]
        at = find(keys, until, key, now)
        if at < 0:
            small = enter(one_keys, one_until, one_state, one_counts, key, now)
            before = one_state[small, 0]
            if before in (0, met_now):
                one_state[small, 0] = met_now
                one_state[small, 1] = now
                one_until[small] = now + window - 1
                continue
            at = enter(keys, until, state, counts, key, now)
            remember(state, at, 0, room, before, one_state[small, 1])
            one_until[small] = now - 1
        remember(state, at, 0, room, met_now, now)
        until[at] = now + window - 1
        met = distinct(state, at, 0, room, now, window)
        if met >= limit_others:
            first = oldest(state, at, 0, met)
            mark(out, score, counts, row, first, met, met, 1.0 - 0.5 * limit_others / met)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class SharedNumber:
    """When a number is called by too many.

    Attributes
    ----------
    window_ms : int
        A day: a go-between is told of things as they happen, and what is remembered stays small.
    people : int
        Five: families share prisoners, seldom more than two or three at once.
    known : tuple of str
        Numbers that many may call: attorneys, bail bonds, hotlines. Never reported.

    Source
    ------
    own.
    """

    window_ms: int = 86_400_000
    people: int = 5
    known: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, window_ms=1, people=2)
        object.__setattr__(self, "known", tuple(self.known))


class SharedNumberPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "shared_number"
    subject: ClassVar[tuple[str, ...]] = ("number",)
    key: ClassVar[str] = "number"
    parameters: SharedNumber

    def __init__(self, parameters: SharedNumber) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(4 * parameters.people)
        self._ones = Subjects(2)
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
        return self.subjects.walk(
            walk_shared, block.start_ms, number, block.who, given.window_ms, given.people,
            other=self._ones,
        )  # fmt: skip

    @property
    def bytes_held(self) -> int:
        """What both tables take."""
        return self.subjects.bytes_held + self._ones.bytes_held

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        more = " or more" if episode.measure == 2 * given.people else ""
        return (
            f"called by {episode.measure}{more} people within {span(given.window_ms)} "
            f"(limit: {given.people}); {episode.calls} calls in all"
        )
