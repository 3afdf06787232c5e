"""Numbers far outside of what is usual that day."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.patterns.records import call, only

from securecall.errors import InputError
from securecall.fraud.patterns import BusyNumber
from securecall.fraud.patterns.busy_number import usual_limit


def day(count: int, after_s: float = 0) -> list:  # type: ignore[type-arg]
    quiet = [call(after_s + each, number=f"+{each}", person=f"q{each}") for each in range(50)]
    busy = [call(after_s + 100 + each * 30, person="b") for each in range(count)]
    return quiet + busy


def test_the_limit_is_the_median_and_robust_deviations() -> None:
    assert usual_limit(np.array([1, 1, 1, 1, 90]), 8) == 1 + 8 * 1.4826
    assert usual_limit(np.array([2, 4, 6, 8, 100]), 2) == 6 + 2 * 1.4826 * 2


def test_a_number_beyond_it_is_told_when_its_day_is_over() -> None:
    assert only(day(19), BusyNumber(), "busy_number") == ()
    [found] = only(day(20), BusyNumber(), "busy_number")
    assert (found.subject, found.calls, found.facility) == ("+17135550100", 20, "f")
    assert "at most 12 in a day that is usual" in found.reason
    assert found.score == pytest.approx(1 - 0.5 * (1 + 8 * 1.4826) / 20)


def test_days_that_follow_each_other_are_one_finding() -> None:
    rows = day(20) + day(25, 86_400) + day(30, 4 * 86_400)
    assert [one.calls for one in only(rows, BusyNumber(), "busy_number")] == [45, 30]


def test_known_numbers_are_not_told() -> None:
    assert only(day(30), BusyNumber(known=["+17135550100"]), "busy_number") == ()


def test_deviations_must_be_positive() -> None:
    for wrong in (0, -1.0, "8", float("nan")):
        with pytest.raises(InputError, match="sigmas"):
            BusyNumber(sigmas=wrong)  # type: ignore[arg-type]
