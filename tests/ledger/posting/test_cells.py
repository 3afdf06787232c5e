"""Cells of a text file as numbers and instants."""

from __future__ import annotations

from securecall.ledger.posting.cells import amounts, instants, wholes


def test_whole_numbers_are_plain_digits() -> None:
    assert wholes(["0", "61000", "-1", "60.0", "0x10", "1_0", "\u0661", "", None]) == [
        0, 61_000, *[None] * 7,
    ]  # fmt: skip


def test_instants_have_an_offset_or_are_milliseconds() -> None:
    cells = ["1000", "1970-01-01T00:00:01Z", "1970-01-01T01:00:01.5+01:00", "1970-01-01", "now"]
    assert instants([*cells, "", None]) == [1_000, 1_000, 1_500, None, None, None, None]


def test_amounts_are_dollars_of_at_most_six_decimals() -> None:
    cells = ["0.21", "1", "-0.5", "0.1234567", "1e3", "nan", "ten", "", None]
    assert amounts(cells) == [210_000, 1_000_000, -500_000, None, 1_000_000_000, *[None] * 4]
