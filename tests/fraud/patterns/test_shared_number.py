"""Numbers that many people call, by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only

from securecall.fraud.patterns import SharedNumber


def callers(count: int, **more: str) -> list:  # type: ignore[type-arg]
    return [call(each * 60, person=f"p{each % 5}", **more) for each in range(count)]


def test_five_people_in_a_day() -> None:
    assert only(callers(4), SharedNumber(), "shared_number") == ()
    [found] = only(callers(7), SharedNumber(), "shared_number")
    assert (found.subject, found.calls, found.score) == ("+17135550100", 7, 0.5)
    assert found.reason == "called by 5 people within 24 h (limit: 5); 7 calls in all"


def test_a_day_later_the_first_is_forgotten() -> None:
    rows = [*callers(4), call(86_400, person="p4")]
    assert only(rows, SharedNumber(), "shared_number") == ()
    assert len(only(rows, SharedNumber(window_ms=86_400_001), "shared_number")) == 1


def test_numbers_that_many_may_call_are_not_told() -> None:
    known = SharedNumber(known=["+17135550100"])
    assert only(callers(7), known, "shared_number") == ()


def test_wrong_pins_are_no_people() -> None:
    assert only(callers(7, outcome="invalid_pin"), SharedNumber(), "shared_number") == ()
