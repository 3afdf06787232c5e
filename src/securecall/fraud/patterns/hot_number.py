"""Hot numbers: calls to numbers on a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hashing import key_of
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, many

__all__ = ["HotNumber", "HotNumberPattern"]


@dataclass(frozen=True, slots=True)
class HotNumber:
    """Which numbers are hot.

    Attributes
    ----------
    numbers : tuple of str
        As the records write them.
    quiet_ms : int
        A day: calls no further apart are one finding.

    Source
    ------
    own.
    """

    numbers: Sequence[str] = ()
    quiet_ms: int = 86_400_000

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, quiet_ms=0)
        object.__setattr__(self, "numbers", tuple(self.numbers))


class HotNumberPattern(Pattern):
    """Finds calls to them, put through or not."""

    name: ClassVar[str] = "hot_number"
    subject: ClassVar[tuple[str, ...]] = ("number",)
    key: ClassVar[str] = "number"
    parameters: HotNumber

    def __init__(self, parameters: HotNumber) -> None:
        super().__init__(parameters)
        self._hot = np.array([key_of(number) for number in parameters.numbers], np.int64)

    @property
    def quiet_ms(self) -> int:
        """As given."""
        return self.parameters.quiet_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        rows = np.flatnonzero(np.isin(block.number, self._hot))
        return Hits.each(rows, block.start_ms)

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        return f"on the list of hot numbers; {many(episode.calls, 'call')}"

    def idle(self) -> str | None:
        """Return why it cannot find anything, if so."""
        return None if self.parameters.numbers else "no hot numbers are given"
