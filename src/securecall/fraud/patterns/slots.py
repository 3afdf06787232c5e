"""What is remembered of each subject: a table of fixed rooms, in which the forgotten make place.

A subject (a person, a number) is a key of 64 bits, its room a row of whole numbers. A room is good
until an instant that its pattern states; afterwards its subject is as if it had never been seen,
and another may have the room. So a table holds the subjects of one window, however long the stream.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.hits import Hits

__all__ = ["HITS", "USED", "Subjects", "enter", "find", "mark"]

USED: Final = 0  # in ``counts``: rooms that were ever taken
HITS: Final = 1  # in ``counts``: hits that were marked
FULL: Final = 0.6  # of the rooms; beyond it the search for one grows long
LEAST_ROOMS: Final = 1 << 12
Whole = NDArray[np.int64]


@compiled
def find(keys: Whole, until: Whole, key: int, now: int) -> int:
    """Return the room of a subject that is remembered, or -1."""
    rest = keys.size - 1
    at = key & rest
    while keys[at] != 0:
        if keys[at] == key:
            return at if until[at] >= now else -1
        at = (at + 1) & rest
    return -1


@compiled
def enter(keys: Whole, until: Whole, state: Whole, counts: Whole, key: int, now: int) -> int:
    """Return the room of a subject; that of a new one, or of a forgotten one, is all zeros."""
    rest = keys.size - 1
    at = key & rest
    free = -1
    while keys[at] != 0 and keys[at] != key:
        if free < 0 and until[at] < now:
            free = at
        at = (at + 1) & rest
    if keys[at] == key:
        if until[at] < now:
            state[at, :] = 0
        return at
    if free < 0:
        free = at
        counts[USED] += 1
    keys[free] = key
    state[free, :] = 0
    return free


@compiled
def mark(
    out: Whole, score: Any, counts: Whole, row: int, first: int, calls: int, measure: int,
    value: float,
) -> None:  # fmt: skip
    """Mark a row as a hit."""
    hit = counts[HITS]
    out[hit, 0] = row
    out[hit, 1] = first
    out[hit, 2] = calls
    out[hit, 3] = measure
    score[hit] = value
    counts[HITS] = hit + 1


@compiled
def _move(
    keys: Whole, until: Whole, state: Whole, now: int,
    new_keys: Whole, new_until: Whole, new_state: Whole, counts: Whole,
) -> None:  # fmt: skip
    """Put all who are remembered into another table."""
    rest = new_keys.size - 1
    for at in range(keys.size):
        if keys[at] == 0 or until[at] < now:
            continue
        there = keys[at] & rest
        while new_keys[there] != 0:
            there = (there + 1) & rest
        new_keys[there] = keys[at]
        new_until[there] = until[at]
        new_state[there, :] = state[at, :]
        counts[USED] += 1


@compiled
def _live(keys: Whole, until: Whole, now: int) -> int:
    """Return how many are remembered."""
    count = 0
    for at in range(keys.size):
        if keys[at] != 0 and until[at] >= now:
            count += 1
    return count


class Subjects:
    """A table of subjects.

    Parameters
    ----------
    width : int
        Whole numbers a subject.
    """

    def __init__(self, width: int) -> None:
        self.counts = np.zeros(2, np.int64)
        self._out = np.empty((0, 4), np.int64)
        self._score = np.empty(0, np.float64)
        self._make(LEAST_ROOMS, width)

    def _make(self, rooms: int, width: int) -> None:
        self.keys = np.zeros(rooms, np.int64)
        self.until = np.zeros(rooms, np.int64)
        self.state = np.zeros((rooms, width), np.int64)
        self.limit = int(rooms * FULL)

    @property
    def bytes_held(self) -> int:
        """What the table takes."""
        return int(self.keys.nbytes + self.until.nbytes + self.state.nbytes)

    def _parts(self) -> tuple[Any, ...]:
        return self.keys, self.until, self.state, self.counts, self.limit

    def clear(self) -> None:
        """Forget everybody."""
        self.keys[:] = 0
        self.counts[:] = 0

    def make_room(self, now: int) -> None:
        """Forget who may be forgotten; take twice the memory if more than a third are not."""
        keys, until, state = self.keys, self.until, self.state
        rooms = keys.size
        while _live(keys, until, now) * 3 > rooms:
            rooms *= 2
        self._make(rooms, state.shape[1])
        self.counts[USED] = 0
        _move(keys, until, state, now, self.keys, self.until, self.state, self.counts)

    def walk(self, loop: Any, start: Whole, *given: Any, other: Subjects | None = None) -> Hits:
        """Run a loop over rows in order of time; it stops where the table is full, and goes on.

        Parameters
        ----------
        loop : function
            Takes the row to begin with, the instants, what is given, and the table with its outputs
            (``keys, until, state, counts, limit, out, score``); returns the row that it left.
        start : numpy.ndarray
            Shape (rows,), int64, ms.
        *given
            Columns and parameters.
        other : Subjects, optional
            A second table, whose ``keys, until, state, counts, limit`` come before the first's.

        Source
        ------
        own.
        """
        rows = start.size
        if len(self._out) < rows:
            self._out = np.empty((rows, 4), np.int64)
            self._score = np.empty(rows, np.float64)
        self.counts[HITS] = 0
        row = 0
        while True:
            more = () if other is None else other._parts()
            row = loop(row, start, *given, *more, *self._parts(), self._out, self._score)
            if row >= rows:
                break
            for table in (self, other):
                if table is not None and table.counts[USED] >= table.limit:
                    table.make_room(int(start[row]))
        found = int(self.counts[HITS])
        return Hits.of(self._out[:found].copy(), self._score[:found].copy(), start)
