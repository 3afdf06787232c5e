"""Runs of invalid PINs: somebody guesses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.block import INVALID_PIN, Block
from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, span
from securecall.fraud.patterns.slots import USED, Subjects, enter, find, mark

__all__ = ["InvalidPin", "InvalidPinPattern"]

Whole = NDArray[np.int64]
# A number may be written like the name of a telephone: their keys must differ all the same.
_AS_NUMBER = 0x5BD1E9955BD1E995
_AS_FACILITY = 0x3C6EF372FE94F82B


@compiled
def walk_invalid(
    begin: int, start: Whole, subject: Whole, invalid: Any, gap: int, attempts: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark attempts that make a run long enough; any other call of the subject ends a run.

    A room: attempts of the run, start of its first.
    """
    for row in range(begin, start.size):
        key = subject[row]
        if key == 0:
            continue
        now = start[row]
        if not invalid[row]:
            at = find(keys, until, key, now)
            if at >= 0:
                state[at, 0] = 0
            continue
        if counts[USED] >= limit:
            return row
        at = enter(keys, until, state, counts, key, now)
        if state[at, 0] == 0:
            state[at, 1] = now
        state[at, 0] += 1
        until[at] = now + gap
        if state[at, 0] >= attempts:
            value = 1.0 - 0.5 * attempts / state[at, 0]
            mark(out, score, counts, row, state[at, 1], state[at, 0], state[at, 0], value)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class InvalidPin:
    """When wrong PINs are too many in a row.

    Attributes
    ----------
    attempts : int
        Five: a slip of the finger is made once or twice, a forgotten PIN tried three or four times.
    gap_ms : int
        Five minutes between two attempts.

    Source
    ------
    own.
    """

    attempts: int = 5
    gap_ms: int = 300_000

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, attempts=2, gap_ms=0)


class InvalidPinPattern(Pattern):
    """Finds them; who guesses is known by the telephone, else by the number that is dialled."""

    name: ClassVar[str] = "invalid_pin"
    subject: ClassVar[tuple[str, ...]] = ("station", "number", "facility")
    parameters: InvalidPin

    def __init__(self, parameters: InvalidPin) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(2)

    @property
    def quiet_ms(self) -> int:
        """An hour: runs of one evening are one finding."""
        return 3_600_000

    def keys(self, block: Block) -> Whole:
        """Return the key of each row's subject: stations have names of their facility's own."""
        of_station = block.station ^ block.facility
        of_number = np.where(
            block.number != 0, block.number ^ _AS_NUMBER, block.facility ^ _AS_FACILITY
        )
        keys: Whole = np.where(block.station != 0, of_station, of_number)
        return keys

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        return self.subjects.walk(
            walk_invalid, block.start_ms, self.keys(block), block.outcome == INVALID_PIN,
            given.gap_ms, given.attempts,
        )  # fmt: skip

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{episode.measure} invalid PINs in a row, at most {span(given.gap_ms)} apart "
            f"(limit: {given.attempts}); {episode.calls} in all"
        )
