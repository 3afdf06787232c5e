"""Pictures show what they are given: sizes of bars, where they stand, what is written on them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from tests.rating.report.pictures import bars_of

from securecall.rating.report.plots import (
    Caption,
    Strip,
    bars,
    columns,
    histogram,
    short_money,
    strips,
    waterfall,
)

CAPTION = Caption("one", "A <title>", "What it & shows")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"), ("7", "$7"), ("0.4", "$0.40"), ("999", "$999"), ("1500", "$1.5 k"),
        ("12345", "$12.3 k"), ("-2000000", "-$2 M"), ("7000000000", "$7 bn"), ("-0.25", "-$0.25"),
    ],
)  # fmt: skip
def test_amounts_are_short_on_an_axis(amount: str, text: str) -> None:
    assert short_money(Decimal(amount)) == text


def test_columns_are_as_high_as_their_amounts() -> None:
    amounts = [Decimal(n) for n in (10, 40, 0, 25)]
    found = bars_of(columns(CAPTION, list("abcd"), amounts, "letter"))
    heights = [foot - top for _, _, _, foot, top in found]
    assert [height / heights[1] for height in heights] == pytest.approx(
        [0.25, 1, 0, 0.625], abs=1e-4
    )
    lefts = [left for _, left, _, _, _ in found]
    assert lefts == sorted(lefts)


def test_a_histogram_has_a_bar_a_unit_and_says_what_the_last_one_is() -> None:
    svg = histogram(CAPTION, [5, 10, 0, 20], "3+", "minutes")
    heights = [foot - top for _, _, _, foot, top in bars_of(svg)]
    assert [height / heights[3] for height in heights] == pytest.approx([0.25, 0.5, 0, 1], abs=1e-4)
    assert ">3+</text>" in svg


def test_parts_of_a_lying_bar_stand_one_behind_the_other() -> None:
    parts = [("x", [Decimal(10), Decimal(1)]), ("y", [Decimal(30), Decimal(2)])]
    svg = bars(CAPTION, ["first", "second"], parts, ["$40", "$3"])
    by_colour: dict[str, list[tuple[float, float]]] = {}
    for colour, left, right, *_ in bars_of(svg):
        by_colour.setdefault(colour, []).append((left, right))
    x, y = by_colour["--accent-1"], by_colour["--accent-2"]
    # The first bar of a colour that stands in the legend is no bar of the picture.
    assert y[0][0] == pytest.approx(x[0][1], abs=1e-3)
    assert (y[0][1] - y[0][0]) / (x[0][1] - x[0][0]) == pytest.approx(3, rel=1e-3)
    for words in ("first", "second", "$40", "$3"):
        assert f">{words}</text>" in svg


def test_a_waterfall_hangs_each_step_on_the_one_before() -> None:
    steps = [
        ("asked", Decimal("10"), True),
        ("less", Decimal("-6"), False),
        ("net", Decimal("4"), True),
        ("tax", Decimal("0.5"), False),
        ("total", Decimal("4.5"), True),
    ]
    svg = waterfall(CAPTION, steps)
    found = bars_of(svg)
    ground = found[0][3]
    dollar = (ground - found[0][4]) / 10
    levels = [((ground - foot) / dollar, (ground - top) / dollar) for _, _, _, foot, top in found]
    wanted = [(0, 10), (4, 10), (0, 4), (4, 4.5), (0, 4.5)]
    assert [end for pair in levels for end in pair] == pytest.approx(
        [end for pair in wanted for end in pair], abs=1e-3
    )
    assert [colour[-1] for colour, *_ in found] == ["1", "3", "1", "2", "1"]
    for words in ("$10.00", "\N{MINUS SIGN}$6.00", "+$0.50", "$4.50"):
        assert f">{words}</text>" in svg


def test_a_free_call_has_a_waterfall_too() -> None:
    svg = waterfall(CAPTION, [("asked", Decimal("1"), True), ("total", Decimal("0"), True)])
    assert ">$0.00</text>" in svg


def test_strips_show_the_figure_where_there_is_room_and_the_dearest_darkest() -> None:
    pieces = [
        Strip(0, date(2021, 1, 1), date(2025, 1, 1), Decimal("0.21")),
        Strip(0, date(2025, 1, 1), date(2025, 1, 20), Decimal("0.06")),
        Strip(0, date(2025, 1, 20), date(2027, 1, 1), None),
    ]
    svg = strips(CAPTION, ["prisons"], pieces, (date(2026, 5, 1), date(2026, 6, 1)))
    assert ">0.21</text>" in svg
    assert ">0.06</text>" not in svg
    assert ">no cap found</text>" in svg
    shades = [float(shade) for shade in re.findall(r"var\(--accent-1\); opacity: ([\d.]+)", svg)]
    assert len(shades) == 2
    assert shades[0] > shades[1]
    assert "var(--accent-2)" in svg


def test_what_a_picture_is_called_is_text() -> None:
    svg = columns(CAPTION, ["a"], [Decimal(1)], "x")
    assert '<title id="one-title">A &lt;title&gt;</title>' in svg
    assert '<desc id="one-desc">What it &amp; shows</desc>' in svg
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
