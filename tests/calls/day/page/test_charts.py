"""Charts of a day: every number that they draw is one of the day's."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from tests.calls.day.days import usual

from securecall.calls.day.page.charts import (
    burn_down,
    by_hour,
    endings,
    eventful,
    live_calls,
    local_hour,
)


@pytest.mark.parametrize("draw", [by_hour, live_calls, endings])
def test_a_chart_is_well_formed_and_says_in_words_what_it_shows(draw) -> None:
    svg = draw(usual())
    root = ElementTree.fromstring(svg)
    text = root.find("{http://www.w3.org/2000/svg}desc").text
    assert re.search(r"\d", text)


def test_the_bars_of_the_hours_add_up_to_the_attempts() -> None:
    result = usual()
    told = re.findall(r"(\d+) attempts", by_hour(result))
    assert sum(map(int, told)) == result.as_dict()["attempts"]


def test_every_ending_has_a_bar_with_its_number() -> None:
    svg = endings(usual())
    for code, n in usual().tally.endings.items():
        assert f"{code}: {n}" in svg
    assert svg.count("<rect") == len(usual().tally.endings)


def test_what_staff_ordered_is_on_the_chart_of_live_calls() -> None:
    svg = live_calls(usual())
    for word in ("lockdown a", "maintenance", "kill switch"):
        assert f">{word}<" in svg


def test_accounts_whose_cutoff_moved_and_that_were_cut_are_shown_first() -> None:
    found = eventful(usual())
    moved = [burn for burn in found if burn.moved]
    cut = [burn for burn in found if burn.cutoffs and not burn.moved]
    assert moved
    assert cut
    assert found[0].moved
    assert any("foreseen, then moved" in burn_down(usual(), burn) for burn in moved)
    assert all(f"{burn.cutoffs[0][1]} cut" in burn_down(usual(), burn) for burn in cut[:1])
    for burn in found:
        ElementTree.fromstring(burn_down(usual(), burn))


def test_a_burn_down_ends_at_what_the_account_holds() -> None:
    """Moves that a page draws are all there were: they lead from the opening to the end."""
    result = usual()
    for burn in result.burns.values():
        held = burn.opening_micros + sum(amount for _, amount, _ in burn.moves)
        assert held >= 0 or any("chargeback" in what for _, _, what in burn.moves), burn.account


def test_the_clock_of_the_facility_is_six_when_it_opens() -> None:
    setting = usual().setting
    assert local_hour(setting, setting.opens_ms) == 6.0
    assert local_hour(setting, setting.opens_ms + 5_400_000) == 7.5
