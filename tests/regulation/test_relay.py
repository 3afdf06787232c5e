"""47 CFR 64.6040: relay, TTY, captioned and direct sign-language calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.regulation.asking import ask, cap


@pytest.mark.parametrize(
    ("kind", "before", "first"),
    [("prison", "2016-03-16", "2016-03-17"), ("jail", "2016-06-19", "2016-06-20")],
)
def test_tty_costs_a_quarter_and_relay_nothing_from_the_dates_of_2016(
    kind: str, before: str, first: str
) -> None:
    for relay in ("tty", "trs", "vrs"):
        assert cap(before, facility_kind=kind, relay=relay) == Decimal("0.21")
    assert cap(first, facility_kind=kind, relay="tty") == Decimal("0.0525")
    for relay in ("trs", "vrs"):
        found = ask(first, facility_kind=kind, relay=relay).ceiling
        assert found is not None
        assert (found.per_minute, found.source) == (0, "FCC2015_TRS_free")


def test_the_order_of_2022_frees_relay_calls_too() -> None:
    for medium in ("audio", "video"):
        found = ask("2023-01-09", relay="vrs", medium=medium, jurisdiction="intrastate").ceiling
        assert found is not None
        assert (found.per_minute, found.source) == (0, "FCC2022_TRS_free")


@pytest.mark.parametrize("relay", ["asl", "cts"])
def test_sign_language_and_captions_are_held_to_the_audio_ceiling_from_2023(relay: str) -> None:
    video = {"relay": relay, "medium": "video"}
    assert cap("2023-01-08", **video) is None
    assert cap("2023-01-09", **video) == Decimal("0.14")
    assert cap("2026-05-01", **video, adp=10) == Decimal("0.19")
    assert cap("2026-05-01", medium="video", adp=10) == Decimal("0.44")


def test_a_state_ceiling_is_cut_to_a_quarter_as_well() -> None:
    found = ask("2026-05-01", state="CA", jurisdiction="intrastate", relay="tty")
    assert found.state is not None
    assert found.state.per_minute == Decimal("0.0175")
    assert found.ceiling is found.state


def test_a_quarter_of_none_found_is_none_found() -> None:
    assert cap("2025-07-01", jurisdiction="intrastate", relay="tty") is None


def test_tty_takes_a_quarter_of_the_termination_cost_too() -> None:
    found = ask(
        "2026-05-01", jurisdiction="international", relay="tty", termination_per_minute="0.04"
    ).ceiling
    assert found is not None
    assert (found.per_minute, found.termination) == (Decimal("0.035"), Decimal("0.01"))


def test_a_free_relay_call_has_no_termination_cost() -> None:
    found = ask(
        "2026-05-01", jurisdiction="international", relay="trs", termination_per_minute="0.04"
    )
    assert found.ceiling is not None
    assert found.ceiling.per_minute == 0


def test_the_citation_names_both_rules_and_the_worse_confidence() -> None:
    found = ask("2026-05-01", relay="tty").ceiling
    assert found is not None
    assert "64.6040(d)(4)" in found.citation
    assert "FCC 25-75" in found.citation
    assert found.confidence == "medium"
    assert found.source == "FCC2025_interim"


def test_the_parts_still_add_up() -> None:
    found = ask("2026-05-01", relay="tty").ceiling
    assert found is not None
    assert found.base is not None
    assert found.facility_component is not None
    assert found.per_minute == found.base + found.facility_component
