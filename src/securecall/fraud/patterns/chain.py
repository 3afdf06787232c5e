"""Chain dialling: one call after the other, seconds after each hang-up, to another number each."""

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

__all__ = ["Chain", "ChainPattern"]

Whole = NDArray[np.int64]


@compiled
def walk_chains(
    begin: int, start: Whole, duration: Whole, who: Whole, number: Whole, use: Any, gap: int,
    calls: int, keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole,
    score: Any,
) -> int:  # fmt: skip
    """Mark calls that make a chain long enough.

    A room: end and number of the last call, calls of the chain, start of its first call.
    """
    for row in range(begin, start.size):
        key = who[row]
        if key == 0 or number[row] == 0 or not use[row]:
            continue
        if counts[USED] >= limit:
            return row
        now = start[row]
        at = enter(keys, until, state, counts, key, now)
        # A room that is good says that the last call ended at most ``gap`` ago, or lasts still.
        if state[at, 2] > 0 and now >= state[at, 0] and number[row] != state[at, 1]:
            state[at, 2] += 1
        else:
            state[at, 2] = 1
            state[at, 3] = now
        state[at, 0] = now + duration[row]
        state[at, 1] = number[row]
        until[at] = state[at, 0] + gap
        if state[at, 2] >= calls:
            value = 1.0 - 0.5 * calls / state[at, 2]
            mark(out, score, counts, row, state[at, 3], state[at, 2], state[at, 2], value)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class Chain:
    """When calls follow each other too closely.

    Attributes
    ----------
    gap_ms : int
        Ten seconds between hang-up and the next call: who looks up the next number takes longer.
    calls : int
        Four: father, mother and sister in a row is a family.
    duration_ms_min : int
        Ten seconds: what nobody took is dialled on, and that is innocent. Shorter calls neither
        join a chain nor break it.

    Source
    ------
    own.
    """

    gap_ms: int = 10_000
    calls: int = 4
    duration_ms_min: int = 10_000

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, gap_ms=0, calls=2, duration_ms_min=1)


class ChainPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "chain"
    subject: ClassVar[tuple[str, ...]] = ("person", "account")
    parameters: Chain

    def __init__(self, parameters: Chain) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(4)

    @property
    def quiet_ms(self) -> int:
        """An hour: chains of one evening are one finding."""
        return 3_600_000

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        return self.subjects.walk(
            walk_chains, block.start_ms, block.duration_ms, block.who, block.number,
            block.duration_ms >= given.duration_ms_min, given.gap_ms, given.calls,
        )  # fmt: skip

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{episode.measure} calls to other numbers, each at most {span(given.gap_ms)} after "
            f"the last (limit: {given.calls}); {episode.calls} in all"
        )
