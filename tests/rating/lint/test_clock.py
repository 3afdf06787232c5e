"""A wall clock over the time that lint looks at: whether, and when, it shows a reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.lint.clock import Clock, Era, Spot, day_of, spans_of, wall_text
from securecall.rating.windows import DAY_MS, DAY_TYPES, Window
from securecall.rating.zones import epoch_ms, load_zone

HOUR = 3_600_000
CHICAGO = load_zone("America/Chicago")


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def wall(text: str) -> int:
    """Return a reading as milliseconds on the wall."""
    return utc(text)


def clock(first: str, after: str, zone: str = "America/Chicago", *holidays: date) -> Clock:
    return Clock(load_zone(zone), holidays, utc(first), utc(after))


def test_eras_are_cut_where_something_changes_inside_the_time_looked_at() -> None:
    looked = Clock(CHICAGO, (), 100, 200)
    assert looked.eras([150, 100, 200, 999, 150, 120]) == [
        Era(100, 120), Era(120, 150), Era(150, 200),
    ]  # fmt: skip
    assert looked.eras([]) == [Era(100, 200)]


def test_a_reading_is_shown_at_the_instant_that_zone_and_summer_time_make() -> None:
    looked = clock("2026-01-01", "2027-01-01")
    noon = wall("2026-07-01T12:00:00")
    assert looked.shown(looked.whole, noon, noon + HOUR) == Spot(
        utc("2026-07-01T17:00:00"), HOUR, True
    )


def test_a_reading_in_the_skipped_hour_is_never_shown() -> None:
    looked = clock("2026-01-01", "2027-01-01")
    skipped = wall("2026-03-08T02:15:00")
    assert looked.shown(looked.whole, skipped, skipped + HOUR // 2) is None
    # One that reaches beyond the hour is shown from the change on, not from its beginning.
    assert looked.shown(looked.whole, skipped, skipped + HOUR) == Spot(
        utc("2026-03-08T08:00:00"), HOUR // 4, False
    )


def test_a_reading_that_is_shown_twice_is_found_at_the_first() -> None:
    looked = clock("2026-01-01", "2027-01-01")
    twice = wall("2026-11-01T01:30:00")
    assert looked.shown(looked.whole, twice, twice + 1) == Spot(utc("2026-11-01T06:30:00"), 1, True)


def test_a_midnight_that_does_not_exist_is_not_shown_and_the_day_begins_at_one() -> None:
    for zone, day in (("America/Santiago", "2026-09-06"), ("America/Havana", "2026-03-08")):
        looked = clock("2026-01-01", "2027-01-01", zone)
        midnight = wall(day + "T00:00:00")
        assert looked.shown(looked.whole, midnight, midnight + HOUR) is None
        whole_day = looked.shown(looked.whole, midnight, midnight + DAY_MS)
        assert whole_day is not None
        assert (whole_day.length_ms, whole_day.whole) == (23 * HOUR, False)
        assert looked.wall_ms(whole_day.instant_ms) == midnight + HOUR


def test_a_spot_with_the_whole_stretch_to_come_is_preferred() -> None:
    # Begun on a Monday at noon: that Monday has half of its 08:00 to 16:00 left, the next all.
    looked = clock("2026-06-01T17:00:00", "2026-07-01")
    monday = DAY_TYPES.index((0, False, False))
    spot = looked.spot(looked.whole, monday, 8 * HOUR, 16 * HOUR)
    assert spot == Spot(utc("2026-06-08T13:00:00"), 8 * HOUR, True)
    brief = Clock(CHICAGO, (), utc("2026-06-01T17:00:00"), utc("2026-06-03"))
    assert brief.spot(brief.whole, monday, 8 * HOUR, 16 * HOUR) == Spot(
        utc("2026-06-01T17:00:00"), 4 * HOUR, False
    )
    assert brief.spot(brief.whole, DAY_TYPES.index((4, False, False)), 0, DAY_MS) is None


def test_days_know_their_names_and_the_holidays_around_them() -> None:
    looked = clock("2026-12-20", "2027-01-10", "America/Chicago", date(2026, 12, 25))
    number = (date(2026, 12, 25) - date(1970, 1, 1)).days
    assert [DAY_TYPES[looked.day_type(number + n)] for n in range(3)] == [
        (4, True, False), (5, False, True), (6, False, False),
    ]  # fmt: skip
    assert day_of(number * DAY_MS + 5) == date(2026, 12, 25)


def test_a_term_occurs_at_the_first_instant_that_is_inside_its_dates_and_windows() -> None:
    looked = clock("2026-06-01", "2027-01-01")
    tuesdays = (Window(frozenset({1}), False, 9 * HOUR, 10 * HOUR),)
    term = looked.term(date(2026, 6, 3), None, tuesdays)
    found = looked.occurrence(term)
    assert found is not None
    assert found.instant_ms == utc("2026-06-09T14:00:00")
    assert looked.occurrence(looked.term(None, date(2026, 6, 1), tuesdays)) is None
    assert looked.occurrence(looked.term(None, None, None)) == Spot(
        looked.whole.first_ms, looked.whole.after_ms - looked.whole.first_ms, True
    )
    holidays = (Window(frozenset(), True, 0, DAY_MS),)
    assert looked.occurrence(looked.term(None, None, holidays)) is None


def test_a_term_holds_throughout_an_era_only_without_windows() -> None:
    looked = clock("2026-06-01", "2027-01-01")
    always = looked.term(None, None, None)
    assert always.holds_throughout(looked.whole)
    assert not looked.term(date(2026, 6, 2), None, None).holds_throughout(looked.whole)
    assert not looked.term(None, None, (Window(),)).holds_throughout(looked.whole)


def test_spans_of_a_type_of_day_are_those_of_the_windows() -> None:
    night = (Window(frozenset({4}), False, 22 * HOUR, 30 * HOUR),)
    assert spans_of(night, DAY_TYPES.index((4, False, False))) == ((22 * HOUR, DAY_MS),)
    assert spans_of(night, DAY_TYPES.index((5, False, False))) == ((0, 6 * HOUR),)


def test_a_reading_is_written_to_the_minute_or_finer_where_it_is() -> None:
    assert wall_text(wall("2026-11-01T01:30:00")) == "2026-11-01 01:30"
    assert wall_text(wall("2026-11-01T01:30:05")) == "2026-11-01 01:30:05"
    assert wall_text(wall("2026-11-01T01:30:00") + 1) == "2026-11-01 01:30:00.001"


zones = st.sampled_from(
    ("America/Chicago", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "UTC")
)


@given(zones, st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)), st.integers(1, 5 * 60))
def test_what_is_shown_is_the_first_minute_that_walking_the_year_finds(
    zone: str, at: datetime, minutes: int
) -> None:
    looked = clock("2026-01-01", "2027-01-01", zone)
    first = epoch_ms(at.replace(second=0, microsecond=0, tzinfo=UTC))
    after = first + minutes * 60_000
    near = range(first - 16 * HOUR, first + 16 * HOUR + minutes * 60_000, 60_000)
    plain = next((ms for ms in near if first <= looked.wall_ms(ms) < after), None)
    found = looked.shown(looked.whole, first, after)
    assert (None if found is None else found.instant_ms) == plain
    if found is not None:
        assert found.whole == (looked.wall_ms(found.instant_ms) == first)
        last = found.instant_ms + found.length_ms - 1
        assert first <= looked.wall_ms(last) < after
        ends = found.instant_ms + found.length_ms
        beyond = looked.wall_ms(ends)
        changed = looked.zone.offset_ms(ends) != looked.zone.offset_ms(last)
        assert not first <= beyond < after or changed


def test_a_date_of_the_facility_begins_where_its_zone_says() -> None:
    looked = clock("2026-01-01", "2027-01-01", "America/Santiago")
    assert looked.term(date(2026, 9, 6), None, None).from_ms == utc("2026-09-06T04:00:00")
    assert looked.zone.name == "America/Santiago"
    assert timedelta(milliseconds=looked.wall_ms(0)) == timedelta(hours=-3)
