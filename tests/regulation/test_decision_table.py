"""The whole decision table as plain ifs, written apart from the data, against the rules.

Federal ceilings only: state rows have their own tests. `expected` is the judge.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.regulation import Commission, Rules

D = Decimal
EDGES = [
    date(2014, 2, 11),
    date(2016, 3, 17),
    date(2016, 6, 20),
    date(2020, 11, 23),
    date(2021, 10, 26),
    date(2023, 1, 9),
    date(2025, 1, 1),
    date(2025, 4, 1),
    date(2025, 6, 30),
    date(2026, 4, 6),
]
R24 = {
    "audio": ("0.06", "0.06", "0.07", "0.09", "0.12"),
    "video": ("0.16", "0.11", "0.12", "0.14", "0.25"),
}
R25 = {
    "audio": ("0.11", "0.10", "0.12", "0.13", "0.15", "0.19"),
    "video": ("0.25", "0.19", "0.19", "0.21", "0.25", "0.44"),
}


def tier(adp: Fraction) -> int:
    """1 large, 2 medium, 3 small, 4 very small, 5 extremely small."""
    for place, least in enumerate((1000, 350, 100, 50), start=1):
        if adp >= least:
            return place
    return 5


def r21(
    medium: str, jurisdiction: str, prison: bool, adp: Fraction, paid: Commission | None
) -> D | None:
    if medium == "video" or jurisdiction == "intrastate":
        return None
    if not prison and adp < 1000:
        return D("0.21")
    provider = D("0.12") if prison else D("0.14")
    if paid is None:
        return provider
    if paid.kind == "law":
        return min(provider + paid.per_minute, D("0.21"))
    rounded = paid.per_minute.quantize(D("0.001"), ROUND_HALF_UP)
    return provider + min(rounded, D("0.02"))


def expected(
    *,
    day: date,
    medium: str,
    jurisdiction: str,
    prison: bool,
    adp: Fraction,
    collect: bool,
    relay: str,
    paid: Commission | None,
    additive: D | None,
    cost: D,
) -> D | None:
    if relay in ("trs", "vrs", "tty"):
        begins = date(2016, 3, 17) if prison else date(2016, 6, 20)
        if day >= begins:
            if relay != "tty":
                return D(0)
            cap = expected(
                day=day,
                medium="audio",
                jurisdiction=jurisdiction,
                prison=prison,
                adp=adp,
                collect=collect,
                relay="none",
                paid=paid,
                additive=additive,
                cost=cost,
            )
            return None if cap is None else cap * D("0.25")
    if relay in ("asl", "cts") and day >= date(2023, 1, 9):
        medium = "audio"
    if day < date(2014, 2, 11):
        return None
    if day <= date(2021, 10, 25):
        if medium == "audio" and jurisdiction == "interstate":
            return D("0.25") if collect else D("0.21")
        return None
    large = prison or adp >= 1000
    if day <= date(2024, 12, 31) or date(2025, 6, 30) <= day <= date(2026, 4, 5):
        cap = r21(medium, jurisdiction, prison, adp, paid)
    elif day <= date(2025, 3, 31) and not large:
        cap = r21(medium, jurisdiction, prison, adp, paid)
    elif day <= date(2025, 6, 29):
        cap = D(R24[medium][0 if prison else min(tier(adp), 4)])
    else:
        cap = D(R25[medium][0 if prison else tier(adp)])
        if additive is not None:
            cap = cap - D("0.02") + min(additive, D("0.02"))
    if cap is not None and jurisdiction == "international":
        cap += cost
    return cap


days = st.one_of(
    st.sampled_from([edge + timedelta(days=by) for edge in EDGES for by in (-1, 0)]),
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
)
populations = st.one_of(
    st.sampled_from([0, 49, 50, 99, 100, 349, 350, 999, 1000, 1001]).map(Fraction),
    st.sampled_from(["49.9", "99.7", "349.2", "999.5", "999.6"]).map(Fraction),
    st.integers(0, 5000).map(Fraction),
)
amounts = st.decimals(0, D("0.3"), places=4)
commissions = st.none() | st.builds(Commission, amounts, st.sampled_from(["contract", "law"]))


@given(
    day=days,
    medium=st.sampled_from(["audio", "video"]),
    jurisdiction=st.sampled_from(["intrastate", "interstate", "international"]),
    prison=st.booleans(),
    adp=populations,
    bill_type=st.sampled_from(
        ["prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill"]
    ),
    relay=st.sampled_from(["none", "trs", "vrs", "tty", "asl", "cts"]),
    paid=commissions,
    additive=st.none() | amounts,
    cost=amounts,
)
def test_the_federal_ceiling_is_that_of_the_decision_table(
    *,
    day: date,
    medium: str,
    jurisdiction: str,
    prison: bool,
    adp: Fraction,
    bill_type: str,
    relay: str,
    paid: Commission | None,
    additive: D | None,
    cost: D,
) -> None:
    found = Rules.default().ruling(
        day,
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind="prison" if prison else "jail",
        adp=adp,
        bill_type=bill_type,
        state=None,
        relay=relay,
        commission=paid,
        additive=additive,
        termination_per_minute=cost,
    )
    collect = bill_type in ("collect", "direct_bill")
    wanted = expected(
        day=day,
        medium=medium,
        jurisdiction=jurisdiction,
        prison=prison,
        adp=adp,
        collect=collect,
        relay=relay,
        paid=paid,
        additive=additive,
        cost=cost,
    )
    assert (None if found.federal is None else found.federal.per_minute) == wanted
    assert found.state is None
    assert found.ceiling is found.federal


@pytest.mark.parametrize(
    ("adp", "caps"),
    [
        ("1000", ("0.06", "0.10")),
        ("999.6", ("0.07", "0.12")),
        ("999", ("0.07", "0.12")),
        ("350", ("0.07", "0.12")),
        ("349.2", ("0.09", "0.13")),
        ("349", ("0.09", "0.13")),
        ("100", ("0.09", "0.13")),
        ("99.7", ("0.12", "0.15")),
        ("99", ("0.12", "0.15")),
        ("50", ("0.12", "0.15")),
        ("49.9", ("0.12", "0.19")),
        ("49", ("0.12", "0.19")),
        ("0", ("0.12", "0.19")),
    ],
)
def test_a_tier_begins_at_its_least_population(adp: str, caps: tuple[str, str]) -> None:
    for kind in (Fraction, Decimal, float):
        for day, cap in zip((date(2025, 5, 1), date(2026, 5, 1)), caps, strict=True):
            found = Rules.default().ruling(
                day,
                medium="audio",
                jurisdiction="intrastate",
                facility_kind="jail",
                adp=kind(adp),
                bill_type="prepaid",
                state="TX",
            )
            assert found.ceiling is not None
            assert found.ceiling.per_minute == Decimal(cap)


@given(
    day=days,
    medium=st.sampled_from(["audio", "video"]),
    jurisdiction=st.sampled_from(["intrastate", "interstate", "international"]),
    low=populations,
    high=populations,
    paid=commissions,
)
def test_a_larger_jail_never_has_a_higher_ceiling(
    *,
    day: date,
    medium: str,
    jurisdiction: str,
    low: Fraction,
    high: Fraction,
    paid: Commission | None,
) -> None:
    def cap(adp: Fraction) -> float | Decimal:
        found = Rules.default().ruling(
            day,
            medium=medium,
            jurisdiction=jurisdiction,
            facility_kind="jail",
            adp=adp,
            bill_type="prepaid",
            state=None,
            commission=paid,
        )
        return float("inf") if found.federal is None else found.federal.per_minute

    low, high = sorted((low, high))
    assert cap(high) <= cap(low)
