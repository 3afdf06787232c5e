"""Fees backwards: what must be paid so that an exact amount arrives.

A payment is whole cents, so this is a search among whole cents. Three ways, the cheapest first:

1. In most stacks more deposited never credits less, so the answer is found by halving.
2. Where several fees step at the same cent the credit may fall back by a few cents. It stays near
   an ideal line, though, and `fee_shape` proves how near. Only deposits whose ideal is that near to
   what is wanted can be the answer: a short range, looked at deposit by deposit, from below.
3. Where the fees take nearly the whole of every deposit that range is long. A hit is the answer all
   the same; after ``WORK_MAX`` deposits without one the question is given up, with an error that
   says so.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Final

from securecall.errors import InputError, NoSuchAmount
from securecall.money import AMOUNT_MICROS_MAX, dollars
from securecall.rating.fee_shape import (
    CENT,
    CENTS_MAX,
    Pieces,
    Ranges,
    Shape,
    common,
    shape_of,
    where,
)
from securecall.rating.fee_stack import FeeStack

__all__ = ["WORK_MAX", "deposit_for"]

BEYOND: Final = AMOUNT_MICROS_MAX + 1
WORK_MAX: Final = 1 << 25  # deposits; half a second to two
TRIES: Final = 1 << 16  # deposits that are worth a guess


def deposit_for(stack: FeeStack, wanted: int) -> int:
    """Return the deposit, micro-dollars, that credits exactly what is wanted for the least payment.

    Raises
    ------
    NoSuchAmount
        No deposit does; with the nearest credits that deposits make.
    InputError
        The fees take so much of every deposit that more than ``WORK_MAX`` of them would have to be
        looked at.

    Source
    ------
    own; charging law, rule 11; the texts of this module and of `fee_shape`.
    """
    shape = shape_of(stack)
    if shape.steady:
        return _halve(stack, wanted)
    found, work = _find(stack, shape, wanted, WORK_MAX)
    if found:
        return found
    if work >= 0:
        below, above, work = _neighbours(stack, shape, wanted, work)
    if work < 0:
        raise InputError(
            f"amount {dollars(wanted)} cannot be decided: the fees take nearly the whole of every "
            f"deposit, so that more than {WORK_MAX:,} of them would have to be tried"
        )
    raise NoSuchAmount(
        dollars(wanted),
        dollars(below) if below else None,
        dollars(above) if above < BEYOND else None,
    )


def _find(stack: FeeStack, shape: Shape, wanted: int, work: int) -> tuple[int, int]:
    """Return the deposit with the least payment, or 0, and the work left, -1 if it ran out."""
    best, found = BEYOND, 0
    if wanted % shape.credit.grid == 0:
        for first, last in _near(shape, wanted, wanted):
            # A payment is never less than its deposit, so a better one is not beyond the best.
            last = min(last, (best - 1) // CENT)
            cents, paid, work = stack.engine.find(
                wanted, first, last, shape.leaps, shape.first_hit, work
            )
            if work < 0:
                return 0, work
            if cents and paid < best:
                best, found = paid, cents
            if found and shape.first_hit:
                break
    return found * CENT, work


def _near(shape: Shape, low: int, high: int) -> Ranges:
    """Return every deposit whose credit may lie from low to high."""
    credit = shape.credit
    return common(shape.domain, where(credit.ideal, low - credit.high, high + credit.low))


def _halve(stack: FeeStack, wanted: int) -> int:
    """Search a stack in which more deposited never credits less."""
    cents = stack.engine.reach(wanted, CENTS_MAX)
    credits = [
        stack.engine.quote(at * CENT)[4] if 1 <= at <= CENTS_MAX else 0 for at in (cents - 1, cents)
    ]
    if credits[1] == wanted:
        return cents * CENT
    below, above = (dollars(credit) if credit else None for credit in credits)
    raise NoSuchAmount(dollars(wanted), below, above)


def _neighbours(stack: FeeStack, shape: Shape, wanted: int, work: int) -> tuple[int, int, int]:
    """Return the nearest credits below and above what no deposit credits, and the work left.

    0 and ``BEYOND`` stand for none. Often the next steps of the grid are credited, and that is
    quickly found. Otherwise every deposit whose credit may lie in a window around what is wanted
    is looked at, so a credit found within the window has none nearer. The window widens until it
    has found both, or holds everything. The first one suffices wherever deposits are accepted on
    both sides, because the ideal is continuous and no steeper than a cent a cent.
    """
    credit = shape.credit
    most = floor(_highest(credit.ideal) + credit.high)
    below_goal = max(min(wanted - 1, most), 0) // credit.grid * credit.grid
    above_goal = (wanted // credit.grid + 1) * credit.grid
    if above_goal > most:
        above_goal = BEYOND
    below, above = 0, BEYOND
    if below_goal and _find(stack, shape, below_goal, TRIES)[0]:
        below = below_goal
    if above_goal < BEYOND and _find(stack, shape, above_goal, TRIES)[0]:
        above = above_goal
    window = ceil(credit.low + credit.high) + CENT
    while below < below_goal or above > above_goal:
        # No credit is less than one step of the grid.
        lowest = max(wanted - window, credit.grid)
        for first, last in _near(shape, lowest, wanted + window):
            below, above, work = stack.engine.neighbours(
                wanted, first, last, below, above, below_goal, above_goal, shape.leaps, work
            )
            if work < 0:
                return below, above, work
        below_known = below >= min(below_goal, wanted - window)
        above_known = above <= max(above_goal, wanted + window)
        if below_known and above_known:
            break
        window *= 4
    return below, above, work


def _highest(pieces: Pieces) -> Fraction:
    """Return the highest value up to the largest deposit; a straight piece has it at an end."""
    ends = [*(piece[0] for piece in pieces[1:]), Fraction(AMOUNT_MICROS_MAX)]
    return max(
        value + slope * at
        for (start, slope, value), end in zip(pieces, ends, strict=True)
        for at in (start, end)
    )
