"""What was believed to be the law, before and after each event."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.regulation.asking import ask, cap

from securecall.regulation import Rules
from securecall.regulation.row import CeilingRow, FeeRow, RelayRow, StateRow

PRISON = {"facility_kind": "prison", "adp": None}


def at(known: str) -> Rules:
    return Rules.load(known_at=date.fromisoformat(known))


# the event's day, the day of a call, the call, what was believed the day before and on the day
EVENTS = [
    ("2013-11-13", "2014-02-11", {}, None, "FCC2013_interim"),
    ("2021-07-28", "2021-10-26", {}, "FCC2013_interim", "FCC2021_interim"),
    ("2021-07-28", "2021-10-25", {}, "FCC2013_interim", "FCC2013_interim"),
    ("2024-09-20", "2025-01-01", {}, "FCC2021_interim", "FCC2024"),
    ("2024-09-20", "2025-03-31", {"adp": 999}, "FCC2021_interim", "FCC2021_interim"),
    ("2024-09-20", "2025-04-01", {"adp": 999}, "FCC2021_interim", "FCC2024"),
    ("2025-06-30", "2025-06-29", {}, "FCC2024", "FCC2024"),
    ("2025-06-30", "2025-06-30", {}, "FCC2024", "FCC2021_interim_reinstated"),
    ("2025-06-30", "2027-03-31", {}, "FCC2024", "FCC2021_interim_reinstated"),
    ("2025-06-30", "2027-04-01", {}, "FCC2024", "FCC2024_postponed"),
    ("2025-12-05", "2026-04-05", {}, "FCC2021_interim_reinstated", "FCC2021_interim_reinstated"),
    ("2025-12-05", "2026-04-06", {}, "FCC2021_interim_reinstated", "FCC2025_interim"),
    ("2025-12-05", "2027-04-01", {}, "FCC2024_postponed", "FCC2025_interim"),
    ("2021-08-19", "2021-10-07", {"state": "CA", "jurisdiction": "intrastate"},
     None, "CA_D2108037_interim"),
    ("2022-09-30", "2023-01-01", {"state": "CA", "jurisdiction": "intrastate", **PRISON},
     "CA_D2108037_interim", "CA_SB1008_free"),
    ("2021-06-16", "2022-10-01", {"state": "CT"}, "FCC2013_interim", "CT_PA2154_free"),
    ("2023-06-07", "2025-07-01", {"state": "CO", **PRISON}, "FCC2021_interim", "CO_HB231133_free"),
    ("2023-05-19", "2023-07-01", {"state": "MN", **PRISON}, "FCC2021_interim", "MN_2023_free"),
    ("2023-11-15", "2023-12-01", {"state": "MA"}, "FCC2021_interim", "MA_2023_free"),
    ("2025-07-31", "2025-08-01", {"state": "NY", **PRISON},
     "FCC2021_interim_reinstated", "NY_DOCCS_free"),
    ("2016-08-31", "2016-08-31", {"state": "NJ"}, "FCC2013_interim", "NJ_30_4_8_12"),
    ("2016-08-22", "2018-01-01", {"state": "IL", **PRISON}, "FCC2013_interim", "IL_PA990878"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "day", "call", "before", "after"), EVENTS)
def test_an_event_changes_what_is_believed_from_its_day_on(
    *, event: str, day: str, call: dict[str, object], before: str | None, after: str
) -> None:
    eve = (date.fromisoformat(event) - timedelta(days=1)).isoformat()
    for known, regime in ((eve, before), (event, after)):
        found = ask(day, at(known), **call).ceiling
        assert (None if found is None else found.source) == regime


def test_colorado_was_to_pay_all_from_2025_until_the_second_bill() -> None:
    asked = {"state": "CO", **PRISON}
    early = ask("2025-07-01", at("2025-05-06"), **asked)
    assert early.ceiling is not None
    assert early.ceiling.per_minute == 0
    late = ask("2025-07-01", at("2025-05-07"), **asked)
    assert late.state is None
    assert late.state_share is not None
    assert late.state_share.source == "CO_SB25208"


def test_the_caps_of_2024_were_believed_to_stay() -> None:
    assert cap("2030-01-01", at("2025-06-29")) == Decimal("0.06")
    assert cap("2030-01-01", at("2025-06-29"), medium="video", adp=5) == Decimal("0.25")


def test_between_suspension_and_new_order_the_caps_of_2024_were_to_return_in_2027() -> None:
    known = at("2025-12-04")
    assert cap("2026-05-01", known) == Decimal("0.14")
    assert cap("2026-05-01", known, jurisdiction="intrastate") is None
    assert cap("2027-04-01", known, jurisdiction="intrastate") == Decimal("0.06")


@pytest.mark.parametrize(
    ("event", "day", "before", "after"),
    [
        ("2015-12-18", "2016-06-20", None, "FCC2015_no_per_call"),
        ("2020-10-23", "2020-11-23", "FCC2015_no_per_call", "FCC2020_no_per_call"),
        ("2024-09-20", "2025-01-01", "FCC2020_no_per_call", "FCC2024_no_per_call"),
        ("2025-06-30", "2025-06-30", "FCC2024_no_per_call", "FCC2020_no_per_call_reinstated"),
        ("2025-06-30", "2027-04-01", "FCC2024_no_per_call", "FCC2024_no_per_call_postponed"),
        ("2025-12-05", "2026-04-06", "FCC2020_no_per_call_reinstated", "FCC2025_no_per_call"),
    ],
)
def test_per_call_bars_have_the_same_memory(
    event: str, day: str, before: str | None, after: str
) -> None:
    eve = (date.fromisoformat(event) - timedelta(days=1)).isoformat()
    for known, regime in ((eve, before), (event, after)):
        bar = ask(day, at(known)).per_call
        assert (None if bar is None else bar.source) == regime


@pytest.mark.parametrize(
    ("event", "day", "kind", "before", "after"),
    [
        ("2015-12-18", "2016-06-20", "paper_bill", "", "FCC2015_fees"),
        ("2020-10-23", "2020-11-23", "paper_bill", "FCC2015_fees", "FCC2020_fees"),
        ("2021-07-28", "2021-10-26", "single_call", "FCC2020_fees", "FCC2021_fees"),
        ("2022-12-09", "2023-01-09", "single_call", "FCC2021_fees", "FCC2022_fees"),
        ("2024-09-20", "2025-01-01", "single_call", "FCC2022_fees", "FCC2024_fee_ban"),
        ("2025-06-30", "2025-06-30", "other", "FCC2024_fee_ban", "FCC2024_fee_ban_stays"),
        ("2025-12-05", "2026-04-06", "other", "FCC2024_fee_ban_stays", "FCC2025_fee_ban"),
    ],
)
def test_fees_have_the_same_memory(
    event: str, day: str, kind: str, before: str, after: str
) -> None:
    eve = (date.fromisoformat(event) - timedelta(days=1)).isoformat()
    for known, regime in ((eve, before), (event, after)):
        rule = at(known).fee_rule(kind, date.fromisoformat(day), facility_kind="jail", adp=2000)
        assert rule.source == regime


@pytest.mark.parametrize("relay", ["tty", "trs"])
def test_relay_rules_have_the_same_memory(relay: str) -> None:
    assert cap("2016-06-20", at("2015-12-17"), relay=relay) == Decimal("0.21")
    held = cap("2016-06-20", at("2015-12-18"), relay=relay)
    assert held is not None
    assert held < Decimal("0.21")
    assert ask("2023-01-09", at("2022-12-08"), medium="video", relay="asl").ceiling is None
    assert cap("2023-01-09", at("2022-12-09"), medium="video", relay="asl") == Decimal("0.14")


def test_nothing_is_believed_before_the_first_order() -> None:
    assert ask("2026-05-01", at("2013-11-12")).candidates == ()


def test_a_rule_says_the_same_whenever_it_was_believed() -> None:
    """The versions of a regime differ in their dates only, and so does one that comes back."""
    said: dict[tuple[object, ...], set[object]] = {}
    for row in Rules.default().rows:
        regime = row.regime
        for suffix in ("_reinstated", "_postponed"):
            regime = regime.replace(suffix, "")
        scope = (row.kind, regime, row.scope, row.state, getattr(row, "component", None))
        if isinstance(row, CeilingRow):
            said.setdefault(scope, set()).add((row.cap, row.component_max))
        elif isinstance(row, StateRow) and row.legal_nature != "statute_cost_share":
            said.setdefault(scope, set()).add((row.cap, row.legal_nature))
        elif isinstance(row, FeeRow):
            fee = (row.kind, row.regime, row.fee, row.channel)
            said.setdefault(fee, set()).add((row.status, row.cap, row.jurisdiction))
        elif isinstance(row, RelayRow):
            said.setdefault((row.kind, row.regime, row.relay), set()).add(row.share_of_audio)
    assert len(said) > 40
    assert {scope: values for scope, values in said.items() if len(values) > 1} == {}


def test_at_every_knowledge_date_no_two_tiers_of_a_regime_fit_one_jail() -> None:
    known = {row.known_from for row in Rules.default().rows}
    for one in sorted(known):
        rules = Rules.load(known_at=one)
        for day in rules.breakpoints(facility_kind="jail"):
            for adp in (10, 60, 200, 500, 2000):
                for medium in ("audio", "video"):
                    for jurisdiction in ("intrastate", "interstate", "international"):
                        found = ask(
                            day.isoformat(),
                            rules,
                            adp=adp,
                            medium=medium,
                            jurisdiction=jurisdiction,
                            state=None,
                        )
                        fit = [c for c in found.candidates if c.per_minute is not None]
                        assert len(fit) <= 1
