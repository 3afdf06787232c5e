"""Rates of one destination and priority in force at once, told by what a weaker rule decides."""

from __future__ import annotations

import pytest
from tests.rating.lint.small import found, only, rate, small

from securecall.rating.call import Call


def test_a_stated_medium_over_an_omitted_one_is_an_overlap_that_a_priority_ends() -> None:
    audio, both = rate("audio", 'medium = "audio"'), rate("both")
    finding = only(small(both, audio), "overlap")
    assert finding.severity == "warning"
    assert finding.where.key == "contract[0].rate[1]"
    assert finding.message == (
        'rate "audio" and rate "both" (t.toml:12: contract[0].rate[0]) have one destination and '
        'priority 0 and are both in force, such as on 2026-04-06 00:00; rate "audio" applies only '
        "because it states more of medium and bill types; say so with a higher priority"
    )
    assert found(small(both, rate("audio", 'medium = "audio"', "priority = 1"))) == []


def test_windows_over_none_are_told_at_a_time_at_which_both_hold() -> None:
    night = rate("night", 'when = { from = "22:00", to = "06:00" }')
    tariff = small(rate("all"), night)
    finding = only(tariff, "overlap")
    assert "because it has windows and the other has none" in finding.message
    assert isinstance(finding.witness, Call)
    assert tariff.rate(finding.witness).rate_id == "night"


def test_a_later_price_for_the_same_calls_is_how_prices_are_raised() -> None:
    new = rate("new", "effective_from = 2026-07-01")
    assert found(small(rate("old"), new)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('destinations = ["intrastate"]', 'destinations = ["interstate", "international"]'),
        ('medium = "audio"', 'medium = "video"'),
        ('when = { from = "00:00", to = "12:00" }', 'when = { from = "12:00", to = "24:00" }'),
    ],
)
def test_rates_that_are_never_for_one_call_do_not_overlap(one: str, other: str) -> None:
    assert found(small(rate("a", one), rate("b", other))) == []


def test_a_pair_is_told_once_however_many_calls_it_concerns() -> None:
    audio = rate("audio", 'medium = "audio"', 'destinations = ["local", "intrastate", "any"]')
    both = rate("both", 'destinations = ["local", "intrastate", "any"]')
    findings = [one for one in found(small(audio, both)) if one.code == "overlap"]
    assert len(findings) == 1


def test_a_deck_and_a_rate_may_overlap_too() -> None:
    deck = "prefix,price,per_ms,initial_ms,increment_ms\n52,0.05,60000,60000,60000\n"
    here = '[[contract.deck]]\nfile = "d.csv"\nmedium = "audio"\n'
    mexico = rate("mx", 'destinations = ["+52"]')
    finding = only(small(rate("all"), mexico, here, decks={"d.csv": deck}), "overlap")
    assert finding.message.startswith('deck d.csv and rate "mx"')
