"""The place of the day: its tariff is one that a provider could have, its rules are kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.day.days import quiet

from securecall.calls.day.place import DayLidb, facility_of, policy, tariff, terminals_of
from securecall.calls.lidb import Billability
from securecall.rating.call import Call

NOON_MS = 1_777_658_400_000
MARCH_2024_MS = 1_709_316_000_000


@pytest.mark.parametrize(
    ("number", "more", "rate"),
    [
        ("+17132200012", {}, "local-day"),
        ("+15122200012", {}, "distant"),
        ("+12122200012", {}, "distant"),
        ("+525552200012", {}, "abroad"),
        ("+17132200012", {"medium": "video"}, "video"),
        ("+17132200012", {"bill_type": "collect"}, "collect"),
    ],
)
def test_every_rate_of_the_tariff_is_reached(number: str, more: dict[str, str], rate: str) -> None:
    rated = tariff().rate(Call("county", number, NOON_MS, 60_000, **more))
    assert (rated.status, rated.rate_id) == ("ok", rate)


def test_the_evening_is_cheaper() -> None:
    rated = tariff().rate(Call("county", "+17132200012", NOON_MS + 6 * 3_600_000, 60_000))
    assert rated.rate_id == "local-evening"


@pytest.mark.parametrize(
    ("at_ms", "channel", "fees"),
    [(MARCH_2024_MS, "web", "3.00"), (MARCH_2024_MS, "phone", "5.95"),
     (MARCH_2024_MS, "auto_reload", "3.00"), (NOON_MS, "web", "0")],
)  # fmt: skip
def test_fees_are_those_of_the_date(at_ms: int, channel: str, fees: str) -> None:
    quoted = tariff().quote_deposit(
        "20.00", facility="county", method="card", channel=channel, at=at_ms
    )
    assert quoted.fees == Decimal(fees)


def test_the_policy_cuts_for_what_leaves_the_call() -> None:
    rules = {(rule.kind, rule.grade): rule.actions for rule in policy().rules}
    assert "disconnect" in rules["three_way", "disconnect"]
    assert all("disconnect" not in done for (_, grade), done in rules.items() if grade == "alert")


def test_terminals_stand_where_they_are_listed() -> None:
    setting = quiet(callers=500)
    facility = facility_of(setting, identity="none")
    assert len(facility.terminals) == sum(len(each) for each in terminals_of(setting).values())
    for area, names in terminals_of(setting).items():
        assert {facility.terminals.get(name).area for name in names} == {area}
    assert any(each.hours is not None for each in facility.terminals)


def test_the_billing_directory_says_all_it_can_and_the_same_again() -> None:
    lidb = DayLidb(1)
    assert isinstance(lidb, Billability)
    asked = [f"+1713220{n:04d}" for n in range(600)]
    said = [lidb.ask(each, bill_type="collect", at_ms=5, timeout_ms=9) for each in asked]
    again = [lidb.ask(each, bill_type="collect", at_ms=5, timeout_ms=9) for each in asked]
    assert said == again
    assert {None if each is None else each.status for each in said} == {
        None, "billable", "denied", "unknown",
    }  # fmt: skip
