"""Prices that the ceilings of some date do not allow: from which duration on, why, and for whom."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from tests.rating.lint.small import found, only, rate, small, sold

from securecall.money import Rounding
from securecall.rating.call import Call
from securecall.rating.contract import Rate, Step
from securecall.rating.lint import Finding
from securecall.rating.lint.ceilings import is_safe
from securecall.rating.tariff import Tariff

IN_2019 = {"since": date(2019, 1, 1), "until": date(2019, 2, 1)}
PER_MS = Fraction("0.10") * 1_000_000 / 60_000  # of ten cents a minute
AUDIO = 'medium = "audio"'


def held(tariff: Tariff, **bounds: date) -> list[Finding]:
    """Return what is said of prices; that an audio rate serves no video is not."""
    return [one for one in found(tariff, **bounds) if one.code != "unserved"]


def call(finding: Finding) -> Call:
    assert isinstance(finding.witness, Call)
    return finding.witness


def test_a_price_above_the_ceiling_is_an_error_with_figures_and_citation() -> None:
    tariff = small(rate("r", AUDIO, steps=sold("0.25")))
    finding = only(tariff, "ceiling_broken")
    assert finding.severity == "error"
    assert finding.where.key == "contract[0].rate[0]"
    assert finding.message.startswith(
        'rate "r" asks $0.25 a minute for intrastate, interstate, international and mixed audio '
        "calls from f: a call of 1 ms, sold as 60 s, on 2026-04-06 00:00 is held to $0.10 instead "
        "of $0.25; the ceiling is $0.10 a minute (FCC2025_interim): FCC 25-75"
    )
    rated = tariff.rate(call(finding))
    assert (str(rated.net), rated.saved_micros) == ("0.100000", 150_000)


def test_a_price_at_the_ceiling_breaks_nothing() -> None:
    assert held(small(rate("r", AUDIO, steps=sold("0.10")))) == []


def test_a_price_that_breaks_it_only_from_a_later_step_on_says_from_when() -> None:
    steps = (
        'steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }, '
        '{ from_ms = 120_000, price = "0.11", per_ms = 60_000, increment_ms = 1_000 }]'
    )
    finding = only(small(rate("r", AUDIO, steps=steps)), "ceiling_broken")
    assert 'rate "r" asks $0.11 a minute from 120 s on for' in finding.message
    assert call(finding).duration_ms == 120_001


def test_each_ceiling_of_the_time_looked_at_is_told() -> None:
    tariff = small(rate("r", AUDIO, 'destinations = ["interstate"]', steps=sold("0.25")))
    findings = found(tariff, since=date(2022, 1, 1), until=date(2026, 6, 1))
    said = {
        one.message.split("the ceiling is ")[1].split(" a minute")[0]: one.severity
        for one in findings
        if one.code == "ceiling_broken"
    }
    assert said == {"$0.14": "error", "$0.06": "error", "$0.10": "error"}


def test_medium_and_bill_type_with_another_ceiling_are_told_apart() -> None:
    # 2013: prepaid and debit $0.21, collect $0.25; no ceiling on video.
    tariff = small(rate("r", 'destinations = ["interstate"]', steps=sold("0.30")))
    findings = [one for one in found(tariff, **IN_2019) if one.code == "ceiling_broken"]
    said = {one.kinds.bill_types: one.kinds.media for one in findings if one.kinds}
    assert said == {
        ("prepaid", "inmate_debit", "prepaid_collect"): ("audio",),
        ("collect", "direct_bill"): ("audio",),
    }


def test_tiers_are_told_apart_and_facilities_of_one_tier_together() -> None:
    more = "".join(
        f'[[facility]]\nid = "{name}"\nkind = "jail"\nadp = {adp}\nstate = "TX"\n'
        'timezone = "America/Chicago"\ncontract = "c"\n'
        for name, adp in (("g", 2000), ("small", 10))
    )
    tariff = small(rate("r", AUDIO, steps=sold("0.20")), facility=more)
    findings = [one for one in found(tariff) if one.code == "ceiling_broken"]
    said = {one.kinds.facilities: one for one in findings if one.kinds}
    assert set(said) == {("f", "g"), ("small",)}
    assert "the ceiling is $0.10 a minute" in said["f", "g"].message
    assert "the ceiling is $0.19 a minute" in said["small",].message


def test_a_barred_connect_fee_is_an_error_that_cites_the_bar() -> None:
    tariff = small(rate("r", AUDIO, 'connect_fee = "0.50"'))
    finding = only(tariff, "connect_fee_barred")
    assert finding.severity == "error"
    assert 'rate "r" asks a connect fee of $0.50 for' in finding.message
    assert "; charges for the call itself are barred: FCC 25-75" in finding.message
    rated = tariff.rate(call(finding))
    assert (rated.connect_fee_micros, rated.saved_micros) == (0, 500_000)


def test_a_connect_fee_that_is_not_barred_but_breaks_the_ceiling_is_a_warning() -> None:
    prepaid = 'bill_types = ["prepaid"]'
    tariff = small(
        rate("r", AUDIO, prepaid, 'connect_fee = "0.50"', 'destinations = ["interstate"]')
    )
    finding = only(tariff, "connect_fee_capped", since=date(2014, 3, 1), until=date(2014, 4, 1))
    assert finding.severity == "warning"
    assert "is held to $0.21 instead of $0.55" in finding.message


def test_a_minimum_above_the_ceiling_of_short_calls_is_a_warning() -> None:
    tariff = small(rate("r", AUDIO, 'min_total = "0.30"'))
    finding = only(tariff, "min_total_capped")
    assert finding.severity == "warning"
    assert 'rate "r" asks at least $0.30 for' in finding.message
    assert "is held to $0.10 instead of $0.30" in finding.message


def test_an_increment_that_is_not_used_up_is_a_note_with_cap_basis_actual() -> None:
    text = rate("r", AUDIO, steps=sold("0.06", 300_000))
    finding = only(small(text, cap_basis="actual"), "increment_capped")
    assert finding.severity == "note"
    assert "sells 300 s at a time, with the ceiling on the time used, for" in finding.message
    assert held(small(text)) == []


def test_a_price_at_the_ceiling_that_rounding_would_lift_above_it_is_a_note() -> None:
    tariff = small(rate("r", AUDIO, steps=sold("0.10", 1_000)))
    finding = only(tariff, "ceiling_rounded")
    assert finding.severity == "note"
    # A second costs 1 666.67 micro-dollars: rounded it would be 0.001667.
    assert "is held to $0.001666 instead of $0.001667" in finding.message
    assert 'rate "r" is rounded half_even to $0.000001 for' in finding.message
    down = 'rounding = { mode = "down", unit = "0.000001" }'
    assert held(small(rate("r", AUDIO, steps=sold("0.10", 1_000)), head=down)) == []


def test_rounding_is_not_told_where_a_plainer_reason_is() -> None:
    codes = {one.code for one in held(small(rate("r", AUDIO, steps=sold("0.25", 1_000))))}
    assert codes == {"ceiling_broken"}


def test_prices_of_a_deck_are_told_once_each_with_how_many_prefixes_share_it() -> None:
    deck = "prefix,price,per_ms,initial_ms,increment_ms\n"
    deck += "52,0.19,60000,60000,60000\n5255,0.19,60000,60000,60000\n44,0.05,60000,60000,60000\n"
    here = '[[contract.deck]]\nfile = "d.csv"\nmedium = "audio"\n'
    finding = only(small(rate("all"), here, decks={"d.csv": deck}), "ceiling_broken")
    assert finding.prefixes == 2
    assert finding.message.startswith(
        f"deck d.csv (2 prefixes share this price, such as {call(finding).number}) asks $0.19"
    )


def test_a_termination_cost_lifts_the_ceiling_of_its_prefix_only() -> None:
    tail = '[[termination]]\nprefix = "+52"\nper_minute = "0.05"\n'
    mexico = rate("mx", AUDIO, 'destinations = ["+52"]', steps=sold("0.15"))
    assert found(small(rate("all"), mexico, tail=tail)) == []
    assert only(small(rate("all"), mexico), "ceiling_broken").where.key == "contract[0].rate[1]"
    cuba = rate("cu", AUDIO, 'destinations = ["+53"]', steps=sold("0.15"))
    finding = only(small(rate("all"), mexico, cuba, tail=tail), "ceiling_broken")
    assert finding.where.key == "contract[0].rate[2]"


def test_a_call_longer_than_the_facility_lets_it_be_is_not_looked_at() -> None:
    steps = (
        'steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }, '
        '{ from_ms = 900_000, price = "0.99", per_ms = 60_000, increment_ms = 60_000 }]'
    )
    assert held(small(rate("r", AUDIO, steps=steps), max_call_ms=900_000)) == []
    [finding] = held(small(rate("r", AUDIO, steps=steps), max_call_ms=900_001))
    assert call(finding).duration_ms == 900_001


def test_what_another_rate_costs_that_takes_over_in_mid_call_is_told_of_that_rate() -> None:
    day = rate("day", AUDIO, 'when = { from = "07:00", to = "19:00" }', steps=sold("0.25"))
    night = rate("night", AUDIO, 'when = { from = "19:00", to = "07:00" }')
    findings = [one for one in found(small(day, night)) if one.code == "ceiling_broken"]
    assert [one.where.key for one in findings] == ["contract[0].rate[0]"]


def test_without_regulation_nothing_is_above_anything() -> None:
    assert found(small(rate("r", 'connect_fee = "9"', steps=sold("9")), regulation="none")) == []


# At a glance -------------------------------------------------------------------------------------


def _rate(price: str, increment_ms: int = 60_000, **options: int) -> Rate:
    return Rate("r", ("any",), (Step(0, Fraction(price), 60_000, increment_ms),), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "ceiling", "barred", "actual", "rounding", "safe"),
    [
        (_rate("9"), None, False, False, Rounding(), True),
        (_rate("9", connect_fee=1), None, True, False, Rounding(), False),
        (_rate("9", connect_fee=1), None, False, False, Rounding(), True),
        (_rate("0.10"), PER_MS, False, False, Rounding("down"), True),
        (_rate("0.10"), PER_MS, False, False, Rounding("half_even"), False),
        (_rate("0.1001"), PER_MS, False, False, Rounding("down"), False),
        (_rate("0.05"), PER_MS, False, False, Rounding("up", 10_000), True),
        (_rate("0.09"), PER_MS, False, False, Rounding("up", 10_000), True),
        (_rate("0.0901"), PER_MS, False, False, Rounding("up", 10_000), False),
        (_rate("0.05"), PER_MS, False, True, Rounding(), False),
        (_rate("0.05", min_total=1), PER_MS, False, False, Rounding(), False),
    ],
)
def test_what_is_plain_at_a_glance_is_never_what_is_held(
    *,
    one: Rate,
    ceiling: Fraction | None,
    barred: bool,
    actual: bool,
    rounding: Rounding,
    safe: bool,
) -> None:
    assert is_safe(one, ceiling, barred, actual, rounding) is safe
