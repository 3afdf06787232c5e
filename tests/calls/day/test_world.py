"""The world: lists of numbers are written down before the doors open."""

from __future__ import annotations

from tests.calls.day.days import world

from securecall.calls.day.caller import attorney, attorney_count
from securecall.calls.day.plan import CUSTOMER_BLOCKED, FACILITY_BLOCKED, WATCHED
from securecall.calls.day.world import BURNS_MAX


def test_the_directory_knows_every_number_of_the_day() -> None:
    made = world()
    at_ms = made.setting.opens_ms - 600_000
    for n in range(attorney_count(made.setting)):
        number, kind = attorney(n)
        assert made.directory.facts("p-1", number, at_ms).privileged == kind
    assert all(made.directory.facts("p-1", each, at_ms).facility for each in FACILITY_BLOCKED)
    assert all(made.directory.facts("p-1", each, at_ms).customer for each in CUSTOMER_BLOCKED)
    assert all(made.directory.facts("p-1", each, at_ms).hot for each in WATCHED)
    assert made.directory.facts("p-1", "+18765550123", at_ms).prefix == "+1876"


def test_only_some_accounts_are_followed() -> None:
    made = world()
    for n in range(BURNS_MAX + 10):
        made.follow(f"fam-{n}", 5)
    assert len(made.burns) == BURNS_MAX
    made.moved("fam-0", 1, 10, "deposit")
    made.moved("fam-0", 2, 0, "nothing")
    made.moved(f"fam-{BURNS_MAX}", 1, 10, "deposit")
    assert made.burns["fam-0"].moves == [(1, 10, "deposit")]


def test_dice_are_those_of_the_seed() -> None:
    assert world(seed=4).dice("x").whole(0, 10**9) == world(seed=4).dice("x").whole(0, 10**9)
    assert world(seed=4).dice("x").whole(0, 10**9) != world(seed=5).dice("x").whole(0, 10**9)
