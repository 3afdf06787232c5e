"""Schedule: at which hours something may be used, by the wall clock of its place.

A window is half-open and belongs to the day on which it begins, also where it runs past midnight.
What holds at an instant depends only on what the wall clock then reads: in the hour that is read
twice in autumn a window holds both times, in the one that is skipped in spring it never does. On a
holiday only the windows for holidays hold; where there is none, a holiday is like any other day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from securecall.ledger.instant import instant
from securecall.rating.windows import DAY_MS, Window
from securecall.rating.zones import Zone, load_zone

__all__ = ["LOOK_AHEAD_MS", "Schedule"]

#: How far ahead the next opening or closing is looked for.
LOOK_AHEAD_MS: Final = 8 * DAY_MS
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours of use.

    Parameters
    ----------
    timezone : str
        IANA zone whose wall clock is read, from the tzdata package and never from the host.
    windows : tuple of Window
        See `securecall.rating.windows.Window`. None at all: never open.
    holidays : frozenset of date
        Local dates.

    Raises
    ------
    InputError
        There is no such zone.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> day = Schedule("America/Chicago", (Window(from_ms=6 * 3_600_000, to_ms=22 * 3_600_000),))
    >>> noon = 1_777_658_400_000  # 2026-05-01T13:00 in Chicago
    >>> day.open_at(noon), day.closes_ms(noon) - noon
    (True, 32400000)
    """

    timezone: str
    windows: tuple[Window, ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        load_zone(self.timezone)

    def open_at(self, at_ms: int) -> bool:
        """Return whether an instant lies in a window.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own.
        """
        wall_ms = at_ms + load_zone(self.timezone).offset_ms(at_ms)
        day, in_day_ms = divmod(wall_ms, DAY_MS)
        return any(first <= in_day_ms < after for first, after in _spans(self, day))

    def local(self, at_ms: int) -> datetime:
        """Return an instant as the wall clock reads it, with its offset.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own.
        """
        offset = timezone(timedelta(milliseconds=load_zone(self.timezone).offset_ms(at_ms)))
        return instant(at_ms).astimezone(offset)

    def closes_ms(self, at_ms: int) -> int | None:
        """Return the first instant from one on that lies in no window; None: none within 8 days.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own.
        """
        return self._first(at_ms, open_there=False)

    def opens_ms(self, at_ms: int) -> int | None:
        """Return the first instant from one on that lies in a window; None: none within 8 days.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own.
        """
        return self._first(at_ms, open_there=True)

    def _first(self, at_ms: int, *, open_there: bool) -> int | None:
        for begins_ms, is_open in self._pieces(at_ms, at_ms + LOOK_AHEAD_MS):
            if is_open == open_there:
                return begins_ms
        return None

    def _pieces(self, at_ms: int, last_ms: int) -> Iterator[tuple[int, bool]]:
        """Yield (instant, whether open from there); two neighbours may be of one kind."""
        zone = load_zone(self.timezone)
        while at_ms < last_ms:
            offset_ms = zone.offset_ms(at_ms)
            day, in_day_ms = divmod(at_ms + offset_ms, DAY_MS)
            is_open, edge_ms = False, DAY_MS
            for first, after in _spans(self, day):
                if first <= in_day_ms < after:
                    is_open, edge_ms = True, after
                    break
                if first > in_day_ms:
                    edge_ms = min(edge_ms, first)
            yield at_ms, is_open
            at_ms = min(at_ms + edge_ms - in_day_ms, _changes_ms(zone, at_ms))


def _changes_ms(zone: Zone, at_ms: int) -> int:
    """Return when the wall clock is set next, or a time beyond all."""
    place = bisect_right(zone.begins_ms, at_ms)
    return zone.begins_ms[place] if place < len(zone.begins_ms) else 1 << 62


@lru_cache(maxsize=4096)
def _spans(schedule: Schedule, day: int) -> tuple[tuple[int, int], ...]:
    """Return the parts of a local day in windows, milliseconds since its midnight, in order."""
    spans = []
    for window in _beginning(schedule, day):
        spans.append((window.from_ms, min(window.to_ms, DAY_MS)))
    for window in _beginning(schedule, day - 1):
        if window.to_ms > DAY_MS:
            spans.append((max(window.from_ms - DAY_MS, 0), window.to_ms - DAY_MS))
    merged: list[tuple[int, int]] = []
    for first, after in sorted(span for span in spans if span[0] < span[1]):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(after, merged[-1][1]))
        else:
            merged.append((first, after))
    return tuple(merged)


def _beginning(schedule: Schedule, day: int) -> list[Window]:
    """Return the windows that begin on a local day."""
    local = _EPOCH + timedelta(days=day)
    if local in schedule.holidays and any(window.holidays for window in schedule.windows):
        return [window for window in schedule.windows if window.holidays]
    return [window for window in schedule.windows if local.weekday() in window.days]
