"""Dice: the same for a purpose, and as often as they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.day.dice import DayDice

PINNED = [255, 131, 766, 181, 67]


def test_a_purpose_has_dice_of_its_own() -> None:
    assert DayDice(1, "a", 2).whole(0, 10**9) == DayDice(1, "a", 2).whole(0, 10**9)
    assert DayDice(1, "a", 2).whole(0, 10**9) != DayDice(1, "a", 3).whole(0, 10**9)
    assert DayDice(1, "a").whole(0, 10**9) != DayDice(2, "a").whole(0, 10**9)


def test_values_are_those_of_every_machine() -> None:
    draw = DayDice(7, "pinned")
    assert [draw.whole(0, 999) for _ in range(5)] == PINNED


@given(st.integers(), st.integers(-50, 50), st.integers(0, 100))
def test_whole_numbers_stay_between_both_ends(seed: int, low: int, width: int) -> None:
    assert low <= DayDice(seed).whole(low, low + width) <= low + width


def test_weights_are_how_often_things_come() -> None:
    draw = DayDice(1, "weights")
    found = [draw.weighed((("a", 3.0), ("b", 1.0), ("never", 0.0))) for _ in range(4_000)]
    assert found.count("never") == 0
    assert found.count("a") / len(found) == pytest.approx(0.75, abs=0.03)


def test_log_normal_values_have_their_median_and_stay_inside() -> None:
    draw = DayDice(1, "around")
    found = sorted(draw.around(100.0, 0.8, 20.0, 400.0) for _ in range(4_000))
    assert (found[0], found[-1]) == (20.0, 400.0)
    assert found[2_000] == pytest.approx(100, rel=0.06)


def test_counts_have_their_mean() -> None:
    draw = DayDice(1, "count")
    found = [draw.count(1.5) for _ in range(4_000)]
    assert sum(found) / len(found) == pytest.approx(1.5, abs=0.07)
    assert draw.count(0.0) == 0


def test_one_of_reaches_every_choice() -> None:
    draw = DayDice(1, "choices")
    assert {draw.one_of("abc") for _ in range(200)} == set("abc")
    assert {draw.chance(0.5) for _ in range(50)} == {True, False}
