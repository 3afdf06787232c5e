"""A facility's wall clock over the time that lint looks at.

What is in force by windows depends only on what the clock reads: so a week is cut into a few
stretches of readings, and all that has to be asked of real time is whether, and when, the clock
shows a reading.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from securecall.rating.contract import Moment
from securecall.rating.windows import DAY_MS, DAY_TYPES, Window, day_spans
from securecall.rating.zones import Zone

__all__ = ["Clock", "Era", "Spot", "Term", "day_of", "spans_of", "wall_text"]

_DAY_ZERO: Final = date(1970, 1, 1)
_FOREVER: Final = 1 << 60


class Term(NamedTuple):
    """When something is in force: instants, UTC, and windows of the wall clock."""

    from_ms: int
    to_ms: int
    when: tuple[Window, ...] | None

    def holds_throughout(self, era: Era) -> bool:
        """Return whether it is in force during the whole of an era."""
        return self.when is None and self.from_ms <= era.first_ms and self.to_ms >= era.after_ms


class Era(NamedTuple):
    """Instants ``[first_ms, after_ms)`` between which no effective date lies."""

    first_ms: int
    after_ms: int


class Spot(NamedTuple):
    """An instant at which the clock shows a reading that was asked for."""

    instant_ms: int
    length_ms: int  # how long the reading goes on from there
    whole: bool  # whether it is shown from its very beginning


@lru_cache(maxsize=4096)
def spans_of(when: tuple[Window, ...], day_type: int) -> tuple[tuple[int, int], ...]:
    """Return the parts of a type of day inside the windows."""
    return tuple(day_spans(when, *DAY_TYPES[day_type]))


def day_of(wall_ms: int) -> date:
    """Return the date of a reading, milliseconds since 1970 on the wall."""
    return _DAY_ZERO + timedelta(days=wall_ms // DAY_MS)


def wall_text(wall_ms: int) -> str:
    """Return a reading as ``2026-11-01 01:30``."""
    reading = datetime(1970, 1, 1) + timedelta(milliseconds=wall_ms)
    text = reading.isoformat(sep=" ", timespec="milliseconds")
    return text.removesuffix(".000").removesuffix(":00")


class Clock:
    """The wall clock of facilities that share a zone and holidays.

    Parameters
    ----------
    zone : Zone
    holidays : sequence of date
    first_ms, after_ms : int
        The instants to look at, ``[first_ms, after_ms)``.
    """

    def __init__(self, zone: Zone, holidays: Sequence[date], first_ms: int, after_ms: int) -> None:
        self.zone = zone
        self.whole = Era(first_ms, after_ms)
        self._holidays = frozenset((day - _DAY_ZERO).days for day in holidays)
        self._days: dict[Era, dict[int, list[int]]] = {}

    def term(
        self, begins: Moment | None, ends: Moment | None, when: tuple[Window, ...] | None
    ) -> Term:
        """Return effective dates as instants of this clock."""
        return Term(
            -_FOREVER if begins is None else self.zone.first_instant_ms(begins),
            _FOREVER if ends is None else self.zone.first_instant_ms(ends),
            when,
        )

    def eras(self, cuts: Iterable[int]) -> list[Era]:
        """Cut the time looked at wherever an instant of ``cuts`` lies inside it."""
        first, after = self.whole
        inside = sorted({cut for cut in cuts if first < cut < after})
        edges = [first, *inside, after]
        return [Era(a, b) for a, b in pairwise(edges)]

    def wall_ms(self, instant_ms: int) -> int:
        """Return what the clock shows, milliseconds since 1970 as if it were UTC."""
        return instant_ms + self.zone.offset_ms(instant_ms)

    def day_type(self, day: int) -> int:
        """Return the number of a day's type in `DAY_TYPES`; days count from 1970-01-01."""
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        return weekday * 4 + 2 * (day in self._holidays) + (day - 1 in self._holidays)

    def days(self, era: Era) -> dict[int, list[int]]:
        """Return the local days that an era touches, by type."""
        found = self._days.get(era)
        if found is None:
            found = self._days[era] = {}
            first = self.wall_ms(era.first_ms) // DAY_MS
            last = self.wall_ms(era.after_ms - 1) // DAY_MS
            # A clock set back over midnight shows the day before again, hence one more each side.
            for day in (*range(first, last + 1), first - 1, last + 1):
                found.setdefault(self.day_type(day), []).append(day)
        return found

    def shown(self, era: Era, first_ms: int, after_ms: int) -> Spot | None:
        """Return the first instant of an era at which the clock reads ``[first_ms, after_ms)``."""
        begins, offsets = self.zone.begins_ms, self.zone.offsets_ms
        index = max(bisect_right(begins, first_ms - 2 * DAY_MS) - 1, 0)
        while index < len(begins) and begins[index] <= after_ms + 2 * DAY_MS:
            ends = begins[index + 1] if index + 1 < len(begins) else _FOREVER
            low = max(begins[index], first_ms - offsets[index], era.first_ms)
            high = min(ends, after_ms - offsets[index], era.after_ms)
            if low < high:
                return Spot(low, high - low, low + offsets[index] == first_ms)
            index += 1
        return None

    def spot(self, era: Era, day_type: int, first_ms: int, after_ms: int) -> Spot | None:
        """Return an instant of an era at which it is that time on such a day, or None.

        One at which the whole stretch is still to come is preferred.
        """
        best: Spot | None = None
        for day in self.days(era).get(day_type, ()):
            found = self.shown(era, day * DAY_MS + first_ms, day * DAY_MS + after_ms)
            if found is not None:
                if found.whole and found.length_ms >= after_ms - first_ms:
                    return found
                if best is None or found.length_ms > best.length_ms:
                    best = found
        return best

    def occurrence(self, term: Term) -> Spot | None:
        """Return an instant, of the time looked at, at which a term is in force."""
        era = Era(max(term.from_ms, self.whole.first_ms), min(term.to_ms, self.whole.after_ms))
        if era.first_ms >= era.after_ms:
            return None
        if term.when is None:
            return Spot(era.first_ms, era.after_ms - era.first_ms, True)
        best: Spot | None = None
        for day_type in self.days(era):
            for first, after in spans_of(term.when, day_type):
                found = self.spot(era, day_type, first, after)
                if found is not None and (best is None or found.instant_ms < best.instant_ms):
                    best = found
        return best
