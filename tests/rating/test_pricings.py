"""Prices as the engine counts: exact, over denominators that calls share, or refused by name."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import pytest

from securecall.errors import Fault, TariffError
from securecall.money import Rounding
from securecall.rating.call import Call
from securecall.rating.contract import Rate, Step, Where
from securecall.rating.pricings import COMMON_MAX, FRACTION_MAX, SHORT_MS_MAX, Pricings
from securecall.rating.tariff import Tariff

SEVEN_CENTS = Step(0, Fraction("0.07"), 60_000, 60_000)  # 7/6 micro-dollars a millisecond


def rate(*steps: Step, name: str = "r", **options: Any) -> Rate:
    return Rate(name, ("any",), steps or (SEVEN_CENTS,), where=Where("t.toml", 9, "k"), **options)


def pricings(*rates: Rate, rounding: Rounding | None = None) -> tuple[Pricings, list[Fault]]:
    faults: list[Fault] = []
    found = Pricings(rounding or Rounding(), faults)
    found.begin_contract()
    for one in rates:
        found.number(one, conditional=False)
    return found, faults


def packed(found: Pricings, common: int) -> dict[str, list[list[int]]]:
    return {name: view.tolist() for name, view in found.parts(common, []).items()}


# Numbers -----------------------------------------------------------------------------------------


def test_rates_of_one_contract_that_cost_the_same_share_a_number() -> None:
    found, _ = pricings()
    assert found.number(rate(name="a"), False) == 0
    assert found.number(rate(name="b", priority=7, medium="audio"), False) == 0
    assert found.number(rate(name="c", connect_fee=1), False) == 1
    assert found.number(rate(name="d", free_ms=1), False) == 2
    found.begin_contract()
    assert found.number(rate(name="a"), False) == 3  # what may take over differs by contract


def test_every_option_that_changes_what_a_call_costs_tells_rates_apart() -> None:
    options: list[dict[str, Any]] = [
        {}, {"connect_fee": 1}, {"min_total": 1}, {"max_total": 1}, {"free_ms": 1},
        {"max_per_started_minute": Fraction(1)}, {"switch": "split"}, {"final": "prorate"},
    ]  # fmt: skip
    found, _ = pricings(*(rate(**each) for each in options))
    assert len(found.all) == len(options)


# Denominators ------------------------------------------------------------------------------------


def test_a_tariff_has_one_denominator_that_makes_every_price_and_ceiling_whole() -> None:
    found, faults = pricings(rate(), rate(Step(0, Fraction("0.11"), 60_000, 1)))
    ceiling = Fraction("0.06") * 1_000_000 / 60_000
    common = found.common([ceiling, Fraction(1, 7)])
    assert common == 42
    assert faults == []
    assert packed(found, common)["steps"] == [[0, 60_000, 7, 6, 49], [0, 1, 11, 6, 77]]


def test_where_one_would_be_too_large_every_pricing_has_its_own() -> None:
    primes = (104_729, 104_723, 104_717)
    rates = [rate(Step(0, Fraction(1), prime, 1)) for prime in primes]
    found, faults = pricings(*rates)
    assert lcm(*primes) > COMMON_MAX
    assert found.common([Fraction(1, 6)]) == 0
    assert faults == []
    assert [one.denominator for one in found.all] == [6 * prime for prime in primes]


def test_what_may_take_over_in_mid_call_is_in_every_denominator_of_its_contract() -> None:
    faults: list[Fault] = []
    found = Pricings(Rounding(), faults)
    night, day = (rate(Step(0, Fraction(1), prime, 1)) for prime in (104_729, 104_723))
    plain = rate(Step(0, Fraction(1), 104_717, 1))
    found.begin_contract()
    found.number(night, conditional=True)
    found.number(plain, conditional=False)
    found.begin_contract()
    found.number(day, conditional=False)
    assert found.common([]) == 0
    denominators = [one.denominator for one in found.all]
    assert denominators == [104_729, 104_729 * 104_717, 104_723]


@pytest.mark.parametrize("common", [0, 6])
def test_a_wide_denominator_is_packed_in_two_halves_that_make_it_again(common: int) -> None:
    found, _ = pricings(rate())
    for denominator in (1, (1 << 63) + 5, (1 << 64) - 1, (1 << 90) - 1):
        found.all[0].denominator = denominator
        high, low = packed(found, common)["pricings"][0][7:9]
        assert (high << 64) + low % (1 << 64) == denominator


# Bounds ------------------------------------------------------------------------------------------


def test_a_price_with_too_many_digits_is_refused_at_its_rate() -> None:
    step = Step(0, Fraction(1, 10**12), 31_622_399_999, 1)
    assert step.micros_per_ms.denominator < FRACTION_MAX
    _, faults = pricings(rate(step))
    assert faults == []
    _, faults = pricings(rate(Step(0, Fraction(999_999_999_999), 1, 1)))
    assert faults == []
    _, faults = pricings(rate(Step(0, Fraction(FRACTION_MAX), 1, 1)))
    assert str(faults[0]) == 't.toml:9: k = "r": has a price with too many digits to be exact'


def test_prices_without_an_exact_common_unit_are_refused_with_a_way_out() -> None:
    primes = (31_622_399, 31_622_389, 31_622_347, 31_622_323, 31_622_291)
    faults: list[Fault] = []
    found = Pricings(Rounding(), faults)
    found.begin_contract()
    for prime in primes:
        found.number(rate(Step(0, Fraction(1, 10**6), prime, 1)), conditional=True)
    found.common([])
    assert len(faults) == len(primes)
    assert faults[0].rule.startswith("has no exact price together with the other rates")
    assert faults[0].rule.endswith("use fewer different per_ms")


def test_the_same_is_told_by_the_tariff_that_has_such_rates() -> None:
    rates = "".join(
        f'[[contract.rate]]\nid = "r{n}"\nwhen = {{ from = "0{n}:00", to = "0{n}:30" }}\n'
        f'steps = [{{ price = "0.000001", per_ms = {per_ms}, increment_ms = 1000 }}]\n'
        for n, per_ms in enumerate((31_622_399, 31_622_389, 31_622_347, 31_622_323, 31_622_291))
    )
    head = '[[facility]]\nid = "f"\ntimezone = "UTC"\ncontract = "c"\nregulation = "none"\n'
    with pytest.raises(TariffError, match=r"use fewer different per_ms"):
        Tariff.loads(head + '[[contract]]\nid = "c"\n' + rates)


# What the engine is told -------------------------------------------------------------------------


def test_a_pricing_is_packed_as_the_engine_reads_it() -> None:
    second = Step(70_000, Fraction("0.12"), 60_000, 1_000)
    found, _ = pricings(
        rate(
            SEVEN_CENTS, second, connect_fee=5, min_total=6, max_total=7, free_ms=8,
            max_per_started_minute=Fraction("0.16"), switch="call_start", final="prorate",
        )
    )  # fmt: skip
    parts = packed(found, 6)
    connect, minimum, maximum, free, *minute = parts["pricings"][0][:7]
    assert (connect, minimum, maximum, free) == (5, 6, 7, 8)
    assert minute == [160_000, 1, 960_000]
    # The first step's increments of a minute end at 120 s, beyond the second's beginning at 70 s.
    assert parts["pricings"][0][10:] == [120_000, 0, 2, 1, 1]
    assert parts["steps"] == [[0, 60_000, 7, 6, 7], [70_000, 1_000, 2, 1, 12]]


def test_limits_that_are_not_there_are_minus_one() -> None:
    found, _ = pricings(rate())
    row = packed(found, 6)["pricings"][0]
    assert row[2] == row[4] == -1


@pytest.mark.parametrize(
    ("one", "common", "short"),
    [
        (rate(), 6, True),
        (rate(), 0, False),
        (rate(free_ms=1), 6, False),
        (rate(SEVEN_CENTS, Step(1, Fraction(1), 1, 1), Step(2, Fraction(1), 1, 1)), 6, False),
        (rate(Step(0, Fraction(1), 60_000, SHORT_MS_MAX + 1)), 6, False),
        (rate(SEVEN_CENTS, Step(70_000, Fraction(1), 1, 1), switch="split"), 6, False),
        (rate(SEVEN_CENTS, Step(60_000, Fraction(1), 1, 1), switch="split"), 6, True),
        (rate(max_total=1 << 60), 6, False),
    ],
)
def test_64_bits_serve_only_calls_whose_sums_stay_below_their_bound(
    one: Rate, common: int, short: bool
) -> None:
    found, _ = pricings(one)
    short_ms = packed(found, common)["pricings"][0][9]
    assert bool(short_ms) is short
    if short:
        dearest = max(int(step.micros_per_ms * common) for step in one.steps)
        assert short_ms * dearest + one.connect_fee * common < 1 << 62


def test_calls_of_any_length_cost_the_same_either_way() -> None:
    # 0.07 a minute in seconds has a common denominator; beside a price over a prime it has not.
    head = '[[facility]]\nid = "f"\ntimezone = "UTC"\ncontract = "c"\nregulation = "none"\n'
    head += '[[contract]]\nid = "c"\n'
    sold = '[[contract.rate]]\nid = "r"\n'
    sold += 'steps = [{ price = "0.07", per_ms = 60_000, increment_ms = 1_000 }]\n'
    odd = "".join(
        f'[[contract.rate]]\nid = "o{n}"\ndestinations = ["+4{n}"]\n'
        f'steps = [{{ price = "0.000001", per_ms = {per_ms}, increment_ms = 1 }}]\n'
        for n, per_ms in enumerate((104_729, 104_723, 104_717))
    )
    short, wide = Tariff.loads(head + sold), Tariff.loads(head + sold + odd)
    assert short.compiled.pricings[0].denominator == 1
    assert wide.compiled.pricings[0].denominator > 1
    for duration_ms in (1, 1_000, 59_999, 8_571_000, 86_400_000):
        call = Call("f", "+17135550123", 1_777_658_400_000, duration_ms)
        assert short.rate(call).total == wide.rate(call).total
