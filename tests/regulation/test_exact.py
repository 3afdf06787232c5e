"""Decimal arithmetic that no context of the host can spoil."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from securecall.regulation.exact import plus, times

prices = st.decimals(0, 999_999_999_999, places=12)
shares = st.decimals(0, 1, places=12)


@given(prices, prices, shares)
def test_sums_and_products_are_exact(left: Decimal, right: Decimal, share: Decimal) -> None:
    with localcontext() as context:
        context.prec = 2
        context.rounding = ROUND_UP
        total, part = plus(left, right), times(left, share)
    assert Fraction(total) == Fraction(left) + Fraction(right)
    assert Fraction(part) == Fraction(left) * Fraction(share)
