"""Limits by the hour and by the day, and the instant from which calls go again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.calls.gates import NOON_MS, NUMBER, Broken, asked

from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.velocity_check import velocity_reasons
from securecall.ledger.instant import instant

HOUR_MS = 3_600_000


@given(
    st.lists(st.integers(0, 30 * 60), max_size=8, unique=True),
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), st.integers(1, 6)),
)
def test_a_person_may_call_again_when_enough_is_long_enough_ago(
    minutes_ago: list[int], per_hour: int | None, per_day: int | None
) -> None:
    directory = Directory()
    facility = Facility("f", "UTC", calls_per_hour=per_hour, calls_per_day=per_day)
    placed = [NOON_MS - minutes * 60_000 for minutes in minutes_ago]
    for number, at_ms in enumerate(placed):
        directory.note_placed(f"c{number}", "p-1", NUMBER, at_ms, courtesy=False)

    def reached(at_ms: int) -> bool:
        hour = sum(at_ms - HOUR_MS < each <= at_ms for each in placed)
        day = sum(at_ms - 24 * HOUR_MS < each <= at_ms for each in placed)
        return bool((per_hour and hour >= per_hour) or (per_day and day >= per_day))

    found = velocity_reasons(facility, directory, asked(), NOON_MS)
    assert bool(found) == reached(NOON_MS)
    if found:
        free_ms = NOON_MS
        while reached(free_ms):
            free_ms += 60_000
        assert found[0].detail == f"until {instant(free_ms).isoformat()}"


def test_without_limits_nothing_is_read() -> None:
    broken: Any = Broken()
    assert velocity_reasons(Facility("f", "UTC"), broken, asked(), NOON_MS) == []
    limited = Facility("f", "UTC", calls_per_hour=1)
    assert [each.code for each in velocity_reasons(limited, broken, asked(), NOON_MS)] == [
        "directory_silent"
    ]
