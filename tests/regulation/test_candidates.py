"""Every row that was looked at, and why it lost."""

from __future__ import annotations

from decimal import Decimal

from tests.regulation.asking import ask


def reasons(day: str, regime: str, **different: object) -> set[str]:
    found = ask(day, **different)
    return {one.reason for one in found.candidates if one.regime == regime}


def test_exactly_the_governing_row_governs() -> None:
    for different in (
        {},
        {"state": "CA", "jurisdiction": "intrastate"},
        {"relay": "tty"},
        {"relay": "trs"},
        {"adp": None},
        {"jurisdiction": "mixed", "state": "CA"},
        {"jurisdiction": "international", "termination_per_minute": "0.1"},
    ):
        found = ask("2026-05-01", **different)
        governing = [one for one in found.candidates if one.governs]
        assert found.ceiling is not None
        assert [one.regime for one in governing] == [found.ceiling.source]
        assert governing[0].citation in found.ceiling.citation


def test_a_row_of_another_time_says_when() -> None:
    assert reasons("2026-04-05", "FCC2025_interim", facility_kind="prison") >= {
        "in force only from 2026-04-06"
    }
    assert "ended on 2021-10-25" in reasons("2026-05-01", "FCC2013_interim")


def test_a_row_of_another_tier_says_which() -> None:
    assert reasons("2026-05-01", "FCC2025_interim", adp=120) == {
        "governs",
        "for a prison, not a jail",
        "for a daily population of 1000 or more, not 120",
        "for a daily population of 350 to 999, not 120",
        "for a daily population of 50 to 99, not 120",
        "for a daily population of 0 to 49, not 120",
    }


def test_a_row_for_other_calls_says_for_which() -> None:
    assert "for interstate calls" in reasons(
        "2022-01-01", "FCC2021_interim", jurisdiction="intrastate"
    )
    assert "for collect and direct-billed calls" in reasons("2015-01-01", "FCC2013_interim")
    assert "for prepaid and debit calls" in reasons(
        "2015-01-01", "FCC2013_interim", bill_type="collect"
    )


def test_commissions_choose_between_two_kinds_of_rows() -> None:
    mandated = "FCC2021_interim_legally_mandated"
    assert "only where a law demands the commission" in reasons("2022-01-01", mandated)
    by_law = {"commission": {"per_minute": "0.01", "kind": "law"}}
    assert "governs" in reasons("2022-01-01", mandated, **by_law)
    assert "not where a law demands the commission" in reasons(
        "2022-01-01", "FCC2021_interim", **by_law
    )


def test_a_higher_ceiling_says_against_which_it_lost() -> None:
    assert "higher than CA_D2108037_interim: $0.10 against $0.07 a minute" in reasons(
        "2026-05-01", "FCC2025_interim", state="CA", jurisdiction="intrastate"
    )
    assert reasons("2026-05-01", "NJ_30_4_8_12", state="NJ", jurisdiction="interstate") == {
        "for a prison, not a jail",
        "for intrastate calls",
        "higher than FCC2025_interim: $0.11 against $0.10 a minute",
    }


def test_a_tie_is_named() -> None:
    prison = {"facility_kind": "prison", "adp": None, "state": "NJ"}
    assert "as low as FCC2025_interim, which is named first" in reasons(
        "2026-05-01", "NJ_30_4_8_12", **prison
    )


def test_a_cost_share_is_no_cap() -> None:
    prison = {"facility_kind": "prison", "adp": None, "state": "CO"}
    assert reasons("2025-08-01", "CO_SB25208", **prison) == {
        "no cap: the state pays 75 percent of the price"
    }


def test_relay_rules_come_first_and_say_what_they_do() -> None:
    tty = ask("2026-05-01", relay="tty").candidates
    assert tty[0].level == "relay"
    assert {one.reason for one in tty if one.level == "relay"} == {
        "for a prison, not a jail",
        "ended on 2023-01-08",
        "holds the call to 0.25 of the audio ceiling",
    }
    asl = ask("2026-05-01", relay="asl", medium="video").candidates
    assert asl[0].reason == "holds the call to the audio ceiling"
    assert "governs" in {one.reason for one in asl if one.level == "federal"}
    trs = ask("2026-05-01", relay="trs").candidates
    assert "not needed: FCC2022_TRS_free makes the call free" in {
        one.reason for one in trs if one.level == "federal"
    }


def test_a_candidate_tells_its_scope_and_price() -> None:
    found = ask("2026-05-01", adp=None)
    shown = {(one.scope, one.per_minute) for one in found.candidates if one.per_minute is not None}
    assert ("audio; jail; population 350 to 999", Decimal("0.12")) in shown
    assert len(shown) == 5


def test_rows_of_the_other_medium_and_of_other_states_are_left_out() -> None:
    found = ask("2026-05-01", medium="video", state="CA")
    assert all("audio" not in one.scope for one in found.candidates)
    assert not [one for one in found.candidates if one.level == "state"]
