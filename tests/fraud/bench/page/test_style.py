"""Colours of a page: every detector has one, by day, by night and on paper."""

from __future__ import annotations

import re

from securecall.fraud.bench.page.style import COLOURS, CSS, colour


def test_every_place_has_a_colour_that_the_page_knows_in_every_light() -> None:
    used = {colour(place) for place in range(20)}
    assert used == {f"var(--c{number})" for number in range(COLOURS)}
    for number in range(COLOURS):
        assert len(re.findall(rf"--c{number}: #[0-9a-f]{{6}};", CSS)) == 3  # day, night, paper


def test_colours_of_one_light_are_different() -> None:
    for light in re.findall(r"--c0:.*--c5: #[0-9a-f]{6};", CSS):
        assert len(set(re.findall(r"#[0-9a-f]{6}", light))) == COLOURS


def test_whatever_is_used_is_defined() -> None:
    assert set(re.findall(r"var\((--\w+)\)", CSS)) <= set(re.findall(r"(--\w+):", CSS))
    assert CSS.count("{") == CSS.count("}")
