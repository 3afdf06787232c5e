"""Dice: everything that is drawn, from a key, so that nothing depends on the order of drawing."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, exp, log, pi, sqrt
from random import Random
from typing import TypeVar

__all__ = ["DayDice"]

Drawn = TypeVar("Drawn")


class DayDice:
    """A source of drawn values for one purpose.

    Only `random.Random.random` is asked: it is the one method whose values Python promises to keep.

    Parameters
    ----------
    seed : int
    *purpose : object
        Their text names the purpose, such as ``"caller"`` and a number.

    Source
    ------
    own.

    Examples
    --------
    >>> DayDice(1, "caller", 7).whole(0, 99) == DayDice(1, "caller", 7).whole(0, 99)
    True
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int, *purpose: object) -> None:
        self._random = Random("\x1f".join(map(str, (seed, *purpose)))).random

    def chance(self, probability: float) -> bool:
        """Return True so often."""
        return self._random() < probability

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, choices: Sequence[Drawn]) -> Drawn:
        """Draw one of some things."""
        return choices[int(self._random() * len(choices))]

    def weighed(self, choices: Sequence[tuple[Drawn, float]]) -> Drawn:
        """Draw one of some things, each as often as its weight says."""
        at = self._random() * sum(weight for _, weight in choices)
        for what, weight in choices:
            at -= weight
            if at < 0:
                return what
        return choices[-1][0]

    def around(self, median: float, sigma: float, low: float, high: float) -> float:
        """Draw from a log-normal distribution, cut at both ends."""
        # Box and Muller: math's functions of one machine and another may differ in the last bit,
        # which does not matter where the result is then made a whole number of milliseconds.
        normal = sqrt(-2.0 * log(1.0 - self._random())) * cos(2.0 * pi * self._random())
        return min(high, max(low, median * exp(sigma * normal)))

    def count(self, mean: float) -> int:
        """Draw how often something happens that happens ``mean`` times on average (Poisson)."""
        least, product, times = exp(-mean), self._random(), 0
        while product > least:
            product *= self._random()
            times += 1
        return times
