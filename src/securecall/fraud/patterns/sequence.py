"""Sequence dialling: numbers one behind the other, as who searches dials."""

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

__all__ = ["Sequence", "SequencePattern"]

Whole = NDArray[np.int64]


@compiled
def walk_sequences(
    begin: int, start: Whole, who: Whole, digits: Whole, stride: int, gap: int, calls: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark calls that make a sequence long enough.

    A room: last number, numbers of the sequence, start of its first, +1 upwards or -1 downwards.
    """
    for row in range(begin, start.size):
        key = who[row]
        if key == 0 or digits[row] < 0:
            continue
        if counts[USED] >= limit:
            return row
        now = start[row]
        at = enter(keys, until, state, counts, key, now)
        before = state[at, 2]
        until[at] = now + gap
        if state[at, 1] == 0:
            state[at, 1] = 1
            before = now
        else:
            step = digits[row] - state[at, 0]
            if step == 0:
                continue  # dialled again: neither goes on nor breaks off
            way = 1 if step > 0 else -1
            if step * way > stride:
                state[at, 1] = 1
                state[at, 3] = 0
                before = now
            elif state[at, 3] == way or state[at, 3] == 0:
                state[at, 1] += 1
                state[at, 3] = way
            else:
                # It turned: the last number begins the way back.
                state[at, 1] = 2
                state[at, 3] = way
                before = state[at, 4]
        state[at, 0] = digits[row]
        state[at, 2] = before
        state[at, 4] = now
        if state[at, 1] >= calls:
            value = 1.0 - 0.5 * calls / state[at, 1]
            mark(out, score, counts, row, before, state[at, 1], state[at, 1], value)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class Sequence:
    """When numbers dialled make a row.

    Attributes
    ----------
    stride : int
        Numbers no further apart than this follow each other; 1.
    gap_ms : int
        Ten minutes between two calls.
    calls : int
        Five: two lines of one household or office are often neighbours, five are not.

    Source
    ------
    own.
    """

    stride: int = 1
    gap_ms: int = 600_000
    calls: int = 5

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, stride=1, gap_ms=0, calls=3)


class SequencePattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "sequence"
    subject: ClassVar[tuple[str, ...]] = ("person", "account")
    parameters: Sequence

    def __init__(self, parameters: Sequence) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(5)

    @property
    def quiet_ms(self) -> int:
        """An hour: sequences of one evening are one finding."""
        return 3_600_000

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        return self.subjects.walk(
            walk_sequences, block.start_ms, block.who, block.digits, given.stride, given.gap_ms,
            given.calls,
        )  # fmt: skip

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{episode.measure} numbers one behind the other, at most {span(given.gap_ms)} apart "
            f"(limit: {given.calls}); {episode.calls} calls in all"
        )
