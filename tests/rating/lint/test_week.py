"""Stretches of a week as a person says them."""

from __future__ import annotations

import pytest

from securecall.rating.lint.week import clock_text, week_text
from securecall.rating.windows import DAY_MS, DAY_TYPES

HOUR = 3_600_000


def cells(
    days: str, *spans: tuple[float, float], holiday: bool = False, before: bool = False
) -> list[tuple[int, int, int]]:
    types = [DAY_TYPES.index((int(day), holiday, before)) for day in days]
    return [(one, int(a * HOUR), int(b * HOUR)) for one in types for a, b in spans]


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "00:00"),
        (7 * HOUR + 30 * 60_000, "07:30"),
        (DAY_MS, "24:00"),
        (1_000, "00:00:01"),
        (HOUR + 1, "01:00:00.001"),
    ],
)
def test_a_time_of_day_shows_seconds_only_if_it_has_some(ms: int, text: str) -> None:
    assert clock_text(ms) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ("0123456", "daily"),
        ("01234", "Mon to Fri"),
        ("56", "Sat, Sun"),
        ("012456", "Mon to Wed, Fri to Sun"),
        ("036", "Mon, Thu, Sun"),
    ],
)
def test_runs_of_three_days_and_more_are_from_to(days: str, text: str) -> None:
    assert week_text(cells(days, (1, 2))) == f"{text} 01:00-02:00"


def test_stretches_that_touch_are_one_and_a_whole_day_is_all_day() -> None:
    assert week_text(cells("0", (1, 2), (2, 3), (5, 6))) == "Mon 01:00-03:00 and 05:00-06:00"
    assert week_text(cells("5", (0, 24))) == "Sat all day"


def test_days_with_other_stretches_are_told_apart() -> None:
    text = week_text([*cells("01", (1, 2)), *cells("2", (3, 4))])
    assert text == "Mon, Tue 01:00-02:00; Wed 03:00-04:00"


def test_holidays_are_told_only_where_they_differ_from_the_day_of_that_name() -> None:
    ordinary = cells("0123456", (1, 2))
    assert week_text([*ordinary, *cells("0", (1, 2), holiday=True)]) == "daily 01:00-02:00"
    text = week_text([*ordinary, *cells("0123456", (3, 4), holiday=True)])
    assert text == "daily 01:00-02:00; on a holiday that is a day of any name 03:00-04:00"
    assert week_text(cells("1", (3, 4), before=True)) == "after a holiday on a Tue 03:00-04:00"
    assert week_text(cells("1", (3, 4), holiday=True, before=True)) == (
        "on a second holiday that is a Tue 03:00-04:00"
    )
