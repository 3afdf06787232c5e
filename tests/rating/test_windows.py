"""Windows: half-open readings of the wall clock, by the day on which they begin."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.call import Call
from securecall.rating.tariff import Tariff
from securecall.rating.windows import DAY_MS, DAY_TYPES, Window, day_edges, day_spans, overlap

HOUR = 3_600_000
MON, TUE, FRI, SAT, SUN = 0, 1, 4, 5, 6


def at(first: float, after: float, days: str = "0123456", holidays: bool = False) -> Window:
    ends = after if after > first else after + 24
    weekdays = frozenset(int(day) for day in days)
    return Window(weekdays, holidays, int(first * HOUR), int(ends * HOUR))


def hours(windows: list[Window], weekday: int, holiday: bool = False, before: bool = False) -> str:
    spans = day_spans(windows, weekday, holiday, before)
    return " ".join(f"{first / HOUR:g}-{after / HOUR:g}" for first, after in spans)


def test_a_window_without_days_is_every_day_the_whole_day() -> None:
    assert Window() == at(0, 24)
    assert all(day_spans([Window()], *day) == [(0, DAY_MS)] for day in DAY_TYPES)


def test_a_window_that_wraps_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = [at(19, 7, "4")]
    assert hours(friday_night, FRI) == "19-24"
    assert hours(friday_night, SAT) == "0-7"
    assert hours(friday_night, SUN) == ""


def test_a_sunday_night_ends_on_monday() -> None:
    assert hours([at(22, 6, "6")], MON) == "0-6"


def test_to_midnight_may_be_written_as_the_end_of_the_day_or_the_begin_of_the_next() -> None:
    assert hours([at(19, 24, "0")], MON) == hours([at(19, 0, "0")], MON) == "19-24"
    assert hours([at(19, 0, "0")], TUE) == ""


def test_a_holiday_window_that_wraps_ends_on_the_day_after_the_holiday() -> None:
    eve = [at(20, 4, "", holidays=True)]
    assert hours(eve, TUE, holiday=True) == "20-24"
    assert hours(eve, TUE, before=True) == "0-4"
    assert hours(eve, TUE, holiday=True, before=True) == "0-4 20-24"
    assert hours(eve, TUE) == ""


def test_days_and_holidays_together_mean_either() -> None:
    either = [at(9, 17, "56", holidays=True)]
    assert hours(either, SAT) == "9-17"
    assert hours(either, MON, holiday=True) == "9-17"
    assert hours(either, MON) == ""


def test_windows_that_touch_or_overlap_are_one_span() -> None:
    assert hours([at(7, 12), at(12, 15), at(14, 19), at(20, 21)], MON) == "7-19 20-21"


def test_edges_begin_at_midnight_and_alternate() -> None:
    edges = day_edges([at(19, 7)], MON, False, False)
    assert edges == [(0, True), (7 * HOUR, False), (19 * HOUR, True)]
    assert day_edges([at(7, 19)], MON, False, False) == [
        (0, False), (7 * HOUR, True), (19 * HOUR, False),
    ]  # fmt: skip
    assert day_edges([], MON, False, False) == [(0, False)]


def test_day_types_are_numbered_as_the_engine_numbers_them() -> None:
    assert len(DAY_TYPES) == 28
    for number, (weekday, holiday, before) in enumerate(DAY_TYPES):
        assert number == weekday * 4 + 2 * holiday + before


windows = st.builds(
    lambda days, holidays, first, length: Window(frozenset(days), holidays, first, first + length),
    st.sets(st.integers(0, 6)),
    st.booleans(),
    st.integers(0, DAY_MS - 1),
    st.integers(1, DAY_MS),
)


@given(st.lists(windows, max_size=4), st.sampled_from(DAY_TYPES), st.data())
def test_a_time_is_in_force_if_a_window_of_the_day_or_the_day_before_holds_it(
    drawn: list[Window], day: tuple[int, bool, bool], data: st.DataObject
) -> None:
    weekday, holiday, before = day
    edges = {edge % DAY_MS for w in drawn for edge in (w.from_ms, w.to_ms, w.to_ms - 1)}
    ms = data.draw(st.sampled_from(sorted(edges | {0, DAY_MS - 1})))
    today = any(w.begins_on(weekday, holiday) and w.from_ms <= ms < w.to_ms for w in drawn)
    since_yesterday = any(
        w.begins_on((weekday - 1) % 7, before) and w.from_ms <= ms + DAY_MS < w.to_ms for w in drawn
    )
    spans = day_spans(drawn, *day)
    assert any(first <= ms < after for first, after in spans) == (today or since_yesterday)
    assert [e for e in day_edges(drawn, *day) if e[0] <= ms][-1][1] == (today or since_yesterday)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (None, None, (MON, 0)),
        ((at(19, 7),), (at(7, 19),), None),
        ((at(19, 7, "4"),), (at(6, 8, "5"),), (SAT, 6 * HOUR)),
        ((at(0, 24, "5"),), None, (SAT, 0)),
        ((at(0, 24, "", holidays=True),), (at(8, 9, "0"),), (MON, 8 * HOUR)),
    ],
)
def test_two_lists_of_windows_overlap_where_both_hold(
    one: tuple[Window, ...] | None,
    other: tuple[Window, ...] | None,
    found: tuple[int, int] | None,
) -> None:
    assert overlap(one, other) == overlap(other, one) == found


def test_without_holidays_a_holiday_window_overlaps_nothing() -> None:
    holiday = (at(0, 24, "", holidays=True),)
    assert overlap(holiday, None) == (MON, 0)
    assert overlap(holiday, None, holidays=False) is None


# On a wall clock that is set ---------------------------------------------------------------------


def tariff(zone: str, when: str, facility: str = "") -> Tariff:
    """Load a tariff that sells a minute for a dollar inside the windows, and else for a dime."""
    rates = "".join(
        f'[[contract.rate]]\nid = "{name}"\n{line}\n'
        f'steps = [{{ price = "{price}", per_ms = 60_000, increment_ms = 60_000 }}]\n'
        for name, line, price in (
            ("inside", f"priority = 1\nwhen = {when}", "1.00"), ("outside", "", "0.10"),
        )
    )  # fmt: skip
    return Tariff.loads(
        f'[[facility]]\nid = "f"\ntimezone = "{zone}"\ncontract = "c"\nregulation = "none"\n'
        f'{facility}\n[[contract]]\nid = "c"\n{rates}'
    )


def inside(here: Tariff, *instants: str) -> list[bool]:
    """Return whether the windows hold at instants, UTC."""
    calls = [Call("f", "5550123", datetime.fromisoformat(at + "Z"), 1) for at in instants]
    return [here.rate(call).rate_id == "inside" for call in calls]


def test_a_skipped_midnight_in_santiago_shortens_a_window_that_begins_there() -> None:
    # On 8 September 2024 the clock went from 24:00 to 01:00, at 04:00 UTC.
    here = tariff("America/Santiago", '{ days = ["sun"], to = "02:00" }')
    assert inside(
        here,
        *("2024-09-08T03:59:59.999", "2024-09-08T04:00", "2024-09-08T04:59:59", "2024-09-08T05:00"),
    ) == [False, True, True, False]


def test_a_window_that_wraps_over_a_skipped_midnight_ends_at_it() -> None:
    here = tariff("America/Santiago", '{ days = ["sat"], from = "23:00", to = "00:30" }')
    assert inside(here, "2024-09-08T03:00", "2024-09-08T03:59", "2024-09-08T04:00") == [
        True, True, False,
    ]  # fmt: skip
    longer = tariff("America/Santiago", '{ days = ["sat"], from = "23:00", to = "01:30" }')
    assert inside(longer, "2024-09-08T04:00", "2024-09-08T04:29", "2024-09-08T04:30") == [
        True, True, False,
    ]  # fmt: skip


def test_a_skipped_midnight_in_havana_belongs_to_neither_day() -> None:
    # On 10 March 2024 the clock went from 24:00 to 01:00, at 05:00 UTC.
    early = tariff("America/Havana", '{ from = "00:00", to = "01:00" }')
    assert inside(early, "2024-03-09T05:30", "2024-03-10T04:59", "2024-03-10T05:00") == [
        True, False, False,
    ]  # fmt: skip


def test_the_last_hour_of_a_day_read_twice_in_santiago_holds_a_window_twice() -> None:
    # On 6 April 2024, a Saturday, at 24:00 the clock went back to 23:00: at 03:00 UTC of the 7th.
    here = tariff("America/Santiago", '{ days = ["sat"], from = "23:30", to = "24:00" }')
    assert inside(
        here,
        *("2024-04-07T02:29", "2024-04-07T02:30", "2024-04-07T02:59", "2024-04-07T03:00"),
        *("2024-04-07T03:29", "2024-04-07T03:30", "2024-04-07T03:59", "2024-04-07T04:00"),
    ) == [False, True, True, False, False, True, True, False]


def test_the_first_hour_of_a_day_read_twice_in_havana_is_one_long_night() -> None:
    # On 2 November 2025 at 01:00 the clock went back to 00:00, at 05:00 UTC.
    here = tariff("America/Havana", '{ days = ["sat"], from = "23:00", to = "01:00" }')
    assert inside(here, "2025-11-02T02:59", "2025-11-02T03:00", "2025-11-02T05:59") == [
        False, True, True,
    ]  # fmt: skip
    assert inside(here, "2025-11-02T06:00") == [False]


def test_a_call_through_an_hour_read_twice_pays_the_window_twice() -> None:
    # Two hours from 00:00: 30 minutes at $0.10, 30 at $1.00, and both once more.
    here = tariff("America/Havana", '{ days = ["sun"], from = "00:30", to = "01:00" }')
    call = Call("f", "5550123", datetime(2025, 11, 2, 4, tzinfo=UTC), 2 * HOUR)
    assert str(here.rate(call).total) == "66.000000"


def test_a_window_in_the_hour_that_chicago_skips_is_not_in_force_that_day() -> None:
    here = tariff("America/Chicago", '{ from = "02:00", to = "03:00" }')
    assert inside(here, "2026-03-07T08:30", "2026-03-08T07:59", "2026-03-08T08:00") == [
        True, False, False,
    ]  # fmt: skip
    assert inside(here, "2026-03-09T07:30") == [True]


def test_a_holiday_s_night_ends_on_the_morning_after() -> None:
    when = '{ holidays = true, from = "20:00", to = "04:00" }'
    here = tariff("America/New_York", when, 'holidays = ["2026-12-25"]')
    assert inside(
        here,
        *("2026-12-25T08:00", "2026-12-26T00:59", "2026-12-26T01:00", "2026-12-26T08:59"),
        *("2026-12-26T09:00", "2026-12-27T01:00"),
    ) == [False, False, True, True, False, False]
