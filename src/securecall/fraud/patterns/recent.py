"""The most recent distinct others of a subject, newest first: how many were there of late."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.compiled import compiled

__all__ = ["distinct", "oldest", "remember"]

Whole = NDArray[np.int64]


@compiled
def remember(state: Whole, at: int, base: int, room: int, other: int, now: int) -> None:
    """Put another to the front of a list of ``room`` pairs (key, instant); the oldest falls out."""
    place = room - 1
    for index in range(room):
        if state[at, base + 2 * index] == other:
            place = index
            break
    for index in range(place, 0, -1):
        state[at, base + 2 * index] = state[at, base + 2 * index - 2]
        state[at, base + 2 * index + 1] = state[at, base + 2 * index - 1]
    state[at, base] = other
    state[at, base + 1] = now


@compiled
def distinct(state: Whole, at: int, base: int, room: int, now: int, window: int) -> int:
    """Return how many of a list lie in the window that ends now."""
    count = 0
    for index in range(room):
        if state[at, base + 2 * index] == 0 or now - state[at, base + 2 * index + 1] >= window:
            break
        count += 1
    return count


@compiled
def oldest(state: Whole, at: int, base: int, count: int) -> int:
    """Return the instant of the last of the first ``count`` of a list."""
    return int(state[at, base + 2 * count - 1])
