"""Dice: everything that is drawn, from a key, so that nothing depends on the order of drawing.

Each purpose of each call has dice of its own (Philox, a counter-based generator): what one part of
a call draws never moves what another part draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

import numpy as np

__all__ = ["Dice", "dice"]

Drawn = TypeVar("Drawn")

#: By which share of its width a range grows on either side in the sealed part.
WIDER = 0.2


class Dice:
    """A source of drawn values; with ``wide`` ranges are wider, as in the sealed part.

    Attributes
    ----------
    random : numpy.random.Generator
    wide : bool
    wider : float
        By which share of its width a range grows on either side; `WIDER` with ``wide``, else 0.
    """

    __slots__ = ("random", "wide", "wider")

    def __init__(self, random: np.random.Generator, wide: bool = False, wider: float = 0.0) -> None:
        self.random = random
        self.wide = wide
        self.wider = WIDER if wide else wider

    def between(self, low: float, high: float) -> float:
        """Draw evenly from a range, which the sealed part widens; never below half its low end."""
        if self.wider:
            more = self.wider * (high - low)
            low, high = max(low - more, 0.5 * low) if low > 0 else low - more, high + more
        return float(self.random.uniform(low, high))

    def exactly(self, low: float, high: float) -> float:
        """Draw evenly from a range that a standard fixes, in either part."""
        return float(self.random.uniform(low, high))

    def around(self, median: float, sigma: float, low: float, high: float) -> float:
        """Draw from a log-normal distribution, cut at both ends."""
        return float(min(high, max(low, median * np.exp(self.random.normal(0.0, sigma)))))

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.random.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """Return True so often."""
        return bool(self.random.random() < probability)

    def one_of(self, choices: Sequence[Drawn]) -> Drawn:
        """Draw one of some things."""
        return choices[int(self.random.integers(len(choices)))]


def dice(seed: int, *purpose: object, wide: bool = False) -> Dice:
    """Return the dice of a purpose: the same words give the same dice, on every machine.

    Parameters
    ----------
    seed : int
    *purpose : object
        Their text names the purpose, such as a call's number and ``"noise"``.
    wide : bool

    Source
    ------
    Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11: Philox.

    Examples
    --------
    >>> dice(1, 7, "turns").whole(0, 99) == dice(1, 7, "turns").whole(0, 99)
    True
    """
    text = "\x1f".join(str(word) for word in (seed, *purpose))
    key = int.from_bytes(sha256(text.encode()).digest()[:16], "little")
    return Dice(np.random.Generator(np.random.Philox(key=key)), wide)
