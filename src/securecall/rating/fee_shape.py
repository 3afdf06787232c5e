"""What a stack of fees makes of a deposit but for roundings, and how far roundings lead from it.

The ideal. Leave all roundings out and let the deposit be a real number. Then each fee is
``min(flat + share x base, cap)`` of a base that is the deposit, an earlier fee, or the deposit
minus earlier fees, so everything is continuous and made of straight pieces.

How far. Say that what is computed lies from ``low`` below to ``high`` above its ideal. The deposit
is exact. A rounding adds an error of its own (`rounding_errors`, no larger than the remainders
that can occur). From base to fee an error is multiplied by the share; ``min`` with a cap makes no
error larger, because it moves both ends the same way or less. What is left after a fee has the
errors of what was left before and, the other way round, of the fee. Where the fee is a share of
that same remainder, ``left - share x left`` keeps only that part of the old error, and no more than
all of it under a cap if the share is at most 100 %; the rounding comes on top. This holds for every
deposit that is accepted: all that is left on the way is above 0 then, and so is everything that is
rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, gcd
from typing import Final, TypeAlias

from securecall.money import AMOUNT_MICROS_MAX, Rounding
from securecall.rating.fee_stack import OF_DEPOSIT, OF_NOTHING, OF_RUNNING, Applied, FeeStack

__all__ = ["CENT", "CENTS_MAX", "Pieces", "Ranges", "Shape", "common", "shape_of", "where"]

CENT: Final = 10_000
CENTS_MAX: Final = AMOUNT_MICROS_MAX // CENT
_NOTHING: Final = Fraction(0)

# From a deposit on (micro-dollars): slope, and value at deposit 0. The first piece begins at 0.
Pieces: TypeAlias = tuple[tuple[Fraction, Fraction, Fraction], ...]
# First and last whole cents, in order, apart.
Ranges: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An ideal, and what is computed: from low below to high above it, multiples of grid."""

    ideal: Pieces
    grid: int
    low: Fraction = _NOTHING
    high: Fraction = _NOTHING


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of the credit that a stack makes of a deposit.

    Attributes
    ----------
    credit : Line
    domain : Ranges
        Deposits outside are rejected.
    steady : bool
        Whether more deposited never credits less.
    leaps : bool
        Whether no deducted fee falls when the deposit grows, so that a cent more deposited is at
        most a cent more credited.
    first_hit : bool
        Whether no added fee falls when the deposit grows, so that the least deposit is the least
        payment.
    """

    credit: Line
    domain: Ranges
    steady: bool
    leaps: bool
    first_hit: bool


def _level(value: int) -> Line:
    """Return the line of a fee that no deposit changes."""
    return Line(((_NOTHING, _NOTHING, Fraction(value)),), value)


def _sum(one: Pieces, other: Pieces, times: Fraction) -> Pieces:
    """Return one + times x other."""
    found = []
    for start in sorted({piece[0] for piece in (*one, *other)}):
        left, right = _piece(one, start), _piece(other, start)
        found.append((start, left[1] + times * right[1], left[2] + times * right[2]))
    return tuple(found)


def _piece(pieces: Pieces, deposit: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Return the piece that holds from a deposit on."""
    return [piece for piece in pieces if piece[0] <= deposit][-1]


def _held(pieces: Pieces, cap: int) -> Pieces:
    """Return the lesser of a line and a cap."""
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    for index, (start, slope, value) in enumerate(pieces):
        cuts = [start]
        if slope:
            crossing = (cap - value) / slope
            ends = pieces[index + 1][0] if index + 1 < len(pieces) else None
            if start < crossing and (ends is None or crossing < ends):
                cuts.append(crossing)
        for cut in cuts:
            at = value + slope * cut
            below = at < cap or (at == cap and slope < 0)
            found.append((cut, slope, value) if below else (cut, _NOTHING, Fraction(cap)))
    return tuple(found)


def rounding_errors(
    rounding: Rounding, flat: int, share: Fraction, grid: int
) -> tuple[Fraction, Fraction]:
    """Return how far below and above its exact value a rounded fee may lie, micro-dollars.

    The value is flat + share x base, and the base a multiple of ``grid``. Counted in parts, of
    which a micro-dollar has as many as the share's denominator says, the remainders below a unit
    are therefore ``first``, ``first + step``, ... and no others. Going down loses the remainder,
    going up wins what it lacks of a unit.

    Source
    ------
    own.

    Examples
    --------
    >>> rounding_errors(Rounding("up", 10_000), 0, Fraction(1, 2), 10_000)
    (Fraction(0, 1), Fraction(5000, 1))
    """
    parts = rounding.unit_micros * share.denominator  # of a unit
    step = gcd(share.numerator * grid, parts)
    first = flat * share.denominator % step
    # Up to which remainder one goes down, and from which on up; a tie goes both ways with
    # half_even.
    downs, ups = {
        "down": (parts - 1, parts),
        "up": (0, 1),
        "half_up": ((parts - 1) // 2, (parts + 1) // 2),
        "half_even": (parts // 2, (parts + 1) // 2),
    }[rounding.mode]
    lost = first + (downs - first) // step * step if downs >= first else 0
    least = first + max(-((first - ups) // step), 0) * step
    won = parts - least if 0 < least < parts else 0
    return Fraction(lost, share.denominator), Fraction(won, share.denominator)


@lru_cache(maxsize=256)
def shape_of(stack: FeeStack) -> Shape:
    """Follow a deposit through a stack; see the text of this module for why it holds.

    Source
    ------
    own.
    """
    deposit = Line(((_NOTHING, Fraction(1), _NOTHING),), CENT)
    left = deposit
    fees: list[Line] = []
    constant: list[int | None] = []
    rises: list[bool] = []  # whether a fee never falls when the deposit grows
    untouched = True  # only constants were taken out so far
    steady = leaps = first_hit = True
    domain: Ranges = ((1, CENTS_MAX),)
    for applied in stack.fees:
        amount = _constant(applied, constant)
        constant.append(amount)
        errors = (_NOTHING, _NOTHING)
        if amount is not None:
            fees.append(_level(amount))
            rises.append(True)
        else:
            if applied.base >= 0:
                base, rise = fees[applied.base], rises[applied.base]
            elif applied.base == OF_RUNNING:
                base, rise = left, untouched
            else:
                base, rise = deposit, True
            share = applied.fee.percent / 100
            errors = rounding_errors(applied.fee.rounding, applied.fee.flat, share, base.grid)
            fees.append(_fee_line(applied, base, *errors))
            rises.append(rise)
        if applied.added:
            first_hit = first_hit and rises[-1]
            continue
        leaps = leaps and rises[-1]
        if amount is None:
            steady = steady and _keeps_order(applied, untouched, left.grid)
            untouched = False
        left = _without(left, fees[-1], applied, *errors)
        # A deposit that leaves nothing here is rejected; what is left is a step of the grid at
        # least.
        above = where(left.ideal, left.grid - left.high, None)
        domain = common(domain, above)
    # Where more never credits less, what is left on the way never falls, and no fee on it does.
    return Shape(left, domain, steady, leaps, first_hit or steady)


def _constant(applied: Applied, constant: list[int | None]) -> int | None:
    """Return a fee's amount if no deposit changes it."""
    fee = applied.fee
    if applied.cap == 0:
        return 0
    base: int | None = 0
    if fee.percent and applied.base != OF_NOTHING:
        base = constant[applied.base] if applied.base >= 0 else None
    if base is None:
        return None
    amount = fee.rounding.apply(fee.flat + fee.percent / 100 * base)
    # More than an amount can be is refused by the engine, however much more it is.
    return min(amount, AMOUNT_MICROS_MAX + 1 if applied.cap is None else applied.cap)


def _fee_line(applied: Applied, base: Line, lost: Fraction, won: Fraction) -> Line:
    fee = applied.fee
    share = fee.percent / 100
    ideal = _sum(_level(fee.flat).ideal, base.ideal, share)
    grid = fee.rounding.unit_micros
    if applied.cap is not None:
        ideal = _held(ideal, applied.cap)
        grid = gcd(grid, applied.cap)
    return Line(ideal, grid, share * base.low + lost, share * base.high + won)


def _without(left: Line, fee: Line, applied: Applied, lost: Fraction, won: Fraction) -> Line:
    """Return what is left after a deducted fee."""
    ideal = _sum(left.ideal, fee.ideal, Fraction(-1))
    grid = gcd(left.grid, fee.grid)
    share = applied.fee.percent / 100
    low, high = left.low + fee.high, left.high + fee.low
    if applied.base == OF_RUNNING and share and applied.cap is None:
        # (1 - share) x what was left: above 100 % its errors change sides.
        kept = abs(1 - share)
        sides = (left.low, left.high) if share <= 1 else (left.high, left.low)
        low, high = kept * sides[0] + won, kept * sides[1] + lost
    elif applied.base == OF_RUNNING and 0 < share <= 1 and applied.cap:
        low, high = left.low + won, left.high + lost
    return Line(ideal, grid, low, high)


def _keeps_order(applied: Applied, untouched: bool, grid: int) -> bool:
    """Say whether more left before a fee is never less left after it, as long as anything is left.

    What is left before moves in steps of ``grid``, and the fee is a share of it: of the remainder,
    or of the deposit while only constants were taken out. If the unit divides the grid and the
    share is below 100 %, a step of the grid moves the fee by less than one step and a unit before
    rounding, and so, both being whole units, by at most one step after it. With a share of 100 %
    or more the fee is at least all that was left, because that is a multiple of the unit and
    rounding does not change it: nothing is left unless the cap bites; and less a cap, order is
    kept.
    """
    of_the_rest = applied.base == OF_RUNNING or (applied.base == OF_DEPOSIT and untouched)
    return of_the_rest and grid % applied.fee.rounding.unit_micros == 0


def where(pieces: Pieces, low: Fraction, high: Fraction | None) -> Ranges:
    """Return the whole cents at which a line is from low to high, both included; None is no bound.

    Source
    ------
    own.

    Examples
    --------
    >>> line = ((Fraction(0), Fraction(9, 10), Fraction(0)),)
    >>> where(line, Fraction(90_000), Fraction(180_000))
    ((10, 20),)
    """
    ranges: list[tuple[int, int]] = []
    for index, (start, slope, value) in enumerate(pieces):
        first = start
        last = pieces[index + 1][0] if index + 1 < len(pieces) else Fraction(AMOUNT_MICROS_MAX)
        if not slope:
            if value < low or (high is not None and value > high):
                continue
        else:
            rises = slope > 0
            for bound, from_here in ((low, rises), (high, not rises)):
                if bound is not None and from_here:
                    first = max(first, (bound - value) / slope)
                elif bound is not None:
                    last = min(last, (bound - value) / slope)
        one = max(ceil(first / CENT), 1), min(floor(last / CENT), CENTS_MAX)
        if ranges and one[0] <= ranges[-1][1]:  # pieces share the deposit at which they meet
            one = ranges[-1][1] + 1, one[1]
        if one[0] <= one[1]:
            ranges.append(one)
    return tuple(ranges)


def common(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> Ranges:
    """Return what lies in a range of both.

    Source
    ------
    own.

    Examples
    --------
    >>> common([(1, 5), (8, 9)], [(4, 8)])
    ((4, 5), (8, 8))
    """
    other = tuple(other)
    found = []
    for first, last in one:
        for begins, ends in other:
            if max(first, begins) <= min(last, ends):
                found.append((max(first, begins), min(last, ends)))
    return tuple(found)
