"""47 CFR 64.6020: what each kind of charge may cost, and when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from securecall.errors import InputError
from securecall.regulation import FeeRule, Rules, fee_rule
from securecall.regulation.words import FEE_KINDS

LARGE: dict[str, Any] = {"facility_kind": "jail", "adp": 1000}
SMALL: dict[str, Any] = {"facility_kind": "jail", "adp": 999}
PRISON: dict[str, Any] = {"facility_kind": "prison", "adp": None}


def rule(kind: str, day: str, **asked: Any) -> FeeRule:
    return fee_rule(kind, at=date.fromisoformat(day), **{**LARGE, **asked})


@pytest.mark.parametrize(
    ("kind", "caps"),
    [("automated_payment", "3.00"), ("live_agent", "5.95"), ("paper_bill", "2.00")],
)
def test_the_three_caps_held_from_2016_until_the_ban(kind: str, caps: str) -> None:
    for who, before, first in (
        (PRISON, "2016-03-16", "2016-03-17"),
        (LARGE, "2016-06-19", "2016-06-20"),
    ):
        assert rule(kind, before, **who).status == "no_rule"
        for day in (first, "2020-11-22", "2020-11-23", "2021-10-26", "2024-12-31"):
            found = rule(kind, day, **who)
            assert (found.status, found.cap) == ("capped", Decimal(caps))
    assert rule(kind, "2025-03-31", **SMALL).cap == Decimal(caps)


@pytest.mark.parametrize("kind", ["third_party_transfer", "single_call"])
@pytest.mark.parametrize(
    ("day", "channel", "status", "cap"),
    [
        ("2020-11-23", "automated", "pass_through", None),
        ("2021-10-25", None, "pass_through", None),
        ("2021-10-26", "live_agent", "capped", "6.95"),
        ("2023-01-08", "automated", "capped", "6.95"),
        ("2023-01-09", "automated", "capped", "3.00"),
        ("2023-01-09", "live_agent", "capped", "5.95"),
        ("2024-12-31", "live_agent", "capped", "5.95"),
        ("2025-01-01", "live_agent", "forbidden", None),
    ],
)
def test_transfers_and_single_calls_by_date_and_channel(
    *, kind: str, day: str, channel: str | None, status: str, cap: str | None
) -> None:
    found = rule(kind, day, channel=channel)
    assert (found.status, found.cap) == (status, None if cap is None else Decimal(cap))
    assert found.citation


def test_before_2020_transfers_passed_through_and_single_calls_had_no_rule() -> None:
    assert rule("third_party_transfer", "2016-06-20").status == "pass_through"
    single = rule("single_call", "2016-06-20")
    assert single.status == "no_rule"
    assert "stayed" in single.citation


def test_without_a_channel_the_strictest_holds_and_the_citation_says_so() -> None:
    found = rule("third_party_transfer", "2023-01-09")
    assert found.cap == Decimal("3.00")
    assert "channel not given" in found.citation


@pytest.mark.parametrize("kind", FEE_KINDS)
def test_the_ban_follows_the_tiers_and_stays_through_the_gap(kind: str) -> None:
    for who, first in ((PRISON, "2025-01-01"), (LARGE, "2025-01-01"), (SMALL, "2025-04-01")):
        for day in (first, "2025-06-29", "2025-06-30", "2026-04-05", "2026-04-06", "2030-01-01"):
            for jurisdiction in ("mixed", "intrastate", "interstate", "international"):
                found = rule(kind, day, **who, jurisdiction=jurisdiction)
                assert found.forbidden
    before = {
        jurisdiction: rule(kind, "2025-03-31", **SMALL, jurisdiction=jurisdiction).forbidden
        for jurisdiction in ("mixed", "intrastate")
    }
    assert before == {"mixed": kind == "other", "intrastate": False}


def test_the_gap_rests_on_a_reading_of_low_confidence() -> None:
    found = rule("automated_payment", "2025-09-01")
    assert (found.source, found.confidence) == ("FCC2024_fee_ban_stays", "low")


def test_the_reading_of_the_gap_can_be_switched(tmp_path: Path) -> None:
    path = tmp_path / "gap.csv"
    path.write_text(
        "regime,fee,channel,effective_from,effective_to,jurisdiction,status,cap_usd,citation,replaces\n"
        "gap,automated_payment,all,2025-06-30,2026-04-05,interstate international,capped,3.00,"
        "64.6020 read as suspended,FCC2024_fee_ban_stays\n"
    )
    rules = Rules.load([path])
    assert rule("automated_payment", "2025-09-01", rules=rules).cap == Decimal("3.00")
    assert rule("automated_payment", "2026-04-06", rules=rules).forbidden
    assert rule("paper_bill", "2025-09-01", rules=rules).forbidden
    assert rule("automated_payment", "2025-09-01", rules=rules, jurisdiction="intrastate").forbidden


def test_charges_outside_the_list_were_and_are_forbidden() -> None:
    assert rule("other", "2016-06-20").forbidden
    assert rule("other", "2023-05-01").forbidden
    assert rule("other", "2023-05-01", jurisdiction="intrastate").status == "no_rule"


def test_a_mixed_deposit_is_met_as_interstate_by_federal_rows() -> None:
    assert rule("live_agent", "2023-05-01").cap == Decimal("5.95")
    assert rule("live_agent", "2023-05-01", jurisdiction="international").cap == Decimal("5.95")
    assert rule("live_agent", "2023-05-01", jurisdiction="intrastate").status == "no_rule"


def test_a_federal_row_for_intrastate_charges_does_not_meet_a_mixed_one(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "regime,fee,effective_from,jurisdiction,status,citation\n"
        "own,live_agent,2021-01-01,intrastate,forbidden,c\n"
    )
    rules = Rules.load([path])
    assert rule("live_agent", "2023-05-01", rules=rules).cap == Decimal("5.95")
    assert rule("live_agent", "2023-05-01", rules=rules, jurisdiction="intrastate").forbidden


def test_california_forbids_most_and_lets_transfers_pass_through() -> None:
    assert rule("live_agent", "2023-05-01", state="CA").source == "CA_D2108037_fees"
    assert not rule("live_agent", "2023-05-01", state="CA", jurisdiction="interstate").forbidden
    both = rule("third_party_transfer", "2023-05-01", state="CA", channel="automated")
    assert (both.status, both.cap) == ("pass_through", Decimal("3.00"))
    assert both.source == "FCC2022_fees + CA_D2108037_fees"
    alone = rule("third_party_transfer", "2021-10-07", state="CA")
    assert (alone.status, alone.cap) == ("pass_through", Decimal("6.95"))


@pytest.mark.parametrize(("state", "day"), [("NJ", "2016-08-31"), ("IL", "2018-01-01")])
def test_two_states_forbid_every_fee_of_their_prisons(state: str, day: str) -> None:
    for kind in FEE_KINDS:
        assert rule(kind, day, state=state, **PRISON).forbidden


def test_an_unknown_population_takes_the_strictest_tier() -> None:
    found = rule("live_agent", "2025-02-01", facility_kind="jail", adp=None)
    assert found.forbidden
    assert "population unknown" in found.citation


def test_an_allowed_fee_of_the_user_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "regime,fee,effective_from,status,citation,replaces\n"
        "own,paper_bill,2026-04-06,allowed,DA 26-1,FCC2025_fee_ban\n"
    )
    found = rule("paper_bill", "2026-05-01", rules=Rules.load([path]))
    assert (found.status, found.cap, found.source) == ("allowed", None, "own")


def test_no_rule_says_what_was_looked_for() -> None:
    found = rule("paper_bill", "2010-01-01")
    assert (found.status, found.source, found.cap) == ("no_rule", "", None)
    assert found.citation == "no rule found for paper_bill on 2010-01-01"


def test_wrong_words_are_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'paper_bill'"):
        rule("paper_bil", "2026-05-01")
    with pytest.raises(InputError, match="channel must be one of automated, live_agent"):
        rule("paper_bill", "2026-05-01", channel="web")
    with pytest.raises(InputError, match="local is a rate class"):
        rule("paper_bill", "2026-05-01", jurisdiction="local")
