"""Exact limits of a Poisson rate from a count, by bisection on the distribution itself."""

from __future__ import annotations

from math import exp, lgamma, log

__all__ = ["at_most", "interval"]


def at_most(count: int, mean: float) -> float:
    """Return the probability of at most so many events where so many are expected."""
    if mean <= 0:
        return 1.0
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1)))


def _mean_where(count: int, probability: float) -> float:
    """Return the mean at which at most `count` events have the probability."""
    low, high = 0.0, 10.0 + 2.0 * count
    while at_most(count, high) > probability:
        high *= 2
    for _ in range(100):
        middle = 0.5 * (low + high)
        if at_most(count, middle) > probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def interval(count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the lowest and highest mean that a count leaves possible.

    Both tails share what is left of the confidence. With no event there is one tail only, which
    gives the rule of three: at 95 % no more than 3.0.

    Source
    ------
    F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936), p. 437.
    """
    left = 1.0 - confidence
    if count == 0:
        return 0.0, -log(left)
    return _mean_where(count - 1, 1.0 - left / 2), _mean_where(count, left / 2)
