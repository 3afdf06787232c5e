"""Counting."""

from __future__ import annotations

import pytest

from securecall.fraud.conform.matching import Match
from securecall.fraud.conform.tally import Tally


def test_streams_add_up() -> None:
    tally = Tally()
    tally.add(4, Match(3, ("9",), ("2",), (30.0, 34.0, 50.0)))
    tally.add(4, Match(4, (), (), (31.0,)))
    assert (tally.sent, tally.found, tally.too_much, tally.rate) == (8, 7, 1, 7 / 8)
    assert tally.clean_rate == 6 / 8
    assert tally.latency_ms == (32.5, 50.0)
    whole = Tally()
    whole.take(tally)
    whole.take(tally)
    assert whole.as_dict() == {
        "sent": 16, "found": 14, "extra": {"9": 2}, "missed": {"2": 2}, "rate": 0.875,
        "latency_ms_median": 32.5, "latency_ms_worst": 50.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("expect", "found", "extra", "met"),
    [
        ("all", 100, (), True),
        ("all", 99, (), False),
        ("all", 100, ("1",), False),
        ("none", 0, (), True),
        ("none", 1, (), False),
        ("none", 0, ("1",), False),
        (0.99, 99, (), True),
        (0.99, 98, (), False),
        (0.99, 100, ("1",), False),
        ("shown", 0, (), None),
    ],
)
def test_what_meets_a_requirement(
    expect: object, found: int, extra: tuple[str, ...], met: bool | None
) -> None:
    tally = Tally()
    tally.add(100, Match(found, extra, (), ()))
    assert tally.meets(expect, None) is met  # type: ignore[arg-type]


def test_one_late_report_misses_a_latency() -> None:
    tally = Tally()
    tally.add(2, Match(2, (), (), (30.0, 45.0)))
    assert tally.meets("all", 45) is True
    tally.add(1, Match(1, (), (), (45.125,)))
    assert tally.meets("all", 45) is False
    assert tally.meets("all", None) is True


def test_a_receiver_that_cannot_be_asked_is_not_late() -> None:
    tally = Tally()
    tally.add(1, Match(1, (), (), ()))
    assert tally.latency_ms is None
    assert tally.meets("all", 45) is True
    assert Tally().rate == Tally().clean_rate == 0.0
