"""From ``at`` to a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.regulation.instant import day_of, known_day


def test_a_date_is_its_own_day() -> None:
    assert day_of(date(2026, 4, 6)) == date(2026, 4, 6)


def test_an_aware_datetime_has_the_day_of_its_own_clock() -> None:
    pacific = timezone(timedelta(hours=-7))
    assert day_of(datetime(2026, 4, 5, 23, 59, tzinfo=pacific)) == date(2026, 4, 5)
    assert day_of(datetime(2026, 4, 6, 6, 59, tzinfo=UTC)) == date(2026, 4, 6)


def test_milliseconds_are_a_utc_day() -> None:
    midnight = 1_775_433_600_000
    assert day_of(midnight) == date(2026, 4, 6)
    assert day_of(midnight - 1) == date(2026, 4, 5)
    assert day_of(-1) == date(1969, 12, 31)


def test_a_datetime_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="at must have a time zone"):
        day_of(datetime(2026, 4, 6))


@pytest.mark.parametrize("at", [10**18, -(10**18)])
def test_milliseconds_outside_the_calendar_are_refused(at: int) -> None:
    with pytest.raises(InputError, match="must lie in the years"):
        day_of(at)


@pytest.mark.parametrize("at", [True, 1.5, "2026-04-06", None])
def test_other_types_are_refused(at: Any) -> None:
    with pytest.raises(InputTypeError, match="at must be a date"):
        day_of(at)


@pytest.mark.parametrize("known_at", [datetime(2026, 4, 6, tzinfo=UTC), "2026-04-06", 5])
def test_knowledge_is_a_plain_date(known_at: Any) -> None:
    with pytest.raises(InputTypeError, match="known_at must be a date or None"):
        known_day(known_at)
