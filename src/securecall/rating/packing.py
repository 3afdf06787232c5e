"""Whole numbers in rows, as the engine takes them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from fractions import Fraction

__all__ = ["flat", "over", "rows"]


def rows(values: Iterable[Sequence[int]], width: int) -> memoryview:
    """Pack rows of whole numbers; no rows become one of zeros, which is never looked at."""
    packed = array("q")
    for row in values:
        packed.extend(row)
    if not packed:
        packed.extend([0] * width)
    return memoryview(packed).cast("B").cast("q", (len(packed) // width, width))


def flat(values: Iterable[int]) -> array[int]:
    """Pack whole numbers."""
    return array("q", values)


def over(exact: Fraction | None, common: int) -> tuple[int, int, int]:
    """Return numerator, denominator, and the numerator over a common denominator (0: none)."""
    if exact is None:
        return (-1, 1, -1)
    return (exact.numerator, exact.denominator, int(exact * common) if common else -1)
