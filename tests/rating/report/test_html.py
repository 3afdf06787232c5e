"""Pieces of a page: what is given is text, and numbers stand to the right."""

from __future__ import annotations

from decimal import Decimal

from securecall.rating.report.html import folded, money, section, table_of


def test_money_has_cents_and_groups() -> None:
    assert money(Decimal("1234567.891")) == "$1,234,567.89"


def test_cells_are_text_and_numbers_stand_to_the_right() -> None:
    table = table_of(("<a>", "b"), [("x & y", "1,000")])
    assert "<th>&lt;a&gt;</th>" in table
    assert '<td>x &amp; y</td><td class="number">1,000</td>' in table


def test_as_many_columns_are_words_as_are_said_to_be() -> None:
    assert table_of(("a", "b", "c"), [("x", "y", "1")], words=2).count('class="number"') == 2
    assert table_of(("a", "b", "c"), [("x", "2", "1")]).count('class="number"') == 4


def test_headings_are_text_and_the_first_piece_stays_with_them() -> None:
    part = section("A & b", "<words>", "<figure></figure>", "<table></table>")
    together = part.split("</div>")[0]
    assert "<h2>A &amp; b</h2>" in together
    assert "&lt;words&gt;" in together
    assert "<figure>" in together
    assert "<table>" not in together
    assert "<summary>1 &lt; 2</summary><b>x</b>" in folded("1 < 2", "<b>x</b>")
