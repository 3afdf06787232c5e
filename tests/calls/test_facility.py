"""Facility: rules that can be, the longest call, and what ends every call."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.calls.facility import Courtesy, Facility
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import Terminal, Terminals
from securecall.errors import InputError, InputTypeError
from securecall.rating.windows import Window

CHICAGO = "America/Chicago"
NOON_MS = 1_777_654_800_000  # 2026-05-01, a Friday
HOUR_MS = 3_600_000
DAY = Schedule(CHICAGO, (Window(from_ms=6 * HOUR_MS, to_ms=22 * HOUR_MS),))
LUNCH = Schedule(CHICAGO, (Window(from_ms=12 * HOUR_MS, to_ms=13 * HOUR_MS),))


def facility(**rules: Any) -> Facility:
    return Facility("f", CHICAGO, **rules)


@pytest.mark.parametrize(
    ("rules", "error", "words"),
    [
        ({"max_call_ms": 999}, InputError, "max_call_ms must be from 1000"),
        ({"max_call_ms": "15"}, InputTypeError, "max_call_ms must be a whole number"),
        ({"relay_max_call_ms": 0}, InputError, "relay_max_call_ms must be from 1000"),
        ({"least_call_ms": -1}, InputError, "least_call_ms must be from 0"),
        ({"lidb_timeout_ms": 0}, InputError, "lidb_timeout_ms must be from 1"),
        ({"calls_max": 0}, InputError, "calls_max must be from 1"),
        ({"calls_per_person": True}, InputTypeError, "calls_per_person must be a whole number"),
        ({"identity": "pins"}, InputError, "did you mean 'pin'"),
        ({"numbers": "aproved"}, InputError, "did you mean 'approved'"),
        ({"media": ("vidio",)}, InputError, "did you mean 'video'"),
        ({"bill_types": "prepaid"}, InputTypeError, "tuple of words"),
        ({"lidb_bill_types": ("collect", "collect")}, InputError, "twice"),
        ({"relay_numbers": ("711",)}, InputError, "E.164 numbers, not '711'"),
        ({"monitor": 1}, InputTypeError, "monitor must be True or False"),
        ({"relay_numbers": (18005550111,)}, InputError, "E.164 numbers, not 18005550111"),
        ({"schedule": "06:00-22:00"}, InputTypeError, "schedule must be a Schedule or None"),
        ({"courtesy": True}, InputTypeError, "courtesy must be a Courtesy or None, not True"),
        ({"terminals": ["A-01"]}, InputTypeError, "terminals must be Terminals"),
        ({"schedule": Schedule("UTC", (Window(),))}, InputError, "of the facility's zone"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    rules: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        facility(**rules)


def test_a_zone_must_be_one() -> None:
    with pytest.raises(InputError, match="did you mean 'America/Chicago'"):
        Facility("f", "America/Chicgo")


@pytest.mark.parametrize(
    "rules", [{"calls": 0}, {"max_ms": 1}, {"period_days": 367}, {"calls": 10_001}]
)
def test_a_courtesy_that_cannot_be_is_refused(rules: dict[str, int]) -> None:
    with pytest.raises(InputError, match=f"courtesy.{next(iter(rules))} must be from"):
        Courtesy(**rules)


def test_a_relay_call_may_last_longer() -> None:
    assert facility(max_call_ms=900_000).longest_ms("tty") == 900_000
    longer = facility(max_call_ms=900_000, relay_max_call_ms=3_600_000)
    assert (longer.longest_ms(), longer.longest_ms("tty")) == (900_000, 3_600_000)
    with pytest.raises(InputError, match="relay must be of"):
        longer.longest_ms("ttyy")


def test_what_comes_first_ends_every_call() -> None:
    lunch, other = Terminal("A-01", "a", LUNCH), Terminal("A-02", "a")
    found = facility(schedule=DAY, terminals=Terminals([lunch, other]))
    assert found.closes_ms(NOON_MS, lunch) == (NOON_MS + HOUR_MS, "terminal")
    assert found.closes_ms(NOON_MS, other) == (NOON_MS + 10 * HOUR_MS, "schedule")
    found.orders.give("maintenance", at=NOON_MS + 60_000, by="x", why="y", area="b")
    assert found.closes_ms(NOON_MS, lunch) == (NOON_MS + HOUR_MS, "terminal")
    found.orders.give("maintenance", at=NOON_MS + 90_000, by="x", why="y")
    assert found.closes_ms(NOON_MS, lunch) == (NOON_MS + 90_000, "maintenance")
    assert facility().closes_ms(NOON_MS) == (None, "")


def test_orders_in_force_are_found_with_and_without_their_area() -> None:
    found = facility()
    whole = found.orders.give("lockdown", at=5, by="s", why="count", until=9)
    part = found.orders.give("lockdown", at=5, by="s", why="count", area="b")
    assert found.holding(5, "a") == (whole,)
    assert found.holding(5, "b") == found.holding_anywhere(5) == (whole, part)
    assert found.holding_anywhere(9) == (part,)


def test_a_facility_is_its_own_and_not_equal_to_a_twin() -> None:
    assert facility() != facility()
    with pytest.raises(AttributeError):
        facility().max_call_ms = 5  # type: ignore[misc]
