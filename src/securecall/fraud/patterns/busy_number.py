"""Busy numbers: hot ones that nobody has listed yet, far outside of what is usual that day."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Known
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from securecall.errors import InputError
from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hashing import key_of
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least
from securecall.fraud.patterns.slots import USED, Subjects, enter, mark

__all__ = ["BusyNumber", "BusyNumberPattern", "usual_limit"]

DAY_MS: Final = 86_400_000
TO_SIGMA: Final = 1.4826  # of a normal distribution: its standard deviation over its MAD
Whole = NDArray[np.int64]


@compiled
def walk_days(
    begin: int, start: Whole, number: Whole, calls: int, end: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Count calls; mark the row at which a number reaches what may be told of it.

    A room: calls, start of the first and of the last. It is good until the day's end.
    """
    for row in range(begin, start.size):
        key = number[row]
        if key == 0:
            continue
        if counts[USED] >= limit:
            return row
        now = start[row]
        at = enter(keys, until, state, counts, key, now)
        if state[at, 0] == 0:
            state[at, 1] = now
        state[at, 0] += 1
        state[at, 2] = now
        until[at] = end
        if state[at, 0] == calls:
            mark(out, score, counts, row, now, calls, 0, 0.0)
    return int(start.size)


def usual_limit(calls: NDArray[Any], sigmas: float) -> float:
    """Return where a day's calls a number stop being usual: median and deviations above it.

    Parameters
    ----------
    calls : numpy.ndarray
        Of each number that was called; not empty.
    sigmas : float
        Robust standard deviations: 1.4826 times the median absolute deviation. That is taken as 1
        call at least, because on most days most numbers are called once.

    Source
    ------
    Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC (1993): the modified z-score.
    """
    middle = float(np.median(calls))
    deviation = max(float(np.median(np.abs(calls - middle))), 1.0)
    return middle + sigmas * TO_SIGMA * deviation


@dataclass(frozen=True, slots=True)
class BusyNumber:
    """When a number is called too often in a day of UTC.

    Attributes
    ----------
    sigmas : float
        Eight robust standard deviations above the median of the day.
    calls : int
        Twenty: below that no number is reported, however quiet the day.
    known : tuple of str
        Numbers that many may call: attorneys, bail bonds, hotlines. Neither reported nor counted.

    Source
    ------
    own.
    """

    sigmas: float = 8.0
    calls: int = 20
    known: Known[str] = ()

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            A parameter is out of its range.
        """
        at_least(self, calls=2)
        object.__setattr__(self, "known", tuple(self.known))
        if not isinstance(self.sigmas, int | float) or not 0 < self.sigmas < 1e6:
            raise InputError(f"BusyNumber: sigmas must lie above 0, not {self.sigmas!r}")


class BusyNumberPattern(Pattern):
    """Finds them, when their day is over."""

    name: ClassVar[str] = "busy_number"
    subject: ClassVar[tuple[str, ...]] = ("number",)
    key: ClassVar[str] = "number"
    parameters: BusyNumber

    def __init__(self, parameters: BusyNumber) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(3)
        self._known = np.array([key_of(number) for number in parameters.known], np.int64)
        self._day: int | None = None
        self._name: Any = None
        self._names: dict[int, Any] = {}

    def names_from(self, name: Any) -> None:
        """Say who returns subject, facility and call id of a row of a block."""
        self._name = name

    @property
    def quiet_ms(self) -> int:
        """A day and a half: days that follow each other are one finding."""
        return DAY_MS + DAY_MS // 2

    def feed(self, block: Block) -> Hits:
        """Return the hits of the days that these rows end."""
        return Hits.join(list(self._by_day(block)))

    def _by_day(self, block: Block) -> Iterator[Hits]:
        days = block.start_ms // DAY_MS
        at = 0
        while at < len(block):
            day = int(days[at])
            after = int(np.searchsorted(days, day, side="right"))
            if day != self._day:
                yield self.finish()
                self._day = day
            self._count(block, at, after, (day + 1) * DAY_MS - 1)
            at = after

    def _count(self, block: Block, at: int, after: int, end_ms: int) -> None:
        number = block.number[at:after]
        if len(self._known):
            number = np.where(np.isin(number, self._known), 0, number)
        reached = self.subjects.walk(
            walk_days, block.start_ms[at:after], number, self.parameters.calls, end_ms
        )
        for row in reached.row.tolist():
            self._names[int(number[row])] = self._name(at + row)

    def finish(self) -> Hits:
        """Return the hits of the day that is over."""
        table = self.subjects
        rooms = np.flatnonzero(table.keys)
        found = Hits.none()
        if len(rooms):
            calls = table.state[rooms, 0]
            above = usual_limit(calls, self.parameters.sigmas)
            hot = rooms[(calls > above) & (calls >= self.parameters.calls)]
            hot = hot[np.lexsort((table.keys[hot], table.state[hot, 2]))]
            calls = table.state[hot, 0]
            keys = table.keys[hot].copy()
            found = Hits(
                row=np.full(len(hot), -1, np.int64),
                at=table.state[hot, 2],
                first=table.state[hot, 1],
                calls=calls,
                more=calls,
                measure=np.full(len(hot), int(above), np.int64),
                score=1.0 - 0.5 * above / calls,
                names=[self._names[key] for key in keys.tolist()],
                keys=keys,
            )
        table.clear()
        self._names = {}
        return found

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{episode.calls} calls, where a number had at most {episode.measure} in a day that "
            f"is usual (median and {given.sigmas:g} robust deviations)"
        )
