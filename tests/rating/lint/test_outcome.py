"""Which rate applies when, worked out for every instant: as walking the time finds it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.lint.clock import Clock, Era, Term, spans_of
from securecall.rating.lint.numberspace import Levels
from securecall.rating.lint.outcome import Outcome, outcome_of
from securecall.rating.windows import DAY_MS, DAY_TYPES, Window
from securecall.rating.zones import epoch_ms, load_zone

HOUR = 3_600_000
BEGINS = epoch_ms(datetime(2026, 3, 1, tzinfo=UTC))
WEEKS_2 = BEGINS + 14 * DAY_MS  # over the change to summer time on 8 March


def at(first: int, after: int, days: str = "0123456", holidays: bool = False) -> Window:
    ends = after if after > first else after + 24
    return Window(frozenset(int(day) for day in days), holidays, first * HOUR, ends * HOUR)


def looked(
    levels: Levels, terms: list[Term], *cuts: int, partners: bool = True, zone: str = "UTC"
) -> tuple[Clock, Outcome]:
    clock = Clock(load_zone(zone), (date(2026, 3, 5),), BEGINS, WEEKS_2)
    return clock, outcome_of(clock, levels, terms, [BEGINS, *cuts], lambda a, b: partners)


def term(*windows: Window, begins: int = 0, ends: int = 1 << 60) -> Term:
    return Term(begins, ends, windows or None)


def test_the_first_of_those_in_force_wins_and_the_longest_stretch_shows_it() -> None:
    _, found = looked(((0, 1),), [term(at(7, 19)), term()])
    assert found.served
    assert found.holes == []
    lengths = {entry: win.length_ms for (_, entry), win in found.wins.items()}
    assert lengths == {0: 12 * HOUR, 1: 7 * HOUR}  # 00:00-07:00 is longer than 19:00-24:00


def test_a_longer_prefix_wins_over_whatever_stands_on_a_shorter_one() -> None:
    _, found = looked(((1,), (0,)), [term(), term()])
    assert set(found.wins) == {(0, 1)}


def test_what_stands_behind_one_that_always_holds_never_applies_but_may_overlap() -> None:
    _, found = looked(((0, 1),), [term(), term(at(7, 19))])
    assert set(found.wins) == {(0, 0)}
    assert found.overlaps == {(0, 1): BEGINS + 7 * HOUR}
    _, found = looked(((0, 1),), [term(), term(at(7, 19))], partners=False)
    assert found.overlaps == {}


def test_where_nothing_is_in_force_is_a_hole_by_type_of_day() -> None:
    _, found = looked(((0,),), [term(at(7, 24, "01234"), at(0, 7))])
    [hole] = found.holes
    assert not hole.whole
    named = {
        (DAY_TYPES[kind][0], first // HOUR, after // HOUR) for kind, first, after in hole.cells
    }
    assert named == {(5, 7, 24), (6, 7, 24)}
    assert hole.instant_ms == BEGINS + 7 * HOUR  # 1 March 2026 is a Sunday


def test_before_the_first_and_after_the_last_rate_are_whole_holes() -> None:
    begins, ends = BEGINS + DAY_MS, BEGINS + 3 * DAY_MS
    _, found = looked(((0,),), [term(begins=begins, ends=ends)])
    assert [(hole.era, hole.whole) for hole in found.holes] == [
        (Era(BEGINS, begins), True), (Era(ends, WEEKS_2), True),
    ]  # fmt: skip


def test_wins_are_told_by_interval_of_the_rules() -> None:
    change = BEGINS + 5 * DAY_MS
    _, found = looked(((0,),), [term()], change)
    assert {key: win.instant_ms for key, win in found.wins.items()} == {
        (0, 0): BEGINS, (1, 0): change,
    }  # fmt: skip


def test_a_window_in_the_skipped_hour_never_holds_though_every_day_has_one() -> None:
    clock = Clock(
        load_zone("America/Chicago"), (), BEGINS + 7 * DAY_MS, BEGINS + 7 * DAY_MS + 20 * HOUR
    )
    levels, terms = ((0, 1),), [term(at(2, 3)), term()]
    found = outcome_of(clock, levels, terms, [clock.whole.first_ms], lambda a, b: True)
    # Sunday 8 March from 00:00 UTC: Saturday 18:00 in Chicago to Sunday 15:00, without 02:00-03:00.
    assert {entry for _, entry in found.wins} == {1}
    assert found.overlaps == {}


def test_nothing_in_force_at_all_is_not_served() -> None:
    _, found = looked(((0,),), [term(ends=BEGINS)])
    assert not found.served
    assert looked((), [])[1].holes[0].whole


windows = st.builds(
    lambda first, length, days, holidays: Window(
        frozenset(days), holidays, first * HOUR, (first + length) * HOUR
    ),
    st.integers(0, 23), st.integers(1, 24), st.sets(st.integers(0, 6)), st.booleans(),
)  # fmt: skip
days_in = st.integers(-1, 15).map(lambda day: BEGINS + day * DAY_MS)
terms = st.builds(
    lambda when, begins, length: Term(begins, begins + length * DAY_MS, when),
    st.none() | st.lists(windows, min_size=1, max_size=2).map(tuple),
    days_in,
    st.integers(1, 20),
)


@given(
    st.lists(terms, min_size=1, max_size=4),
    st.sampled_from(("UTC", "America/Chicago", "America/Havana")),
    st.lists(days_in, max_size=2),
    st.permutations(range(4)),
)
def test_walking_every_hour_finds_the_same_winners_holes_and_overlaps(
    drawn: list[Term], zone: str, cuts: list[int], order: list[int]
) -> None:
    ranked = tuple(entry for entry in order if entry < len(drawn))
    levels = (ranked[:2], ranked[2:]) if len(ranked) > 2 else (ranked,)
    inside = sorted({cut for cut in cuts if BEGINS < cut < WEEKS_2})
    clock, found = looked(levels, drawn, *inside, zone=zone)
    winners, overlaps, holes = set(), set(), 0
    edges = [BEGINS, *inside]
    for ms in range(BEGINS, WEEKS_2, HOUR // 2):
        day, of_day = divmod(clock.wall_ms(ms), DAY_MS)
        here = [
            entry
            for entry in ranked
            if drawn[entry].from_ms <= ms < drawn[entry].to_ms
            and (
                drawn[entry].when is None
                or any(
                    a <= of_day < b
                    for a, b in spans_of(drawn[entry].when or (), clock.day_type(day))
                )
            )
        ]
        interval = sum(edge <= ms for edge in edges) - 1
        if here:
            winners.add((interval, here[0]))
            overlaps |= {(here[0], other) for other in here[1:]}
        else:
            holes += 1
            assert any(
                hole.era.first_ms <= ms < hole.era.after_ms
                and (
                    hole.whole
                    or any(
                        kind == clock.day_type(day) and a <= of_day < b for kind, a, b in hole.cells
                    )
                )
                for hole in found.holes
            )
    assert set(found.wins) == winners
    assert set(found.overlaps) == overlaps
    assert bool(found.holes) == bool(holes)
