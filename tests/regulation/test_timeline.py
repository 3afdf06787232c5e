"""Every line of the federal timeline, on its first and on its last day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.regulation.asking import ask, cap

PRISON = {"facility_kind": "prison", "adp": None}
LARGE = {"facility_kind": "jail", "adp": 1000}
SMALL = {"facility_kind": "jail", "adp": 999}
TINY = {"facility_kind": "jail", "adp": 10}

# first day, last day, regime, then (facility, medium, jurisdiction, price of a minute)
LINES = [
    ("2001-01-01", "2014-02-10", None, [
        (PRISON, "audio", "interstate", None),
        (LARGE, "audio", "intrastate", None),
        (SMALL, "video", "interstate", None),
        (SMALL, "audio", "international", None),
    ]),
    ("2014-02-11", "2021-10-25", "FCC2013_interim", [
        (PRISON, "audio", "interstate", "0.21"),
        (LARGE, "audio", "interstate", "0.21"),
        (SMALL, "audio", "interstate", "0.21"),
        (SMALL, "audio", "intrastate", None),
        (SMALL, "audio", "international", None),
        (SMALL, "video", "interstate", None),
    ]),
    ("2021-10-26", "2024-12-31", "FCC2021_interim", [
        (PRISON, "audio", "interstate", "0.12"),
        (LARGE, "audio", "interstate", "0.14"),
        (SMALL, "audio", "interstate", "0.21"),
        (LARGE, "audio", "international", "0.14"),
        (LARGE, "audio", "intrastate", None),
        (LARGE, "video", "interstate", None),
    ]),
    ("2025-01-01", "2025-03-31", "FCC2024", [
        (PRISON, "audio", "interstate", "0.06"),
        (PRISON, "audio", "intrastate", "0.06"),
        (LARGE, "video", "intrastate", "0.11"),
        (PRISON, "video", "international", "0.16"),
    ]),
    ("2025-01-01", "2025-03-31", "FCC2021_interim", [
        (SMALL, "audio", "interstate", "0.21"),
        (SMALL, "audio", "international", "0.21"),
        (SMALL, "audio", "intrastate", None),
        (SMALL, "video", "interstate", None),
    ]),
    ("2025-04-01", "2025-06-29", "FCC2024", [
        (PRISON, "audio", "interstate", "0.06"),
        (LARGE, "audio", "intrastate", "0.06"),
        (SMALL, "audio", "intrastate", "0.07"),
        (TINY, "audio", "interstate", "0.12"),
        (TINY, "video", "interstate", "0.25"),
    ]),
    ("2025-06-30", "2026-04-05", "FCC2021_interim_reinstated", [
        (PRISON, "audio", "interstate", "0.12"),
        (LARGE, "audio", "interstate", "0.14"),
        (SMALL, "audio", "interstate", "0.21"),
        (SMALL, "audio", "international", "0.21"),
        (LARGE, "audio", "intrastate", None),
        (LARGE, "video", "interstate", None),
    ]),
    ("2026-04-06", "2040-01-01", "FCC2025_interim", [
        (PRISON, "audio", "interstate", "0.11"),
        (LARGE, "audio", "intrastate", "0.10"),
        (SMALL, "audio", "international", "0.12"),
        (TINY, "video", "intrastate", "0.44"),
    ]),
]  # fmt: skip

EVERY = [
    pytest.param(day, regime, *line, id=f"{day} {regime} {'-'.join(map(str, line[0].values()))} "
                 f"{line[1]} {line[2]}")
    for first, last, regime, lines in LINES
    for day in (first, last)
    for line in lines
]  # fmt: skip


@pytest.mark.parametrize(("day", "regime", "facility", "medium", "jurisdiction", "price"), EVERY)
def test_the_timeline_holds_on_first_and_last_days(
    *,
    day: str,
    regime: str | None,
    facility: dict[str, object],
    medium: str,
    jurisdiction: str,
    price: str | None,
) -> None:
    found = ask(day, **facility, medium=medium, jurisdiction=jurisdiction)
    if price is None:
        assert found.ceiling is None
    else:
        assert found.ceiling is not None
        assert found.ceiling.per_minute == Decimal(price)
        assert found.ceiling.source == regime
        assert found.ceiling.citation


@pytest.mark.parametrize("bill_type", ["prepaid", "inmate_debit", "prepaid_collect"])
def test_prepaid_and_debit_calls_share_the_lower_cap_of_2013(bill_type: str) -> None:
    assert cap("2014-02-11", bill_type=bill_type) == Decimal("0.21")


@pytest.mark.parametrize("bill_type", ["collect", "direct_bill"])
def test_collect_and_direct_bill_share_the_higher_cap_of_2013(bill_type: str) -> None:
    assert cap("2021-10-25", bill_type=bill_type) == Decimal("0.25")


def test_in_the_gap_every_day_has_the_caps_of_2021_and_none_within_a_state_or_on_video() -> None:
    day = date(2025, 6, 30)
    while day <= date(2026, 4, 5):
        text = day.isoformat()
        assert cap(text) == Decimal("0.14")
        assert cap(text, adp=999) == Decimal("0.21")
        assert cap(text, jurisdiction="intrastate") is None
        assert cap(text, medium="video") is None
        day += timedelta(days=7)


def test_mixed_takes_the_lower_of_the_two_domestic_ceilings() -> None:
    assert cap("2022-06-01", jurisdiction="mixed") == Decimal("0.14")
    found = ask("2026-05-01", jurisdiction="mixed", state="CA", adp=100)
    assert found.ceiling is not None
    assert (found.ceiling.per_minute, found.ceiling.source) == (
        Decimal("0.07"),
        "CA_D2108037_interim",
    )
    assert found.federal is not None
    assert found.federal.per_minute == Decimal("0.13")


@pytest.mark.parametrize(
    ("day", "kind", "adp", "medium", "jurisdiction", "barred"),
    [
        ("2016-03-16", "prison", None, "audio", "interstate", None),
        ("2016-03-17", "prison", None, "audio", "interstate", "FCC2015_no_per_call"),
        ("2016-03-17", "prison", None, "audio", "intrastate", "FCC2015_no_per_call"),
        ("2016-03-17", "prison", None, "video", "interstate", None),
        ("2016-06-19", "jail", 99, "audio", "interstate", None),
        ("2016-06-20", "jail", 99, "audio", "intrastate", "FCC2015_no_per_call"),
        ("2020-11-22", "jail", 99, "audio", "intrastate", "FCC2015_no_per_call"),
        ("2020-11-23", "jail", 99, "audio", "intrastate", None),
        ("2020-11-23", "jail", 99, "audio", "international", "FCC2020_no_per_call"),
        ("2020-11-23", "jail", 99, "audio", "mixed", "FCC2020_no_per_call"),
        ("2024-12-31", "prison", None, "audio", "intrastate", None),
        ("2024-12-31", "prison", None, "audio", "interstate", "FCC2020_no_per_call"),
        ("2025-01-01", "prison", None, "audio", "intrastate", "FCC2024_no_per_call"),
        ("2025-01-01", "jail", 1000, "video", "intrastate", "FCC2024_no_per_call"),
        ("2025-03-31", "jail", 999, "audio", "intrastate", None),
        ("2025-03-31", "jail", 999, "audio", "interstate", "FCC2020_no_per_call"),
        ("2025-03-31", "jail", None, "audio", "intrastate", "FCC2024_no_per_call"),
        ("2025-04-01", "jail", 999, "video", "intrastate", "FCC2024_no_per_call"),
        ("2025-06-29", "jail", 999, "video", "intrastate", "FCC2024_no_per_call"),
        ("2025-06-30", "jail", 999, "video", "intrastate", None),
        ("2025-06-30", "jail", 999, "audio", "intrastate", None),
        ("2025-06-30", "jail", 999, "audio", "interstate", "FCC2020_no_per_call_reinstated"),
        ("2026-04-05", "jail", 999, "audio", "international", "FCC2020_no_per_call_reinstated"),
        ("2026-04-06", "jail", 999, "video", "intrastate", "FCC2025_no_per_call"),
    ],
)
def test_per_call_charges_are_barred_when_they_were(
    *, day: str, kind: str, adp: int | None, medium: str, jurisdiction: str, barred: str | None
) -> None:
    bar = ask(day, facility_kind=kind, adp=adp, medium=medium, jurisdiction=jurisdiction).per_call
    assert (None if bar is None else bar.source) == barred
