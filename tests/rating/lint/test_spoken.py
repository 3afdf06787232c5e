"""Durations and prices as a person says them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from securecall.rating.lint.spoken import duration_text, per_minute_text


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (1, "1 ms"),
        (999, "999 ms"),
        (1_000, "1 s"),
        (1_001, "1.001 s"),
        (60_000, "60 s"),
        (61_010, "61.010 s"),
        (86_400_000, "86400 s"),
    ],
)
def test_a_duration_is_seconds_and_below_one_milliseconds(duration_ms: int, text: str) -> None:
    assert duration_text(duration_ms) == text


@pytest.mark.parametrize(
    ("per_minute", "text"),
    [("0.1", "$0.10"), ("0.125", "$0.125"), ("0", "$0.00"), ("12", "$12.00")],
)
def test_a_price_is_dollars_a_minute(per_minute: str, text: str) -> None:
    assert per_minute_text(Fraction(per_minute) * 1_000_000 / 60_000) == text


def test_a_third_of_a_cent_has_twelve_decimals() -> None:
    assert per_minute_text(Fraction(1, 300) * 1_000_000 / 60_000) == "$0.003333333333"
