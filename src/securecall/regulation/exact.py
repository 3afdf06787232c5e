"""Decimal arithmetic that is exact or raises, whatever context the host has set."""

from __future__ import annotations

from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final

__all__ = ["EXACT", "plus", "times"]

#: Prices have at most 12 decimals and amounts at most 12 digits before the point, so that a sum
#: of three, or a product with a share of 12 decimals, stays far below 80 digits.
EXACT: Final = Context(prec=80, traps=[InvalidOperation, DivisionByZero, Overflow])


def plus(left: Decimal, right: Decimal) -> Decimal:
    """Add two prices exactly.

    Source
    ------
    own.

    Examples
    --------
    >>> plus(Decimal("0.12"), Decimal("0.014"))
    Decimal('0.134')
    """
    return EXACT.add(left, right)


def times(price: Decimal, share: Decimal) -> Decimal:
    """Multiply a price with a share exactly.

    Source
    ------
    own.

    Examples
    --------
    >>> times(Decimal("0.11"), Decimal("0.25"))
    Decimal('0.0275')
    """
    return EXACT.multiply(price, share)
