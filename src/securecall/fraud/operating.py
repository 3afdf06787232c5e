"""The operating point: so many false alarms an hour at most, from a stored curve."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import isfinite
from typing import Any, Final

from securecall.errors import InputError
from securecall.fraud.learnt import packaged, read_lines

__all__ = ["curves", "least_probabilities"]

CURVES: Final = "data/operating_points.csv"


@cache
def curves() -> Mapping[str, tuple[tuple[float, float], ...]]:
    """Return of each kind (false alarms per hour, least probability), the fewest alarms first.

    Raises
    ------
    BuildError
        The file of the package was changed.

    Source
    ------
    ``data/operating_points.csv``, which says how it was measured.

    Examples
    --------
    >>> from securecall.fraud.operating import curves
    >>> "keypad" in curves()
    True
    """
    made: dict[str, list[tuple[float, float]]] = {}

    def take(words: list[str]) -> None:
        kind, rate, least = words
        made.setdefault(kind, []).append((float(rate), float(least)))

    read_lines(packaged(CURVES), CURVES, take)
    return {kind: tuple(sorted(points)) for kind, points in made.items()}


def least_probabilities(max_false_alarms_per_hour: Any) -> dict[str, float]:
    """Return of each kind the probability below which a monitor is silent.

    Every kind may have so many; a kind without a curve is told of always.

    Parameters
    ----------
    max_false_alarms_per_hour : float or None
        None for no limit but the detectors' own.

    Raises
    ------
    InputError
        Not a number above 0.

    Source
    ------
    As `curves`.

    Examples
    --------
    >>> from securecall.fraud.operating import least_probabilities
    >>> least_probabilities(None)
    {}
    """
    rate = max_false_alarms_per_hour
    if rate is None:
        return {}
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not isfinite(rate):
        raise InputError(f"max_false_alarms_per_hour must be a number or None, not {rate!r}")
    if rate <= 0:
        raise InputError(f"max_false_alarms_per_hour must be above 0, not {rate!r}")
    return {kind: _least(points, rate) for kind, points in curves().items()}


def _least(points: tuple[tuple[float, float], ...], rate: float) -> float:
    """Return the least probability at which the measured rate is not beyond the one wanted."""
    allowed = [least for measured, least in points if measured <= rate]
    return min(allowed) if allowed else max(least for _, least in points)
