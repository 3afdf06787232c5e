"""Exact limits of a rate from a count: Poisson for events per hour, binomial for shares."""

from __future__ import annotations

from math import exp, lgamma, log

__all__ = ["at_most", "interval", "share_interval"]


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


def _binomial_at_most(count: int, trials: int, share: float) -> float:
    """Return the probability of at most so many successes, fewer than there are trials.

    Source
    ------
    Abramowitz and Stegun, 26.5.8 and 26.5.24: the incomplete beta function as a continued
    fraction, here evaluated by Lentz's method.
    """
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    a, b, x = float(count + 1), float(trials - count), share
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):
        return 1.0 - front * _fraction(a, b, x) / a
    return front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function."""
    least = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or least)
    made = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for part in (even, odd):
            d = 1.0 / (1.0 + part * d or least)
            c = 1.0 + part / c or least
            step = c * d
            made *= step
        if abs(step - 1.0) < 1e-14:
            break
    return made


def share_interval(count: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the lowest and highest share that so many of so many leave possible.

    Source
    ------
    C. Clopper and E. Pearson, Biometrika 26 (1934), p. 404.
    """
    if trials <= 0:
        return 0.0, 1.0
    left = (1.0 - confidence) / 2

    def bound(successes: int, probability: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            if _binomial_at_most(successes, trials, middle) > probability:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    lowest = 0.0 if count == 0 else bound(count - 1, 1.0 - left)
    highest = 1.0 if count == trials else bound(count, left)
    return lowest, highest
