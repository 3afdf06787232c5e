"""Stretches of a week in words."""

from __future__ import annotations

from collections.abc import Iterable

from securecall.rating.windows import DAY_MS, DAY_TYPES

__all__ = ["clock_text", "week_text"]

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock_text(day_ms: int) -> str:
    """Return a time of day as ``07:30``, with seconds and milliseconds only if it has some."""
    seconds, ms = divmod(day_ms, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or ms:
        text += f":{seconds % 60:02}"
    return text + (f".{ms:03}" if ms else "")


def _spans_text(spans: tuple[tuple[int, int], ...]) -> str:
    if spans == ((0, DAY_MS),):
        return "all day"
    return " and ".join(f"{clock_text(first)}-{clock_text(after)}" for first, after in spans)


def _days_text(days: list[int]) -> str:
    """Return weekdays as ``Mon to Fri, Sun``."""
    if len(days) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    texts = []
    for run in runs:
        names = [_NAMES[day] for day in run]
        texts.append(f"{names[0]} to {names[-1]}" if len(run) > 2 else ", ".join(names))
    return ", ".join(texts)


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for first, after in sorted(spans):
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], after)
        else:
            joined.append((first, after))
    return tuple(joined)


def week_text(cells: Iterable[tuple[int, int, int]]) -> str:
    """Return (day type, first ms, ms after) in words.

    Ordinary days come first; holidays and the days after them are told only where they differ from
    the ordinary day of that name.
    """
    by_type: dict[int, list[tuple[int, int]]] = {}
    for day_type, first, after in cells:
        by_type.setdefault(day_type, []).append((first, after))
    spans = {day_type: _joined(parts) for day_type, parts in by_type.items()}
    texts = []
    for holiday, before, label in (
        (False, False, ""),
        (True, False, "on a holiday that is a "),
        (False, True, "after a holiday on a "),
        (True, True, "on a second holiday that is a "),
    ):
        days: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for day_type, (weekday, is_holiday, was_before) in enumerate(DAY_TYPES):
            if (is_holiday, was_before) != (holiday, before) or day_type not in spans:
                continue
            ordinary = DAY_TYPES.index((weekday, False, False))
            if label and spans.get(ordinary) == spans[day_type]:
                continue
            days.setdefault(spans[day_type], []).append(weekday)
        for parts, weekdays in days.items():
            name = _days_text(weekdays)
            if label and name == "daily":
                name = "day of any name"
            texts.append(f"{label}{name} {_spans_text(parts)}")
    return "; ".join(texts)
