"""Whether a row concerns a facility and a call."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.regulation.fit import displaced, profile_misfit
from securecall.regulation.library import packaged_rows
from securecall.regulation.profile import Profile
from securecall.regulation.row import Row


def tier(least: int, most: int | None) -> Row:
    return Row(
        regime="r",
        effective_from=date(2020, 1, 1),
        citation="c",
        facility_kind="jail",
        adp_min=least,
        adp_max=most,
    )


@pytest.mark.parametrize(
    ("adp", "fits"),
    [("349.999", False), ("350", True), ("999", True), ("999.999", True), ("1000", False)],
)
def test_a_tier_reaches_up_to_the_next_whole_number(adp: str, fits: bool) -> None:
    profile = Profile.of(facility_kind="jail", adp=Decimal(adp))
    assert (profile_misfit(tier(350, 999), profile) is None) is fits


def test_a_fractional_population_is_shown_as_such() -> None:
    profile = Profile.of(facility_kind="jail", adp=Fraction(364_817, 365))
    assert profile_misfit(tier(1000, None), profile) == (
        "for a daily population of 1000 or more, not 999.499"
    )


@given(
    st.fractions(0, 3000, max_denominator=400),
    st.sampled_from(["FCC2024", "FCC2025_interim", "FCC2021_interim"]),
    st.sampled_from(["audio", "video"]),
)
def test_tiers_are_those_of_the_highest_threshold_reached(
    adp: Fraction, regime: str, medium: str
) -> None:
    profile = Profile.of(facility_kind="jail", adp=adp)
    rows = [
        row
        for row in packaged_rows()
        if row.kind == "ceilings"
        and row.regime == regime
        and row.known(None)
        and row.facility_kind == "jail"
        and row.medium == (medium,)
    ]
    fit = {row.adp_min for row in rows if profile_misfit(row, profile) is None}
    assert fit == ({max(row.adp_min for row in rows if row.adp_min <= adp)} if rows else set())


def test_a_replaced_regime_names_what_replaces_it() -> None:
    row = Row(regime="new", effective_from=date.min, citation="c", replaces=("a", "b"))
    assert displaced([row]) == {"a": "new", "b": "new"}


def test_a_row_may_be_limited_to_a_state() -> None:
    row = Row(regime="r", effective_from=date.min, citation="c", state="TX")
    assert profile_misfit(row, Profile.of(facility_kind="jail", state="TX")) is None
    assert profile_misfit(row, Profile.of(facility_kind="jail")) == "for facilities in TX"
