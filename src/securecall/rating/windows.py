"""Windows of local time: when a rate is in force, by the facility's wall clock.

A window is half-open, ``[from, to)``, on the days it names. One that wraps past midnight belongs to
the day on which it begins, holidays included. What holds at an instant depends only on what the
wall clock then reads: weekday, time of day, and whether the day and the day before are holidays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["DAY_MS", "DAY_TYPES", "Window", "day_edges", "day_spans", "overlap"]

DAY_MS: Final = 86_400_000

# The engine's day types, in its order: weekday x holiday x the day before was a holiday.
DAY_TYPES: Final = tuple(
    (weekday, holiday, before)
    for weekday in range(7)
    for holiday in (False, True)
    for before in (False, True)
)


@dataclass(frozen=True, slots=True)
class Window:
    """Local times of some days.

    Attributes
    ----------
    days : frozenset of int
        Weekdays on which it begins, Monday 0.
    holidays : bool
        Whether it begins on the facility's holidays too.
    from_ms, to_ms : int
        Since midnight on the wall clock; ``to_ms`` beyond 24 hours lies on the next day.
    """

    days: frozenset[int] = frozenset(range(7))
    holidays: bool = False
    from_ms: int = 0
    to_ms: int = DAY_MS

    def begins_on(self, weekday: int, holiday: bool) -> bool:
        """Return whether the window begins on such a day."""
        return weekday in self.days or (holiday and self.holidays)


def day_spans(
    windows: Iterable[Window], weekday: int, holiday: bool, before: bool
) -> list[tuple[int, int]]:
    """Return the parts of a day inside any of the windows, merged and in order.

    Parameters
    ----------
    windows : iterable of Window
    weekday : int
        Of the day, Monday 0.
    holiday, before : bool
        Whether the day, and the day before it, are holidays.
    """
    spans = []
    for window in windows:
        if window.begins_on(weekday, holiday):
            spans.append((window.from_ms, min(window.to_ms, DAY_MS)))
        if window.to_ms > DAY_MS and window.begins_on((weekday - 1) % 7, before):
            spans.append((max(window.from_ms - DAY_MS, 0), window.to_ms - DAY_MS))
    merged: list[tuple[int, int]] = []
    for first, after in sorted(span for span in spans if span[0] < span[1]):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(after, merged[-1][1]))
        else:
            merged.append((first, after))
    return merged


def day_edges(
    windows: Iterable[Window], weekday: int, holiday: bool, before: bool
) -> list[tuple[int, bool]]:
    """Return (ms since midnight, in force from there) for a day; the first lies at midnight."""
    edges = [(0, False)]
    for first, after in day_spans(windows, weekday, holiday, before):
        if first == 0:
            edges[0] = (0, True)
        else:
            edges.append((first, True))
        if after < DAY_MS:
            edges.append((after, False))
    return edges


def _common(first: list[tuple[int, int]], other: list[tuple[int, int]]) -> Iterator[int]:
    for a, b in first:
        for c, d in other:
            if max(a, c) < min(b, d):
                yield max(a, c)


def overlap(
    first: tuple[Window, ...] | None, other: tuple[Window, ...] | None, holidays: bool = True
) -> tuple[int, int] | None:
    """Return a (weekday, ms since midnight) inside both, or None; no windows is at any time.

    ``holidays`` false leaves days that are holidays, or follow one, out of account.
    """
    always = (Window(),)
    for weekday, holiday, before in DAY_TYPES:
        if (holiday or before) and not holidays:
            continue
        spans = day_spans(first or always, weekday, holiday, before)
        for at in _common(spans, day_spans(other or always, weekday, holiday, before)):
            return weekday, at
    return None
