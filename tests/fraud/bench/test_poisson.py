"""Exact limits of rates against tables and against sums."""

from __future__ import annotations

from math import comb

import pytest

from securecall.fraud.bench.poisson import at_most, interval, share_interval


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood's own table, as printed in Johnson and Kotz, Discrete Distributions, 1969, p. 97.
    [(1, 0.0253, 5.572), (2, 0.2422, 7.225), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_limits_are_those_of_the_table(count: int, low: float, high: float) -> None:
    assert interval(count) == pytest.approx((low, high), rel=1e-3)


def test_nothing_seen_bounds_the_mean_by_three() -> None:
    assert interval(0) == pytest.approx((0.0, 2.9957), abs=1e-4)


def test_large_counts_are_near_the_normal() -> None:
    low, high = interval(10_000)
    assert low == pytest.approx(10_000 - 196, abs=2)
    assert high == pytest.approx(10_000 + 198, abs=2)


def test_the_limits_leave_what_they_say() -> None:
    for count in (1, 3, 40):
        low, high = interval(count, 0.9)
        assert at_most(count, high) == pytest.approx(0.05, abs=1e-9)
        assert 1 - at_most(count - 1, low) == pytest.approx(0.05, abs=1e-9)


def _sum(count: int, trials: int, share: float) -> float:
    return sum(
        comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(count + 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "trials"), [(0, 1), (0, 20), (1, 20), (19, 20), (20, 20), (95, 100)]
)
def test_a_share_leaves_two_and_a_half_percent_on_either_side(count: int, trials: int) -> None:
    low, high = share_interval(count, trials)
    if count:
        assert 1 - _sum(count - 1, trials, low) == pytest.approx(0.025, abs=1e-9)
    else:
        assert low == 0.0
    if count < trials:
        assert _sum(count, trials, high) == pytest.approx(0.025, abs=1e-9)
    else:
        assert high == 1.0


def test_shares_of_many_and_of_none() -> None:
    low, high = share_interval(12_000, 24_000)
    assert (low, high) == pytest.approx((0.4937, 0.5063), abs=2e-4)
    assert share_interval(0, 0) == (0.0, 1.0)
