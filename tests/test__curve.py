"""The engine of price curves: its one argument, its bounds, its answers against plain sums."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall._curve import Curve

LIMIT_MS = 1 << 40
AMOUNT_MAX = 999_999_999_999_999_999
NAMES = (
    *("start", "scale", "connect", "minimum", "maximum", "per_minute", "ceiling", "governs"),
    *("unit", "mode", "share_numerator", "share_denominator", "bars_connect", "actual_basis"),
    *("prorate", "taxes", "billing", "prices"),
)
# A cent a second by the minute: 10 micro-dollars a millisecond.
PLAIN: dict[str, Any] = {
    "start": 0,
    "scale": 1,
    "connect": 0,
    "minimum": 0,
    "maximum": -1,
    "per_minute": -1,
    "ceiling": -1,
    "governs": 0,
    "unit": 1,
    "mode": 3,
    "share_numerator": 0,
    "share_denominator": 1,
    "bars_connect": 0,
    "actual_basis": 0,
    "prorate": 0,
    "taxes": (),
    "billing": ((0, 60_000),),
    "prices": ((0, 10),),
}


def curve(**changes: Any) -> Curve:
    state = {**PLAIN, **changes}
    return Curve(tuple(state[name] for name in NAMES))


def test_a_price_by_the_minute() -> None:
    plain = curve()
    assert plain.total_micros(60_000) == 600_000
    assert plain.usage_micros(60_000) == (600_000, 1)
    assert plain.parts(60_000) == (600_000, 0, 0, 600_000, 0)
    assert (plain.next(0), plain.bought(60_000), plain.billed(60_000)) == (60_000, 120_000, 60_000)


def test_every_term_of_the_price() -> None:
    assert curve(connect=5).total_micros(1) == 15
    assert curve(connect=5, bars_connect=1).total_micros(1) == 10
    assert curve(minimum=500).total_micros(1) == 500
    assert curve(maximum=500).total_micros(60_000) == 500
    assert curve(per_minute=7).total_micros(60_001) == 14
    assert curve(ceiling=3, governs=1).total_micros(100) == 300
    assert curve(unit=1000, mode=1).total_micros(60_001) == 601_000
    assert curve(unit=1000, mode=1, ceiling=10, governs=1).total_micros(60_001) == 600_000
    assert curve(share_numerator=1, share_denominator=4).parts(100) == (1000, 250, 0, 750, 0)
    taxed = curve(taxes=((1, 10, 1, 0, 0, 0), (1, 10, 1, 0, 1, 1)))
    assert taxed.parts(100) == (1000, 0, 210, 1210, 0)
    assert curve(prices=((0, 0), (60_000, 10))).total_micros(60_001) == 10


@pytest.mark.parametrize(
    ("changes", "governs"),
    [
        ({}, 0),
        ({"ceiling": 50, "governs": 1}, 1),
        ({"ceiling": 50, "governs": 2}, 2),
        ({"per_minute": 9}, 3),
        ({"maximum": 9}, 4),
        ({"ceiling": 0, "governs": 1, "per_minute": 0, "maximum": 0}, 1),
        ({"per_minute": 0, "maximum": 0}, 3),
    ],
)
def test_what_governs_is_the_lowest_and_on_a_tie_the_first(
    changes: dict[str, Any], governs: int
) -> None:
    assert curve(**changes).parts(1000)[4] == governs


def test_the_actual_time_is_what_a_rate_ceiling_is_multiplied_with() -> None:
    held = {"ceiling": 3, "governs": 1}
    assert curve(**held, actual_basis=1).final_micros(60_000, 100) == 300
    assert curve(**held).final_micros(60_000, 100) == 180_000
    assert curve(**held).parts(60_000, 100)[0] == 300
    assert curve(**held).parts(60_000, -1)[0] == 180_000
    with pytest.raises(ValueError, match="actual time 101 is beyond the time bought, 100"):
        curve().parts(100, 101)


@pytest.mark.parametrize("state", [None, [], "state", 5, {}])
def test_the_state_is_a_tuple(state: Any) -> None:
    with pytest.raises(TypeError):
        Curve(state)


@pytest.mark.parametrize("length", [0, 1, 17, 19])
def test_the_state_has_eighteen_parts(length: int) -> None:
    with pytest.raises(ValueError, match="unpack"):
        Curve((0,) * length)


BOUNDS: dict[str, tuple[int, int]] = {
    "start": (0, 1 << 43),
    "scale": (1, 1 << 90),
    "connect": (0, AMOUNT_MAX),
    "minimum": (0, AMOUNT_MAX),
    "maximum": (-1, AMOUNT_MAX),
    "per_minute": (-1, 1 << 126),
    "ceiling": (-1, 1 << 126),
    "governs": (0, 2),
    "unit": (1, AMOUNT_MAX),
    "mode": (0, 3),
    "share_numerator": (0, 1),
    "share_denominator": (1, 1 << 62),
    "bars_connect": (0, 1),
    "actual_basis": (0, 1),
    "prorate": (0, 1),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_each_number_has_its_bounds_and_type(name: str) -> None:
    low, high = BOUNDS[name]
    for value in (low, high):
        curve(**{name: value})
    for value in (low - 1, high + 1, 1 << 200, -(1 << 200)):
        with pytest.raises(ValueError, match="is not a whole number from"):
            curve(**{name: value})
    for value in (None, True, 1.0, "1", b"1", (1,)):
        with pytest.raises((ValueError, TypeError)):
            curve(**{name: value})


@pytest.mark.parametrize("name", ["taxes", "billing", "prices"])
@pytest.mark.parametrize("value", [None, [], "", 5, (5,), (None,), ((),), ((1,),), (("a", "b"),)])
def test_each_list_is_a_tuple_of_tuples(name: str, value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        curve(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("billing", (), "no pieces, or too many"),
        ("billing", ((1, 1),), "the first piece must begin at 0"),
        ("billing", ((0, 7), (8, 1)), "whole increments"),
        ("billing", ((0, 7), (0, 1)), "whole increments"),
        ("billing", ((0, 0),), "from 1 to"),
        ("billing", ((0, (1 << 36) + 1),), "from 1 to"),
        ("billing", ((0, 1), (LIMIT_MS + 1, 1)), "from 0 to"),
        ("prices", (), "no prices, or too many"),
        ("prices", ((1, 1),), "the first price must begin at 0"),
        ("prices", ((0, 1), (0, 1)), "prices must follow each other"),
        ("prices", ((0, (1 << 126) + 1),), "from 0 to"),
        ("taxes", ((1, 0, 1, 0, 0, 0),), "from 1 to"),
        ("taxes", ((1, 1, 0, 0, 0, 0),), "from 1 to"),
        ("taxes", (((1 << 60) + 1, 1, 1, 0, 0, 0),), "from 0 to"),
        ("taxes", ((1, 1, 1, 4, 0, 0),), "from 0 to 3"),
        ("taxes", ((1, 1, 1, 0, 0, 0),) * 65, "too many taxes"),
    ],
)
def test_lists_that_no_plan_makes_are_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        curve(**{name: value})


def test_a_scale_and_a_unit_that_leave_128_bits_together_are_refused() -> None:
    with pytest.raises(ValueError, match="too large together"):
        curve(scale=1 << 80, unit=1 << 44)
    curve(scale=1 << 80, unit=(1 << 44) - 1)


def test_times_have_bounds() -> None:
    plain = curve()
    for ask in (plain.next, plain.bought, plain.billed, plain.total_micros, plain.usage_micros):
        assert ask(LIMIT_MS)
        for ms in (-1, LIMIT_MS + 1):
            with pytest.raises(ValueError, match="a time must be from 0 to 1099511627776 ms"):
                ask(ms)
        with pytest.raises(OverflowError):
            ask(1 << 63)
        with pytest.raises(TypeError):
            ask(None)


def test_no_price_leaves_its_width_whatever_the_state() -> None:
    wild = curve(
        scale=1 << 90,
        unit=(1 << 34) - 1,
        connect=AMOUNT_MAX,
        minimum=AMOUNT_MAX,
        per_minute=1 << 126,
        ceiling=1 << 126,
        governs=1,
        taxes=((1 << 60, 1, AMOUNT_MAX, 1, 1, 0),) * 64,
        prices=((0, 1 << 126), (5, 1 << 126), (LIMIT_MS, 1 << 126)),
    )
    for ms in (1, 5, 6, LIMIT_MS):
        with pytest.raises(OverflowError, match="beyond 999 999 999 999"):
            wild.total_micros(ms)
    assert wild.total_micros(0) == 0
    assert wild.reach_micros(AMOUNT_MAX) == 0


def test_the_largest_amount_and_one_more() -> None:
    most = curve(prices=((0, AMOUNT_MAX),), billing=((0, 1),))
    assert most.total_micros(1) == AMOUNT_MAX
    with pytest.raises(OverflowError):
        most.total_micros(2)
    assert most.reach_micros(AMOUNT_MAX) == 1
    assert most.reach_micros(AMOUNT_MAX - 1) == 0


def test_a_balance_is_64_bits() -> None:
    with pytest.raises(OverflowError):
        curve().reach_micros(1 << 63)
    assert curve().reach_micros((1 << 63) - 1) is None
    assert curve().reach_micros(-(1 << 63)) == 0


def test_a_curve_cannot_be_changed() -> None:
    plain = curve()
    for name in ("start_ms", "prorate"):
        with pytest.raises(AttributeError):
            setattr(plain, name, 1)


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a state with a few pieces of billing and prices, a ceiling, a limit, a tax."""
    begins, billing = 0, []
    for _ in range(draw(st.integers(1, 4))):
        increment_ms = draw(st.sampled_from((1, 7, 999, 1000, 6_000, 60_000)))
        billing.append((begins, increment_ms))
        begins += increment_ms * draw(st.integers(1, 5))
    edges = draw(st.lists(st.integers(1, 200_000), max_size=3, unique=True).map(sorted))
    prices = [(edge, draw(st.integers(0, 50))) for edge in (0, *edges)]
    return {
        "scale": draw(st.sampled_from((1, 3, 1000))),
        "connect": draw(st.integers(0, 1000)),
        "minimum": draw(st.sampled_from((0, 5000))),
        "maximum": draw(st.sampled_from((-1, 100_000))),
        "unit": draw(st.sampled_from((1, 7, 1000))),
        "mode": draw(st.integers(0, 3)),
        "prorate": draw(st.integers(0, 1)),
        "taxes": draw(st.sampled_from(((), ((1, 16, 100, 2, 0, 0),)))),
        "billing": tuple(billing),
        "prices": tuple(prices),
    }


def plain_total(state: dict[str, Any], bought_ms: int) -> int:
    """Return the total by plain sums: every millisecond at its price, rounded once."""
    if bought_ms == 0:
        return 0
    ends = [edge for edge, _ in state["prices"][1:]] + [bought_ms]
    usage = sum(
        price * max(min(end, bought_ms) - edge, 0)
        for (edge, price), end in zip(state["prices"], ends, strict=True)
    )
    exact = Fraction(usage, state["scale"]) + state["connect"]
    exact = max(exact, Fraction(state["minimum"]))
    lowest = state["maximum"]
    exact = min(exact, Fraction(lowest)) if lowest >= 0 else exact
    net = _rounded(exact, state["unit"], state["mode"])
    if lowest >= 0 and net > lowest:
        net -= state["unit"]
    tax = sum(
        _rounded(Fraction(numerator * net, denominator), unit, mode)
        for numerator, denominator, unit, mode, _, _ in state["taxes"]
    )
    return net + tax


def _rounded(exact: Fraction, unit: int, mode: int) -> int:
    units = exact / unit
    whole = units.numerator // units.denominator
    rest = units - whole
    half = Fraction(1, 2)
    up = (False, rest > 0, rest >= half, rest > half or (rest == half and whole % 2 == 1))[mode]
    return (whole + up) * unit


@given(state=states(), bought_ms=st.integers(0, 300_000))
def test_totals_are_plain_sums(state: dict[str, Any], bought_ms: int) -> None:
    assert curve(**state).total_micros(bought_ms) == plain_total(state, bought_ms)


@given(state=states(), balance=st.integers(-10, 300_000))
def test_the_reach_is_where_walking_stops(state: dict[str, Any], balance: int) -> None:
    made = curve(**state)
    reached = made.reach_micros(balance)
    if reached is None:
        assert made.total_micros(LIMIT_MS) <= max(balance, 0)
        return
    if reached > 1_000_000:  # too far to walk: check the edge alone
        assert made.total_micros(reached) <= max(balance, 0)
        return
    at = 0
    for _ in range(2_000):
        after = made.next(at)
        if after > reached or made.total_micros(after) > max(balance, 0):
            break
        at = after
    else:
        return
    if state["prorate"]:
        while True:
            after = min(at + 1000, made.next(at))
            if made.total_micros(after) > max(balance, 0):
                break
            at = after
    assert reached == at


@given(
    state=states(),
    price=st.integers(-1, 3_000),
    skipped=st.integers(0, 30),
    until_ms=st.integers(-1, 400_000),
)
def test_the_first_cheap_increment_is_the_first_that_walking_meets(
    state: dict[str, Any], price: int, skipped: int, until_ms: int
) -> None:
    made = curve(**state)
    at = 0
    for _ in range(skipped):
        at = made.next(at)
    found = made.cheap_micros(price, at, until_ms)
    for _ in range(2_000):
        if at >= until_ms or at == found:
            break
        after = made.next(at)
        assert not 0 < made.total_micros(after) - made.total_micros(at) <= price
        at = after
    else:
        return
    if found is not None:
        assert found == at < until_ms
        cost = made.total_micros(made.next(at)) - made.total_micros(at)
        assert 0 < cost <= price


def test_no_increment_is_cheap_where_nothing_costs_anything_any_more() -> None:
    # Else the look would go on for 34 years.
    made = curve(billing=((0, 1),), maximum=7)
    assert made.cheap_micros(6, 0, 1 << 62) is None
    assert made.cheap_micros(7, 0, 1 << 62) == 0
    with pytest.raises(ValueError, match="a time must be from 0"):
        made.cheap_micros(1, LIMIT_MS + 1, 1 << 62)
    with pytest.raises(ValueError, match="a time must be from 0"):
        made.cheap_micros(1, -1, 5)


def test_an_increment_that_nothing_can_pay_is_not_cheap() -> None:
    made = curve(prices=((0, 1 << 100),))
    assert made.cheap_micros(AMOUNT_MAX, 0, LIMIT_MS) is None
