"""Figures, tables and sections of a page, as text."""

from __future__ import annotations

import pytest

from securecall.fraud.bench.page.words import folded, legend, percent, section, shown, table


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"), (0.0, "0"), (0.012345, "0.0123"), (12.345, "12.3"), (999.4, "999"),
        (999.5, "1,000"), (12_345.6, "12,346"), (-4321.0, "-4,321"),
    ],
)  # fmt: skip
def test_a_figure_has_three_digits_that_mean_something(value: float | None, words: str) -> None:
    assert shown(value) == words


def test_units_stand_behind_figures_and_not_behind_dashes() -> None:
    assert (shown(2.5, " s"), shown(None, " s")) == ("2.5 s", "–")
    assert (percent(0.98765), percent(0.0), percent(None)) == ("98.8 %", "0 %", "–")


def test_what_is_written_into_a_table_is_text() -> None:
    made = table(("what", "an hour"), [("<b>tones & beeps</b>", "0.1")])
    assert "<td>&lt;b&gt;tones &amp; beeps&lt;/b&gt;</td>" in made
    assert '<td class="number">0.1</td>' in made
    assert made.count("<tr>") == 2


def test_a_row_must_have_as_many_cells_as_the_columns_after_the_words() -> None:
    assert 'class="number"' not in table(("a", "b"), [("x", "y")], words=2)


def test_headings_are_text_and_content_is_not() -> None:
    made = section("a < b", "so & so", "<p>inside</p>")
    assert "<h2>a &lt; b</h2>" in made
    assert "so &amp; so" in made
    assert "<p>inside</p>" in made
    assert "<summary>1 &gt; 0</summary><p>x</p>" in folded("1 > 0", "<p>x</p>")


def test_a_legend_names_all_detectors_in_their_colours() -> None:
    made = legend(["ours", "<theirs>"])
    assert "var(--c0)" in made
    assert "var(--c1)" in made
    assert "&lt;theirs&gt;" in made
