"""Rows as text and back: every value, and nothing that is no row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from securecall.errors import InputError
from securecall.regulation import Rules
from securecall.regulation.row import CeilingRow
from securecall.regulation.row_text import rows_from_text, rows_to_text


def test_all_packaged_rows_come_back_with_their_digest() -> None:
    rules = Rules.default()
    again = rows_from_text(rows_to_text(rules.rows))
    assert again == rules.rows
    assert Rules(again).digest == rules.digest
    early = rules.known(date(2025, 7, 1))
    assert Rules(again, date(2025, 7, 1)).digest == early.digest


def test_a_price_keeps_its_zeros_and_nothing_stays_nothing() -> None:
    row = CeilingRow(
        regime="r",
        effective_from=date(2026, 4, 6),
        citation="é",
        cap=None,
        component_max=Decimal("0.00"),
        facility=("a", "b"),
    )
    (again,) = rows_from_text(rows_to_text([row]))
    assert again == row
    assert again.canonical() == row.canonical()


@pytest.mark.parametrize(
    "text",
    [
        *("", "3", "[[1]]", '[["os", {}]]', '[["ceilings", {"regime": "r"}]]', '[["fees", 3]]'),
        '[["ceilings", {"regime": {"date": "x"}}]]',
        '[["relay", {"share_of_audio": {"decimal": "x"}}]]',
        '[["relay", {"share_of_audio": {}}]]',
    ],
)
def test_what_is_no_rule_is_told(text: str) -> None:
    with pytest.raises(InputError, match="these are no rules"):
        rows_from_text(text)
