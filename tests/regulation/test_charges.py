"""What belongs to a price without being one; fees have `test_fees.py`."""

from __future__ import annotations

from datetime import date

from tests.regulation.asking import ask

from securecall.regulation import Rules


def test_per_call_rule_agrees_with_the_ruling() -> None:
    rules = Rules.default()
    for day in rules.breakpoints():
        for medium in ("audio", "video"):
            for jurisdiction in ("intrastate", "interstate", "international", "mixed"):
                asked = {"medium": medium, "jurisdiction": jurisdiction}
                bar = rules.per_call_rule(day, facility_kind="jail", adp=2000, state="TX", **asked)
                assert bar == ask(day.isoformat(), **asked).per_call


def test_inactivity_is_180_days_since_2023() -> None:
    rules = Rules.default()
    assert rules.inactivity_rule(date(2023, 1, 8)) is None
    for day, regime in (
        (date(2023, 1, 9), "FCC2022_inactivity"),
        (date(2024, 11, 18), "FCC2022_inactivity"),
        (date(2024, 11, 19), "FCC2024_inactivity"),
    ):
        found = rules.inactivity_rule(day)
        assert found is not None
        assert (found.days, found.regime) == (180, regime)
