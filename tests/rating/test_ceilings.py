"""What regulation says, as the engine takes it: a ruling a kind of call and day, numbered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from securecall.rating.call import Call
from securecall.rating.ceilings import Ceilings, days, profile
from securecall.rating.contract import Facility, Termination
from securecall.rating.tariff import Tariff
from securecall.rating.words import BILL_TYPES, MEDIA
from securecall.regulation import Commission, Rules, ceiling

HARRIS = Facility(
    "tx-harris", "c", "America/Chicago", kind="jail", adp=Fraction(8932), state="TX",
)  # fmt: skip


def ceilings(*facilities: Facility) -> tuple[Ceilings, list[int]]:
    found = Ceilings(Rules.default())
    return found, [found.table(facility) for facility in facilities]


# Tables ------------------------------------------------------------------------------------------


def test_facilities_that_the_same_rules_hold_for_share_a_table() -> None:
    other = replace(HARRIS, id="tx-travis", timezone="America/Denver", local=("1512",))
    _, numbers = ceilings(HARRIS, other, replace(HARRIS, adp=Fraction(500)), HARRIS)
    assert numbers == [0, 0, 1, 0]


def test_whatever_decides_a_ceiling_tells_tables_apart() -> None:
    apart: list[dict[str, Any]] = [
        {}, {"kind": "prison"}, {"adp": Fraction(999)}, {"adp": None}, {"state": "CA"},
        {"commission": (Fraction("0.02"), "contract")}, {"commission": (Fraction("0.02"), "law")},
        {"additive": Fraction("0.02")}, {"opt_out": ("NY_DOCCS_free",)},
    ]  # fmt: skip
    _, numbers = ceilings(*(replace(HARRIS, **each) for each in apart))
    assert numbers == list(range(len(apart)))


def test_a_facility_without_regulation_has_no_table() -> None:
    found, numbers = ceilings(replace(HARRIS, regulated=False))
    assert numbers == [-1]
    assert found.rulings == []


def test_rules_for_facilities_by_name_give_each_its_own_table(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    header = Path("src/securecall/regulation/data/ceilings.csv").read_text().splitlines()
    columns = next(line for line in header if not line.startswith("#")).split(",")
    row = dict.fromkeys(columns, "")
    row |= {
        "regime": "settlement", "effective_from": "2026-05-01", "medium": "audio",
        "jurisdiction": "all", "bill_type": "all", "facility_kind": "all", "per_minute": "0.05",
        "citation": "made up", "facility": "tx-harris", "level": "state", "state": "TX",
    }  # fmt: skip
    names = [*columns, *(name for name in ("facility",) if name not in columns)]
    own.write_text(",".join(names) + "\n" + ",".join(row.get(name, "") for name in names) + "\n")
    found = Ceilings(Rules.load([own]))
    other = replace(HARRIS, id="tx-travis")
    assert [found.table(each) for each in (HARRIS, other, HARRIS)] == [0, 1, 0]


def test_the_days_on_which_a_table_changes_are_those_of_the_rules() -> None:
    found, _ = ceilings(HARRIS)
    starts = found.parts(60, ())["ruling_starts"].tolist()
    assert starts[0] == -1_000_000  # before all days
    assert days(date(1970, 1, 2)) == 1
    assert {days(date(2026, 4, 6)), days(date(2025, 6, 30)), days(date(2025, 1, 1))} <= {*starts}
    assert starts == sorted(starts)


def test_a_cell_without_any_rule_is_minus_one() -> None:
    found, _ = ceilings(HARRIS)
    parts = found.parts(60, ())
    cells = parts["ruling_cells"].tolist()
    before_2014 = cells[: len(cells) // len(parts["ruling_starts"])]
    assert set(before_2014) == {-1}
    assert set(cells[-len(before_2014) :]) & {-1} == set()  # the 2025 order leaves nothing out


# Prices ------------------------------------------------------------------------------------------


def test_a_ceiling_of_ten_cents_is_exact_in_micro_dollars_a_millisecond() -> None:
    found, _ = ceilings(HARRIS)
    prices = found.prices(())
    assert Fraction("0.10") * 1_000_000 / 60_000 in prices
    assert Fraction("0.21") * 1_000_000 / 60_000 in prices


def test_termination_costs_add_themselves_and_a_bound_for_every_sum() -> None:
    found, _ = ceilings(HARRIS)
    plain = found.prices(())
    cost = Termination("52", Fraction("0.012"))
    added = Fraction("0.012") * 1_000_000 / 60_000
    # The whole of it, and a quarter for TTY calls, which cost a quarter of the ceiling.
    assert found.prices((cost,)) == [*plain, added, added / 4, max(plain) + added]
    assert found.termination_shares == 2
    assert found.parts(60, (cost,))["terminations"].tolist() == [[1, 5, 12], [1, 20, 3]]


def test_without_rulings_nothing_is_added() -> None:
    assert Ceilings(Rules.default()).prices((Termination("52", Fraction("0.012")),)) == []


# What the rules are asked ------------------------------------------------------------------------


def test_the_rules_are_asked_what_the_facility_says() -> None:
    asked = profile(
        replace(HARRIS, commission=(Fraction("0.02"), "law"), additive=Fraction("0.02"))
    )
    assert asked == {
        "facility_kind": "jail",
        "adp": Fraction(8932),
        "state": "TX",
        "commission": Commission.of({"per_minute": "0.02", "kind": "law"}),
        "additive": Decimal("0.02"),
        "opt_out": (),
        "facility": "tx-harris",
    }


# What it comes to --------------------------------------------------------------------------------

TARIFF = """
[[facility]]
id = "f"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "r"
steps = [{ price = "5.00", per_ms = 60_000, increment_ms = 60_000 }]
"""
DATES = (
    date(2014, 2, 11),
    date(2021, 10, 26),
    date(2025, 1, 1),
    date(2025, 7, 1),
    date(2026, 4, 6),
)


@pytest.mark.parametrize("day", DATES)
@pytest.mark.parametrize("number", ["+17135550123", "+12125550123", "+525512345678"])
def test_a_call_is_held_to_what_the_public_door_says(day: date, number: str) -> None:
    tariff = Tariff.loads(TARIFF)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for medium in MEDIA:
        for bill_type in BILL_TYPES:
            call = Call("f", number, start, 60_000, medium, bill_type)
            rated = tariff.rate(call)
            said = ceiling(
                at=start, medium=medium, jurisdiction=rated.jurisdiction, facility_kind="jail",
                adp=8932, bill_type=bill_type, state="TX",
            )  # fmt: skip
            if said is None:
                assert rated.cap is None
                assert rated.net == 5
            else:
                assert rated.cap is not None
                assert rated.cap.source == said.source
                assert rated.cap.per_minute == said.per_minute
                assert rated.net == said.per_minute == 5 - rated.cap.saved


def test_a_ceiling_is_that_of_the_facility_s_own_day() -> None:
    # 2026-04-06 begins in Texas at 05:00 UTC.
    tariff = Tariff.loads(TARIFF)
    before, at = (
        tariff.rate(Call("f", "+12125550123", datetime(2026, 4, 6, *time, tzinfo=UTC), 60_000))
        for time in ((4, 59), (5, 0))
    )
    assert (before.net, at.net) == (Decimal("0.14"), Decimal("0.10"))


def test_the_longest_termination_prefix_lifts_an_international_ceiling() -> None:
    costs = "".join(
        f'[[termination]]\nprefix = "{prefix}"\nper_minute = "{cost}"\n'
        for prefix, cost in (("+52", "0.01"), ("+5255", "0.03"))
    )
    tariff = Tariff.loads(TARIFF + costs)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    net = {
        number: tariff.rate(Call("f", number, start, 60_000)).net
        for number in ("+525512345678", "+526641234567", "+442071234567", "+12125550123")
    }
    assert [str(each) for each in net.values()] == ["0.130000", "0.110000", "0.100000", "0.100000"]
