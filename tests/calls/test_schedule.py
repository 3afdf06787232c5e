"""Schedule: hours by the wall clock, also where it is set, held against a walk minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.schedule import LOOK_AHEAD_MS, Schedule
from securecall.errors import InputError
from securecall.rating.windows import DAY_MS, Window

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
CHICAGO = "America/Chicago"


def zone(name: str) -> ZoneInfo:
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


ZONES = {name: zone(name) for name in (CHICAGO, "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")}


def ms(*parts: int, name: str = CHICAGO, fold: int = 0) -> int:
    wall = datetime(*parts, tzinfo=ZONES[name], fold=fold)  # type: ignore[arg-type,misc]
    return int(wall.astimezone(UTC).timestamp()) * 1000


def plainly_open(schedule: Schedule, at_ms: int) -> bool:
    """Return whether a schedule is open, from the words of its windows alone."""
    wall = datetime.fromtimestamp(at_ms // 1000, ZONES[schedule.timezone])
    since_midnight = (wall.hour * 3600 + wall.minute * 60 + wall.second) * 1000
    for days_ago in (0, 1):
        day = wall.date() - timedelta(days=days_ago)
        of_holidays = day in schedule.holidays and any(w.holidays for w in schedule.windows)
        for window in schedule.windows:
            begins = window.holidays if of_holidays else day.weekday() in window.days
            reading = since_midnight + days_ago * DAY_MS
            if begins and window.from_ms <= reading < window.to_ms:
                return True
    return False


WINDOWS = st.builds(
    lambda days, holidays, first, length: Window(
        frozenset(days), holidays, first * 30 * MINUTE_MS, (first + length) * 30 * MINUTE_MS
    ),
    st.sets(st.integers(0, 6)), st.booleans(), st.integers(0, 47), st.integers(1, 48),
)  # fmt: skip
# Around the changes of the clock of spring and autumn 2026, and 2018, when Brazil still had them.
STARTS = st.sampled_from([
    (CHICAGO, ms(2026, 3, 7)), (CHICAGO, ms(2026, 10, 31)), (CHICAGO, ms(2026, 12, 24)),
    ("Australia/Lord_Howe", ms(2026, 4, 4, name="Australia/Lord_Howe")),
    ("Australia/Lord_Howe", ms(2026, 10, 3, name="Australia/Lord_Howe")),
    ("America/Sao_Paulo", ms(2018, 11, 3, name="America/Sao_Paulo")), ("UTC", ms(2026, 5, 1)),
])  # fmt: skip


@given(
    STARTS,
    st.lists(WINDOWS, max_size=3),
    st.sets(st.integers(0, 4), max_size=2),
    st.integers(0, 3 * 24 * 60),
)
def test_a_schedule_is_what_a_walk_by_the_minute_says(
    start: tuple[str, int], windows: list[Window], free_days: set[int], begin: int
) -> None:
    name, first_ms = start
    first = datetime.fromtimestamp(first_ms / 1000, ZONES[name]).date()
    holidays = frozenset(first + timedelta(days=days) for days in free_days)
    schedule = Schedule(name, tuple(windows), holidays)
    at_ms = first_ms + begin * MINUTE_MS
    # Every edge lies on a whole minute, so that what holds in between holds in all of it.
    walked = [plainly_open(schedule, at_ms + step * MINUTE_MS) for step in range(30 * 60)]
    asked = [schedule.open_at(at_ms + step * MINUTE_MS) for step in range(30 * 60)]
    assert asked == walked
    for found, wanted in ((schedule.closes_ms(at_ms), False), (schedule.opens_ms(at_ms), True)):
        if wanted in walked:
            assert found == at_ms + walked.index(wanted) * MINUTE_MS
        else:
            assert found is None or found >= at_ms + len(walked) * MINUTE_MS
            assert found is None or plainly_open(schedule, found) == wanted


def test_the_hour_that_is_read_twice_is_open_twice() -> None:
    night = Schedule(CHICAGO, (Window(from_ms=HOUR_MS, to_ms=2 * HOUR_MS),))
    opens = night.opens_ms(ms(2026, 11, 1))
    assert opens == ms(2026, 11, 1, 1)
    # At 2 the clock is set back to 1: the window lasts two hours.
    assert night.closes_ms(opens) == opens + 2 * HOUR_MS


def test_the_hour_that_is_skipped_is_never_open() -> None:
    night = Schedule(CHICAGO, (Window(from_ms=2 * HOUR_MS, to_ms=3 * HOUR_MS),))
    assert night.opens_ms(ms(2026, 3, 8)) == ms(2026, 3, 9, 2)
    # A window across it is one hour shorter.
    wide = Schedule(CHICAGO, (Window(from_ms=HOUR_MS, to_ms=4 * HOUR_MS),))
    opens = wide.opens_ms(ms(2026, 3, 8))
    assert opens is not None
    assert wide.closes_ms(opens) == opens + 2 * HOUR_MS


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = Schedule(CHICAGO, (Window(frozenset([4]), False, 22 * HOUR_MS, 26 * HOUR_MS),))
    assert friday.open_at(ms(2026, 5, 2, 1, 59))
    assert not friday.open_at(ms(2026, 5, 2, 2))
    assert not friday.open_at(ms(2026, 5, 1, 1))


def test_a_holiday_has_its_own_windows_where_there_are_any() -> None:
    day = Window(from_ms=6 * HOUR_MS, to_ms=22 * HOUR_MS)
    short = Window(frozenset(), True, 12 * HOUR_MS, 14 * HOUR_MS)
    christmas = frozenset([date(2026, 12, 25)])
    both = Schedule(CHICAGO, (day, short), christmas)
    assert not both.open_at(ms(2026, 12, 25, 11))
    assert both.open_at(ms(2026, 12, 25, 13))
    assert both.open_at(ms(2026, 12, 26, 11))
    assert Schedule(CHICAGO, (day,), christmas).open_at(ms(2026, 12, 25, 11))


def test_what_is_always_or_never_open_says_none() -> None:
    at_ms = ms(2026, 5, 1, 12)
    always = Schedule(CHICAGO, (Window(),))
    assert (always.closes_ms(at_ms), always.opens_ms(at_ms)) == (None, at_ms)
    never = Schedule(CHICAGO, ())
    assert (never.opens_ms(at_ms), never.closes_ms(at_ms)) == (None, at_ms)
    assert LOOK_AHEAD_MS > 7 * DAY_MS


def test_an_instant_is_told_as_the_wall_clock_reads_it() -> None:
    assert Schedule(CHICAGO, ()).local(ms(2026, 5, 1, 6)).isoformat() == "2026-05-01T06:00:00-05:00"


def test_a_zone_must_be_one() -> None:
    with pytest.raises(InputError, match="did you mean 'America/Chicago'"):
        Schedule("America/Chicgo", ())
