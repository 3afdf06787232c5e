"""Conversations outside of hours, by hand."""

from __future__ import annotations

import pytest
from tests.fraud.patterns.records import call, only

from securecall.errors import InputError
from securecall.fraud.patterns import Hours, Schedule
from securecall.fraud.patterns.schedule import SchedulePattern

# The records of `call` begin at 08:00 in Chicago.
LATE = Schedule(hours={"f": Hours("America/Chicago", "09:00", "22:00")})


def test_before_and_after_with_a_minute_of_grace() -> None:
    hour = 3600
    rows = [call(0), call(hour - 61), call(hour - 60), call(hour), call(14 * hour + 59),
            call(14 * hour + 60)]  # fmt: skip
    morning, night = only(rows, LATE, "schedule")
    assert (morning.calls, night.calls, morning.subject) == (2, 1, "f")
    assert night.reason == (
        "1 conversation outside of 09:00 to 22:00 "
        "(America/Chicago; mon, tue, wed, thu, fri, sat, sun)"
    )


def test_attempts_and_facilities_without_hours_are_not_judged() -> None:
    rows = [call(0, 0), call(1, outcome="refused"), call(2, facility="g")]
    assert only(rows, LATE, "schedule") == ()


def test_without_hours_it_says_so() -> None:
    assert SchedulePattern(Schedule()).idle() == "no facility's hours are given"
    assert SchedulePattern(LATE).idle() is None
    with pytest.raises(InputError, match="must be Hours"):
        Schedule(hours={"f": "07:00"})  # type: ignore[dict-item]
