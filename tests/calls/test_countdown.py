"""Warnings of a call's end: each once for each end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.countdown import Countdown

WARN = (60_000, 10_000)


def begun(cutoff_ms: int | None, now_ms: int = 0) -> Countdown:
    countdown = Countdown(WARN)
    countdown.begin(now_ms, cutoff_ms)
    return countdown


def test_each_warning_is_given_once() -> None:
    countdown = begun(90_000)
    assert countdown.next_ms(90_000) == 30_000
    assert countdown.due(29_999, 90_000) is None
    assert countdown.due(30_000, 90_000) == 60_000
    assert countdown.due(30_000, 90_000) is None
    assert countdown.next_ms(90_000) == 80_000
    assert countdown.due(89_999, 90_000) == 10_000
    assert countdown.next_ms(90_000) is None
    assert countdown.given == (60_000, 10_000)


def test_what_a_call_is_shorter_than_is_no_news() -> None:
    countdown = begun(60_000)
    assert countdown.next_ms(60_000) == 50_000
    assert begun(5_000).next_ms(5_000) is None


def test_an_end_that_moves_away_is_warned_of_again() -> None:
    countdown = begun(90_000)
    assert countdown.due(30_000, 90_000) == 60_000
    countdown.moved(35_000, 200_000)
    assert countdown.next_ms(200_000) == 140_000
    assert countdown.due(140_000, 200_000) == 60_000


def test_an_end_that_comes_nearer_is_told_by_the_one_warning_that_fits() -> None:
    countdown = begun(900_000)
    countdown.moved(100_000, 105_000)
    assert countdown.next_ms(105_000) == 45_000
    assert countdown.due(100_000, 105_000) == 10_000
    assert countdown.due(100_000, 105_000) is None
    assert countdown.given == (10_000,)


def test_no_end_in_sight_needs_no_warning() -> None:
    countdown = begun(None)
    assert countdown.next_ms(None) is None
    assert countdown.due(1 << 40, None) is None
    countdown.moved(5_000, 100_000)
    assert countdown.next_ms(100_000) == 40_000
    countdown.moved(6_000, None)
    assert countdown.next_ms(None) is None


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=8), st.integers(1, 40_000))
def test_no_warning_is_given_too_early_or_twice_for_one_end(
    cutoffs: list[int], step_ms: int
) -> None:
    countdown, now = Countdown(WARN), 0
    cutoff = cutoffs[0]
    countdown.begin(now, cutoff)
    for following in [*cutoffs[1:], None]:
        told: list[int] = []
        for _ in range(12):
            if now >= cutoff:
                break
            due = countdown.due(now, cutoff)
            if due is not None:
                assert cutoff - now <= due
                told.append(due)
            now += step_ms
        assert len(set(told)) == len(told)
        if following is not None:
            cutoff = now + following
            countdown.moved(now, cutoff)
