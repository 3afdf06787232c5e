"""Every state row on its edges, what binds and what does not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from tests.regulation.asking import ask, cap

from securecall.errors import InputError

PRISON = {"facility_kind": "prison", "adp": None}
JAIL = {"facility_kind": "jail", "adp": 2000}
CPUC = "CA_D2108037_interim"
NJ_INTL = "NJ_30_4_8_12_intl"


@pytest.mark.parametrize(
    ("state", "facility", "medium", "jurisdiction", "first", "before", "price", "regime"),
    [
        ("CA", PRISON, "audio", "intrastate", "2021-10-07", "2021-10-06", "0.07", CPUC),
        ("CA", JAIL, "audio", "intrastate", "2021-10-07", "2021-10-06", "0.07", CPUC),
        ("CA", PRISON, "audio", "international", "2023-01-01", "2022-12-31", "0", "CA_SB1008_free"),
        ("CT", PRISON, "audio", "interstate", "2022-10-01", "2022-09-30", "0", "CT_PA2154_free"),
        ("CT", JAIL, "video", "intrastate", "2022-10-01", "2022-09-30", "0", "CT_PA2154_free"),
        ("CO", PRISON, "audio", "interstate", "2026-07-01", "2026-06-30", "0", "CO_SB25208_free"),
        ("MN", PRISON, "audio", "interstate", "2023-07-01", "2023-06-30", "0", "MN_2023_free"),
        ("MA", JAIL, "audio", "interstate", "2023-12-01", "2023-11-30", "0", "MA_2023_free"),
        ("MA", PRISON, "video", "intrastate", "2023-12-01", "2023-11-30", "0", "MA_2023_free"),
        ("NY", PRISON, "audio", "interstate", "2025-08-01", "2025-07-31", "0", "NY_DOCCS_free"),
        ("NJ", JAIL, "audio", "intrastate", "2016-08-31", "2016-08-30", "0.11", "NJ_30_4_8_12"),
        ("NJ", PRISON, "audio", "interstate", "2016-08-31", "2016-08-30", "0.11", "NJ_30_4_8_12"),
        ("NJ", JAIL, "audio", "international", "2016-08-31", "2016-08-30", "0.25", NJ_INTL),
        ("IL", PRISON, "audio", "intrastate", "2018-01-01", "2017-12-31", "0.07", "IL_PA990878"),
        ("IL", PRISON, "audio", "interstate", "2018-01-01", "2017-12-31", "0.07", "IL_PA990878"),
    ],
)  # fmt: skip
def test_a_state_row_begins_on_its_day(
    *,
    state: str,
    facility: dict[str, object],
    medium: str,
    jurisdiction: str,
    first: str,
    before: str,
    price: str,
    regime: str,
) -> None:
    asked = {"state": state, "medium": medium, "jurisdiction": jurisdiction, **facility}
    earlier = ask(before, **asked).state
    assert earlier is None or earlier.source != regime
    found = ask(first, **asked).state
    assert found is not None
    assert (found.per_minute, found.source) == (Decimal(price), regime)
    assert found.citation


def test_the_lower_level_governs_and_the_federal_one_on_a_tie() -> None:
    lower = ask("2026-05-01", state="CA", jurisdiction="intrastate")
    assert lower.ceiling is lower.state
    higher = ask("2025-05-01", state="NJ")
    assert higher.ceiling is higher.federal
    tie = ask("2026-05-01", state="NJ", **PRISON)
    assert tie.state is not None
    assert tie.federal is not None
    assert tie.state.per_minute == tie.federal.per_minute
    assert tie.ceiling is tie.federal


def test_county_jails_in_california_are_not_free() -> None:
    assert cap("2026-05-01", state="CA", jurisdiction="intrastate", **JAIL) == Decimal("0.07")
    assert cap("2026-05-01", state="CA", jurisdiction="interstate", **JAIL) == Decimal("0.10")


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2023-08-31", None),
        ("2023-09-01", "0.25"),
        ("2024-06-30", "0.25"),
        ("2024-07-01", "0.35"),
        ("2025-06-30", "0.35"),
        ("2025-07-01", "0.75"),
        ("2026-06-30", "0.75"),
        ("2026-07-01", None),
    ],
)
def test_colorado_pays_its_share_and_caps_nothing_by_it(day: str, share: str | None) -> None:
    found = ask(day, state="CO", **PRISON)
    if share is None:
        assert found.state_share is None
    else:
        assert found.state_share is not None
        assert found.state_share.share == Fraction(share)
        assert "17-42-103" in found.state_share.citation
        assert found.state is None


def test_a_mixed_call_has_a_share_that_holds_both_ways() -> None:
    found = ask("2024-08-01", state="CO", jurisdiction="mixed", **PRISON)
    assert found.state_share is not None


def test_an_agency_policy_binds_unless_the_facility_opts_out() -> None:
    assert cap("2026-05-01", state="NY", **PRISON) == 0
    out = ask("2026-05-01", state="NY", opt_out=["NY_DOCCS_free"], **PRISON)
    assert out.state is None
    reasons = [one.reason for one in out.candidates if one.regime == "NY_DOCCS_free"]
    assert reasons == ["an agency's policy that this facility has opted out of"]


def test_only_agency_policies_can_be_opted_out_of() -> None:
    with pytest.raises(InputError, match="did you mean 'NY_DOCCS_free'"):
        ask("2026-05-01", opt_out=["NY_DOCS_free"])
    with pytest.raises(InputError, match="CA_SB1008_free"):
        ask("2026-05-01", opt_out=["CA_SB1008_free"])


def test_a_contract_price_never_binds_and_is_listed_as_rejected() -> None:
    found = ask("2019-01-01", state="TX", jurisdiction="intrastate", **PRISON)
    assert found.ceiling is None
    reasons = [one.reason for one in found.candidates if one.regime == "TX_TDCJ_contract"]
    assert reasons == ["an agency's contract price, not a cap: it never binds"] * 2


def test_no_state_finds_no_state_rule() -> None:
    found = ask("2026-05-01", state=None, **PRISON)
    assert found.state is None
    assert not [one for one in found.candidates if one.level == "state"]


def test_a_state_ceiling_has_no_termination_cost_on_top() -> None:
    found = ask(
        "2026-05-01", state="NJ", jurisdiction="international", termination_per_minute="0.30"
    )
    assert found.state is not None
    assert found.state.per_minute == Decimal("0.25")
    assert found.federal is not None
    assert found.federal.per_minute == Decimal("0.40")
    assert found.ceiling is found.state
