"""Call velocity: more calls by one person within an hour than anybody makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, span
from securecall.fraud.patterns.slots import USED, Subjects, enter, mark

__all__ = ["Velocity", "VelocityPattern", "walk_bursts"]

Whole = NDArray[np.int64]


@compiled
def walk_bursts(
    begin: int, start: Whole, who: Whole, use: Any, window: int, calls: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark rows whose subject has that many calls in the window that ends with them.

    A room: calls so far, then a ring of the starts of the last ``calls``.
    """
    for row in range(begin, start.size):
        key = who[row]
        if key == 0 or not use[row]:
            continue
        if counts[USED] >= limit:
            return row
        now = start[row]
        at = enter(keys, until, state, counts, key, now)
        seen = state[at, 0]
        state[at, 1 + seen % calls] = now
        seen += 1
        state[at, 0] = seen
        until[at] = now + window - 1
        if seen >= calls:
            first = state[at, 1 + seen % calls]
            if now - first < window:
                value = 1.0 - 0.5 * (now - first) / window
                mark(out, score, counts, row, first, calls, now - first, value)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class Velocity:
    """When calls come too fast.

    Attributes
    ----------
    window_ms : int
        An hour: long enough to hold a burst, short enough that a day of calls is none.
    calls : int
        Twelve: calls of five minutes without a pause.
    talked_only : bool
        True: only conversations count. Who dials an engaged line again and again is impatient,
        and among ordinary calls of a made-up month every fourth finding was one of those.

    Source
    ------
    own.
    """

    window_ms: int = 3_600_000
    calls: int = 12
    talked_only: bool = True

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, window_ms=1, calls=2)


class VelocityPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "velocity"
    subject: ClassVar[tuple[str, ...]] = ("person", "account")
    parameters: Velocity

    def __init__(self, parameters: Velocity) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(1 + parameters.calls)

    @property
    def quiet_ms(self) -> int:
        """A window."""
        return self.parameters.window_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        use = block.talked() if given.talked_only else np.ones(len(block), np.bool_)
        return self.subjects.walk(
            walk_bursts, block.start_ms, block.who, use, given.window_ms, given.calls
        )

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{given.calls} calls within {span(episode.measure)} "
            f"(limit: {given.calls} in {span(given.window_ms)}); {episode.calls} in all"
        )
