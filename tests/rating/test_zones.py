"""Wall clocks: when they change, what is skipped, what is read twice; never the host's zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.rating.zones import (
    Zone,
    epoch_ms,
    load_zone,
    tzdata_version,
    zone_names,
)

HOUR = 3_600_000
NAMES = (
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # left out 2011-12-30
    "Africa/Casablanca",  # summer time but for Ramadan, listed decades ahead
    "Europe/Dublin",
    "Asia/Kolkata",
    "UTC",
)


def packaged(name: str) -> ZoneInfo:
    """Read a zone of the tzdata package; ``ZoneInfo(name)`` asks the host first."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file)


def ms(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize("name", NAMES)
def test_every_hour_of_some_years_is_what_zoneinfo_says(name: str) -> None:
    zone, theirs = load_zone(name), packaged(name)
    for year in (1975, 2011, 2026, 2050, 2099):
        at = datetime(year, 1, 1, tzinfo=UTC)
        while at.year == year:
            offset = at.astimezone(theirs).utcoffset()
            assert offset is not None
            assert zone.offset_ms(epoch_ms(at)) == offset // timedelta(milliseconds=1), at
            at += timedelta(hours=7)


@given(st.sampled_from(NAMES), st.data())
def test_a_change_is_known_to_the_millisecond(name: str, data: st.DataObject) -> None:
    zone, theirs = load_zone(name), packaged(name)
    later = [at for at in zone.begins_ms if at > 0]
    if not later:
        return
    change = data.draw(st.sampled_from(later))
    for instant_ms in (change - 1, change):
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant_ms)
        offset = at.astimezone(theirs).utcoffset()
        assert offset is not None
        assert zone.offset_ms(instant_ms) == offset // timedelta(milliseconds=1)


def test_finer_instants_are_floored_to_the_millisecond() -> None:
    assert ms("2026-05-01T00:00:00.000999+00:00") == ms("2026-05-01T00:00:00+00:00")
    assert ms("1969-12-31T23:59:59.999999+00:00") == -1


@pytest.mark.parametrize(
    ("name", "day", "instant"),
    [
        # The clock goes from 23:59:59 to 01:00: the day begins an hour late, at the change.
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00:00+00:00"),
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00:00+00:00"),
        # In autumn Havana reads midnight to one twice; the first reading counts.
        ("America/Havana", date(2025, 11, 2), "2025-11-02T04:00:00+00:00"),
        # Santiago goes back to 23:00 of the day before: midnight itself comes once, and late.
        ("America/Santiago", date(2026, 4, 5), "2026-04-05T04:00:00+00:00"),
        ("America/Chicago", date(2026, 4, 6), "2026-04-06T05:00:00+00:00"),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_day_begins_at_the_first_instant_that_shows_it(
    name: str, day: date, instant: str
) -> None:
    assert load_zone(name).first_instant_ms(day) == ms(instant)


def test_a_time_that_is_skipped_begins_at_the_change_and_one_read_twice_at_the_first() -> None:
    zone = load_zone("America/Chicago")
    skipped, twice = datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)
    assert zone.first_instant_ms(skipped) == ms("2026-03-08T08:00:00+00:00")
    assert zone.first_instant_ms(twice) == ms("2026-11-01T06:30:00+00:00")
    assert (zone.readings(skipped), zone.readings(twice)) == (0, 2)
    assert zone.readings(datetime(2026, 5, 1)) == 1


def test_an_instant_with_an_offset_is_its_own() -> None:
    at = datetime.fromisoformat("2026-11-01T01:30:00-06:00")
    assert load_zone("America/New_York").first_instant_ms(at) == epoch_ms(at)


@given(st.sampled_from(NAMES), st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 30)))
def test_before_the_first_instant_the_clock_shows_less(name: str, wall: datetime) -> None:
    zone = load_zone(name)
    wall = wall.replace(microsecond=0)
    at = zone.first_instant_ms(wall)
    wall_ms = epoch_ms(wall.replace(tzinfo=UTC))
    assert at + zone.offset_ms(at) >= wall_ms
    # Not a millisecond, a minute or a day before; nor anywhere back to the last change.
    for before in (1, 60_000, HOUR, 24 * HOUR):
        assert at - before + zone.offset_ms(at - before) < wall_ms
    if zone.readings(wall):
        assert at + zone.offset_ms(at) == wall_ms


def test_a_zone_is_found_by_its_name_only_and_the_nearest_is_named() -> None:
    with pytest.raises(InputError) as caught:
        load_zone("America/Chicgo")
    assert str(caught.value) == (
        "timezone must be an IANA zone such as 'America/Chicago', not 'America/Chicgo'; "
        "did you mean 'America/Chicago'?"
    )
    with pytest.raises(InputError):
        load_zone("../../etc/passwd")


def test_zones_come_from_the_tzdata_package_in_the_version_that_is_told() -> None:
    assert tzdata_version() == tzdata.IANA_VERSION
    assert {*NAMES} <= set(zone_names())
    assert load_zone("America/Chicago") is load_zone("America/Chicago")  # read once


def test_the_table_reaches_to_the_last_year_that_is_rated() -> None:
    begins = load_zone("America/New_York").begins_ms
    assert ms("2099-10-01T00:00:00+00:00") < begins[-1] < ms("2100-01-01T00:00:00+00:00")
    assert list(begins) == sorted(set(begins))


def test_a_zone_by_hand_changes_where_it_says() -> None:
    zone = Zone("made up", (-(1 << 60), 1_000), (0, HOUR))
    assert [zone.offset_ms(at) for at in (-1, 999, 1_000)] == [0, 0, HOUR]
