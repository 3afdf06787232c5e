"""Where a number lies among those that calls have: what a network takes in of a change.

A number of decibels and one of seconds then have the same size, and what is far out says no more
than that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.evidence.changes import Changes
from securecall.fraud.recurrent import KNOTS

#: Half a knot more would be taken from calls that are rare: so many are looked at, of all batches.
LOOKED_AT: Final = 640
QUANTILES: Final = np.linspace(0.01, 0.99, 39)
#: Even steps between these percents of all, so that rare and large is told from rare and larger.
ENDS: Final = (0.2, 99.8)
STEPS: Final = KNOTS - len(QUANTILES)
#: As many digits as are written: what is learnt from is what the engine will have.
DIGITS: Final = 5


def _short(numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{number:.{DIGITS}g}" for number in numbers], np.float32)


def knots(calls: Sequence[Changes]) -> list[np.ndarray]:
    """Return for each number of a change at most 63 values in order, the same for the same calls.

    39 are quantiles and 24 are even steps; what coincides is one.
    """
    every = max(1, len(calls) // LOOKED_AT)
    values = np.concatenate([changes.values for changes in calls[::every]])
    made = []
    for column in values.T:
        even = np.linspace(*np.percentile(column, ENDS), STEPS)
        made.append(np.unique(_short(np.concatenate([np.quantile(column, QUANTILES), even]))))
    return made


def places(values: np.ndarray, among: Sequence[np.ndarray]) -> np.ndarray:
    """Return how many knots lie below each value, as the engine counts them."""
    columns = [np.searchsorted(knot, column) for knot, column in zip(among, values.T, strict=True)]
    return np.stack(columns, 1).astype(np.uint8)
