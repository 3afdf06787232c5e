"""The worked cases of `tests/data/regulation_cases.csv`, each with its public source."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from securecall.regulation import Commission, Rules, ceiling, consider, fee_rule, inactivity_days

FILE = Path(__file__).parent.parent / "data" / "regulation_cases.csv"
PROVIDER_PRICE = Decimal("0.08")


def cases(question: str) -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [row for row in rows if row["question"] == question]


def named(question: str) -> pytest.MarkDecorator:
    found = cases(question)
    return pytest.mark.parametrize("case", found, ids=[row["case"] for row in found])


def asked(case: dict[str, str]) -> dict[str, object]:
    commission = case["commission"]
    return {
        "at": date.fromisoformat(case["at"]),
        "medium": case["medium"],
        "jurisdiction": case["jurisdiction"],
        "facility_kind": case["facility_kind"],
        "adp": Fraction(case["adp"]) if case["adp"] else None,
        "bill_type": case["bill_type"],
        "state": case["state"],
        "relay": case["relay"],
        "commission": Commission(commission, case["commission_kind"]) if commission else None,
        "termination_per_minute": case["termination"] or None,
    }


@named("ceiling")
def test_a_worked_ceiling_comes_out(case: dict[str, str]) -> None:
    found = ceiling(**asked(case))
    if not case["per_minute"]:
        assert found is None
        return
    assert found is not None
    assert found.per_minute == Decimal(case["per_minute"])
    assert found.source == case["regime"]
    fees = Decimal(0)
    for kind in case["fee"].split():
        rule = fee_rule(
            kind,
            at=date.fromisoformat(case["at"]),
            facility_kind=case["facility_kind"],
            adp=int(case["adp"]),
        )
        assert rule.cap is not None
        fees += rule.cap
    assert found.per_minute * int(case["minutes"]) + fees == Decimal(case["total"])


@named("fee")
def test_a_worked_fee_comes_out(case: dict[str, str]) -> None:
    rule = fee_rule(
        case["fee"],
        at=date.fromisoformat(case["at"]),
        facility_kind=case["facility_kind"],
        adp=int(case["adp"]),
        state=case["state"],
        channel=case["channel"],
    )
    assert (rule.status, rule.cap, rule.source) == (
        "capped",
        Decimal(case["per_minute"]),
        case["regime"],
    )


@named("share")
def test_a_worked_share_comes_out(case: dict[str, str]) -> None:
    share = consider(**asked(case)).state_share
    assert share is not None
    assert (share.share, share.source) == (Fraction(case["per_minute"]), case["regime"])
    price = Fraction(PROVIDER_PRICE) * int(case["minutes"])
    assert price == Fraction("1.20")
    assert price * share.share == Fraction(case["total"])


@named("inactivity")
def test_a_worked_inactivity_comes_out(case: dict[str, str]) -> None:
    day = date.fromisoformat(case["at"])
    rule = Rules.default().inactivity_rule(day)
    assert rule is not None
    assert rule.regime == case["regime"]
    assert inactivity_days(day) == int(case["per_minute"])
    assert day + timedelta(days=rule.days) == date(2026, 12, 27)


def test_every_case_has_a_public_source() -> None:
    for question in ("ceiling", "fee", "share", "inactivity"):
        assert all(case["public_source"] for case in cases(question))
