"""The envelope of a stack: roundings stay within it, and what it promises holds."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rating.deposits import deposits, stacks, tariff
from tests.strategies import toml_of

from securecall.money import MODES, Rounding
from securecall.rating.fee_shape import (
    CENT,
    CENTS_MAX,
    Pieces,
    common,
    rounding_errors,
    shape_of,
    where,
)
from securecall.rating.fee_stack import FeeStack
from securecall.rating.tariff import Tariff

OK = 5
SETTINGS = settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
FREE = 'regulation = "none"'


def stack_of(*fees: str) -> FeeStack:
    return tariff(*fees, facility=FREE).fee_book.calendar("f", "card", "web").at(0)


def value(pieces: Pieces, deposit: int) -> Fraction:
    _, slope, at_nothing = [piece for piece in pieces if piece[0] <= deposit][-1]
    return at_nothing + slope * deposit


@SETTINGS
@given(
    mode=st.sampled_from(MODES),
    unit=st.integers(1, 40),
    flat=st.integers(0, 50),
    share=st.fractions(Fraction(1, 12), 3, max_denominator=12),
    grid=st.integers(1, 30),
)
def test_rounding_errors_are_the_largest_that_occur(
    mode: str, unit: int, flat: int, share: Fraction, grid: int
) -> None:
    rounding = Rounding(mode, unit)  # type: ignore[arg-type]
    exact = [flat + share * base * grid for base in range(2 * unit * share.denominator + 2)]
    errors = [rounding.apply(each) - each for each in exact]
    low, high = rounding_errors(rounding, flat, share, grid)
    if mode == "half_even":  # whether a tie goes up or down depends on more than the remainder
        assert -low <= min(errors)
        assert max(errors) <= high
    else:
        assert (-low, high) == (min(*errors, 0), max(*errors, 0))


@SETTINGS
@given(data=st.data())
def test_what_is_computed_lies_within_the_envelope(data: st.DataObject) -> None:
    doc = data.draw(stacks(filters=False))
    paid = data.draw(deposits(doc, bad=False))
    loaded = Tariff.loads(toml_of(doc))
    calendar = loaded.fee_book.calendar("f0", paid["method"], paid["channel"])
    stack = calendar.at(paid["at_ms"])
    shape = shape_of(stack)
    first = data.draw(st.integers(1, 3_000) | st.integers(1, CENTS_MAX - 300))
    credits, payments, totals = [], [], []
    for cents in range(first, first + 300):
        status, _, _, payment, credited, *_ = stack.engine.quote(cents * CENT)
        if status != OK:
            continue
        assert any(begins <= cents <= ends for begins, ends in shape.domain)
        ideal = value(shape.credit.ideal, cents * CENT)
        assert ideal - shape.credit.low <= credited <= ideal + shape.credit.high
        assert credited % shape.credit.grid == 0
        credits.append(credited)
        payments.append(payment - cents * CENT)
        totals.append(cents * CENT - credited)
    if shape.steady:
        assert all(one <= other for one, other in pairwise(credits))
    if shape.leaps:
        assert all(one <= other for one, other in pairwise(totals))
    if shape.first_hit:
        assert all(one <= other for one, other in pairwise(payments))


def test_a_flat_fee_and_shares_of_the_rest_in_cents_are_steady() -> None:
    shape = shape_of(
        stack_of('flat = "3.00"', 'percent = "2.9"', 'percent = "99"\nbase = "running"')
    )
    assert shape.steady


@pytest.mark.parametrize(
    "fees",
    [
        ('percent = "2.9"', 'percent = "1"'),
        ('percent = "2.9"\nrounding = { mode = "up", unit = "0.05" }',),
        ('flat = "0.005"\nrounding = { unit = "0.001" }', 'percent = "2.9"'),
        ('id = "a"\npercent = "2.9"\nmode = "add"', 'percent = "50"\nbase = "a"'),
    ],
)
def test_stacks_that_may_fall_back_are_not_called_steady(fees: tuple[str, ...]) -> None:
    assert not shape_of(stack_of(*fees)).steady


def test_a_fee_on_top_of_a_remainder_that_may_fall_back_needs_every_hit() -> None:
    shape = shape_of(
        stack_of(
            'percent = "2.9"', 'percent = "1"', 'percent = "5"\nbase = "running"\nmode = "add"'
        )
    )
    assert (shape.steady, shape.leaps, shape.first_hit) == (False, True, False)


def test_deposits_that_leave_nothing_are_outside_the_domain() -> None:
    assert shape_of(stack_of('flat = "1.00"\npercent = "100"')).domain == ()
    assert shape_of(stack_of('flat = "1.00"')).domain == ((101, CENTS_MAX),)


def test_where_follows_every_piece() -> None:
    tent = (
        (Fraction(0), Fraction(1), Fraction(0)),
        (Fraction(10 * CENT), Fraction(-1), Fraction(20 * CENT)),
    )
    assert where(tent, Fraction(8 * CENT), Fraction(9 * CENT)) == ((8, 9), (11, 12))
    assert where(tent, Fraction(8 * CENT), None) == ((8, 10), (11, 12))
    level = ((Fraction(0), Fraction(0), Fraction(5)),)
    assert where(level, Fraction(5), Fraction(5)) == ((1, CENTS_MAX),)
    assert where(level, Fraction(6), None) == where(level, Fraction(0), Fraction(4)) == ()


def test_common_is_the_intersection() -> None:
    assert common([(1, 3), (5, 9)], [(2, 6), (9, 12)]) == ((2, 3), (5, 6), (9, 9))
    assert common([], [(1, 2)]) == ()
