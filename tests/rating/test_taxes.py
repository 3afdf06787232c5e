"""Taxes: which apply to a call, in which order, on what, and rounded how."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from securecall.errors import Fault
from securecall.rating.calendar import Calendar
from securecall.rating.call import Call
from securecall.rating.contract import Tax, Where
from securecall.rating.tariff import Tariff
from securecall.rating.taxes import TAXES_MAX, TaxTables, applies

TARIFF = """
[[facility]]
id = "tx"
kind = "prison"
state = "TX"
timezone = "America/Chicago"
contract = "c"
regulation = "none"
[[facility]]
id = "nv"
kind = "prison"
state = "NV"
timezone = "America/Los_Angeles"
contract = "c"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "r"
steps = [{ price = "1.00", per_ms = 60_000, increment_ms = 60_000 }]
"""


def taxes(*lines: str, facility: str = "tx", **asked: Any) -> list[tuple[str, Decimal]]:
    """Return what a minute at one dollar is taxed."""
    tables = "".join(
        f'[[tax]]\nid = "t{number}"\n' + line.replace("; ", "\n") + "\n"
        for number, line in enumerate(lines)
    )
    start = asked.pop("start", datetime(2026, 5, 1, 18, tzinfo=UTC))
    number = asked.pop("number", "+17135550123")
    rated = Tariff.loads(TARIFF + tables).rate(Call(facility, number, start, 60_000, **asked))
    assert rated.tax == sum(
        (line.amount for line in rated.lines if "tax:" in line.kind), Decimal(0)
    )
    return [(line.kind, line.amount) for line in rated.lines if line.kind.startswith("tax:")]


def test_a_tax_is_a_percent_of_the_net_rounded_half_up_to_the_cent() -> None:
    assert taxes('percent = "6.25"') == [("tax:t0", Decimal("0.06"))]
    assert taxes('percent = "6.5"') == [("tax:t0", Decimal("0.07"))]  # half a cent goes up


def test_a_tax_on_a_tax_is_of_the_net_and_the_earlier_taxes_rounded() -> None:
    # 10 % of 1.00 is 0.10; 10 % of 1.10 is 0.11; 10 % of 1.00 again, and of 1.31 is 0.131.
    found = taxes(
        'percent = "10"', 'percent = "10"; base = "net+prior"', 'percent = "10"',
        'percent = "10"; base = "net+prior"',
    )  # fmt: skip
    assert [str(amount) for _, amount in found] == ["0.100000", "0.110000", "0.100000", "0.130000"]


def test_each_tax_is_rounded_by_its_own_unit_and_mode() -> None:
    found = taxes(
        'percent = "6.25"; rounding = { mode = "down", unit = "0.01" }',
        'percent = "6.25"; rounding = { mode = "up", unit = "0.05" }',
        'percent = "6.25"; rounding = { mode = "half_even", unit = "0.000001" }',
        'percent = "6.5"; rounding = { mode = "half_even", unit = "0.01" }',
    )
    assert [str(amount) for _, amount in found] == ["0.060000", "0.100000", "0.062500", "0.060000"]


@pytest.mark.parametrize(
    ("line", "call", "met"),
    [
        ('states = ["TX"]', {"facility": "tx"}, True),
        ('states = ["TX"]', {"facility": "nv"}, False),
        ('states = ["TX"]', {"facility": "nv", "number": "+17135550123"}, False),
        ('jurisdictions = ["interstate"]', {"number": "+12125550123"}, True),
        ('jurisdictions = ["interstate"]', {"number": "+17135550123"}, False),
        (
            'jurisdictions = ["interstate"]',
            {"number": "+18005550123"},
            True,
        ),  # mixed is reported so
        ('jurisdictions = ["international"]', {"number": "+525512345678"}, True),
        ('bill_types = ["collect"]', {"bill_type": "collect"}, True),
        ('bill_types = ["collect"]', {}, False),
        ('medium = "video"', {"medium": "video"}, True),
        ('medium = "video"', {}, False),
    ],
)
def test_a_filter_lets_through_what_it_names(line: str, call: dict[str, Any], met: bool) -> None:
    assert bool(taxes(f'percent = "10"; {line}', **call)) is met


def test_an_effective_date_is_the_facility_s_wall_clock_at_the_call_s_start() -> None:
    line = 'percent = "10"; effective_from = 2026-06-01'
    before, at = datetime(2026, 6, 1, 4, 59, tzinfo=UTC), datetime(2026, 6, 1, 5, tzinfo=UTC)
    assert taxes(line, start=before) == []
    assert taxes(line, start=at) == [("tax:t0", Decimal("0.10"))]
    assert taxes(line, start=at, facility="nv") == []  # it is two hours earlier in Nevada
    line = 'percent = "10"; effective_to = 2026-06-01'
    assert taxes(line, start=at) == []
    assert taxes(line, start=before) != []


def test_a_net_of_0_pays_no_tax() -> None:
    text = TARIFF.replace('price = "1.00"', 'price = "0"')
    line = '[[tax]]\nid = "t"\npercent = "10"\nrounding = { mode = "up", unit = "1" }\n'
    rated = Tariff.loads(text + line).rate(Call("tx", "+17135550123", 1_777_658_400_000, 60_000))
    assert (rated.total, rated.tax) == (0, 0)


def test_filters_left_out_let_everything_through() -> None:
    assert applies(Tax("t", Fraction(1)), None, "audio", "interstate", "collect")
    assert not applies(
        Tax("t", Fraction(1), states=frozenset({"TX"})), None, "audio", "interstate", "collect"
    )


def test_a_state_has_its_table_once_with_a_row_for_every_kind_of_call() -> None:
    tables = TaxTables([Tax("t", Fraction("6.25"))], Calendar(), [])
    assert [tables.number(state) for state in ("TX", "NV", "TX", None)] == [0, 1, 0, 2]
    parts = tables.parts()
    kinds = 2 * 3 * 5  # media x jurisdictions x bill types, and where the last ends
    assert len(parts["tax_first"]) == 3 * (kinds + 1)
    # numerator, denominator, unit, short base, term, number, mode, on prior
    row = parts["taxes"].tolist()[0]
    assert [*row[:3], *row[4:]] == [1, 16, 10_000, -1, 0, 2, 0]


def test_more_taxes_than_the_engine_has_room_for_are_a_fault_at_the_last() -> None:
    found: list[Fault] = []
    where = Where("t.toml", 9, "tax[64]")
    many = [Tax(f"t{n}", Fraction(1), where=where) for n in range(TAXES_MAX + 1)]
    TaxTables(many[:-1], Calendar(), found).number("TX")
    assert found == []
    TaxTables(many, Calendar(), found).number("TX")
    assert str(found[0]) == "t.toml:9: tax[64]: makes more than 64 taxes on one call"


def test_a_tax_may_end_on_the_day_another_begins() -> None:
    lines = (
        'percent = "10"; effective_to = 2026-06-01',
        'percent = "20"; effective_from = 2026-06-01',
    )
    day = date(2026, 6, 1)
    before = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    assert taxes(*lines, start=before) == [("tax:t0", Decimal("0.10"))]
    after = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    assert taxes(*lines, start=after) == [("tax:t1", Decimal("0.20"))]
