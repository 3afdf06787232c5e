"""The first increment at which rounding tells two amounts apart, without trying one by one.

Along increments of one length and price, amounts grow by the same step each time: ``a + b k``.
Whether two such amounts round to different units at some k is a question of whole numbers between
two lines; by how much they differ over the first n is a sum of floors, which takes as few steps
as Euclid's algorithm (Graham, Knuth, Patashnik, Concrete Mathematics, 3.5). Bisection on it gives
the first k.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Held", "Line", "first_higher", "floor_sum", "rounded"]

TRIED_FIRST = 4  # most differences show at once, and trying is cheaper than a sum


class Line(NamedTuple):
    """Whole numbers ``at0 + step k``; neither is negative."""

    at0: int
    step: int

    def at(self, k: int) -> int:
        """Return the k-th."""
        return self.at0 + self.step * k


def floor_sum(count: int, divisor: int, at0: int, step: int) -> int:
    """Return the sum of floor((at0 + step k) / divisor) for k from 0 to count - 1.

    Needs divisor > 0; at0 and step may be negative.
    """
    total = 0
    sign = 1
    while count > 0:
        quotient, step = divmod(step, divisor)
        total += sign * quotient * (count * (count - 1) // 2)
        quotient, at0 = divmod(at0, divisor)
        total += sign * quotient * count
        top = at0 + step * count
        if top < divisor:
            break
        # Count the lattice points under the line from the other axis.
        rows, rest = divmod(top, divisor)
        count, divisor, step, at0 = rows, step, divisor, rest
    return total


def rounded(amount: int, unit: int, mode: str) -> int:
    """Return how many units an amount of 0 or more is, rounded by a mode."""
    whole, rest = divmod(amount, unit)
    if mode == "up":
        return whole + (rest > 0)
    if mode == "half_up":
        return whole + (2 * rest >= unit)
    if mode == "half_even":
        return whole + (2 * rest > unit or (2 * rest == unit and whole % 2))
    return whole


def _rounded_sum(line: Line, count: int, unit: int, mode: str) -> int:
    """Return the sum of the first ``count`` amounts of a line, each rounded to units."""
    at0, step = line
    if mode == "up":
        return floor_sum(count, unit, at0 + unit - 1, step)
    if mode == "half_up":
        return floor_sum(count, 2 * unit, 2 * at0 + unit, 2 * step)
    if mode == "half_even":
        # Above 1.5, 3.5, ... the boundary itself is rounded up, above 0.5, 2.5, ... it is not.
        closed = floor_sum(count, 4 * unit, 2 * at0 - 3 * unit, 2 * step) + count
        opened = floor_sum(count, 4 * unit, 2 * at0 - unit + 4 * unit - 1, 2 * step)
        return closed + opened
    return floor_sum(count, unit, at0, step)


class Held(NamedTuple):
    """Amounts that are rounded, but down where rounding would lift them above a bound."""

    amount: Line
    bound: Line


def _parts(held: Held, count: int, unit: int, mode: str) -> list[tuple[int, int, Line, str]]:
    """Return (first k, k after, line, mode): ``held`` is that line rounded by that mode."""
    # Rounding adds at most half a unit, or a whole one; farther below the bound it does not matter,
    # and nearer to it the amount is never less than the bound rounded down.
    add = {"down": 0, "half_up": unit, "half_even": unit, "up": 2 * unit}[mode]
    amount, bound = held
    first, after = _below_zero(
        Line(2 * (bound.at0 - amount.at0) - add, 2 * (bound.step - amount.step)), count
    )
    if first >= after:
        return [(0, count, amount, mode)]
    parts = [(0, first, amount, mode), (first, after, bound, "down"), (after, count, amount, mode)]
    return [part for part in parts if part[0] < part[1]]


def first_higher(upper: Held, lower: Held, count: int, unit: int, mode: str) -> int | None:
    """Return the first k below ``count`` at which ``upper`` is more units than ``lower``.

    Needs, at every such k, amounts of 0 or more that are not above their bounds, and ``upper`` not
    below ``lower``.
    """
    if upper == lower:
        return None
    parts = [
        (max(a, c), min(b, d), one, one_mode, other, other_mode)
        for a, b, one, one_mode in _parts(upper, count, unit, mode)
        for c, d, other, other_mode in _parts(lower, count, unit, mode)
        if max(a, c) < min(b, d)
    ]
    for first, after, one, one_mode, other, other_mode in sorted(parts):
        if (one, one_mode) == (other, other_mode):
            continue
        high = _Rounded(Line(one.at(first), one.step), unit, one_mode)
        low = _Rounded(Line(other.at(first), other.step), unit, other_mode)
        found = _first_apart(high, low, after - first)
        if found is not None:
            return first + found
    return None


class _Rounded(NamedTuple):
    """A line rounded to whole units."""

    line: Line
    unit: int
    mode: str

    def at(self, k: int) -> int:
        """Return the k-th amount in units."""
        return rounded(self.line.at(k), self.unit, self.mode)

    def total(self, count: int) -> int:
        """Return the sum of the first ``count`` amounts in units."""
        return _rounded_sum(self.line, count, self.unit, self.mode)


def _first_apart(high: _Rounded, low: _Rounded, count: int) -> int | None:
    """Return the first k at which one is more units than the other, which it is never below."""
    for k in range(min(count, TRIED_FIRST)):
        if high.at(k) > low.at(k):
            return k
    if count <= TRIED_FIRST or high.total(count) == low.total(count):
        return None
    below, above = TRIED_FIRST, count  # the sums are equal for the one and not for the other
    while above - below > 1:
        middle = (below + above) // 2
        if high.total(middle) == low.total(middle):
            below = middle
        else:
            above = middle
    return above - 1


def _below_zero(line: Line, count: int) -> tuple[int, int]:
    """Return the range of k below ``count`` at which a line is below zero."""
    if line.step == 0:
        return (0, count) if line.at0 < 0 else (0, 0)
    if line.step > 0:
        return 0, min(count, max(-(line.at0 // line.step), 0))
    return max(line.at0 // -line.step + 1, 0), count
