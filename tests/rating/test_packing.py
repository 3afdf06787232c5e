"""Whole numbers as the engine takes them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from securecall.rating.packing import flat, over, rows


def test_rows_are_a_two_dimensional_view_of_64_bit_numbers() -> None:
    view = rows([(1, 2, 3), (4, 5, -6)], 3)
    assert (view.shape, view.format, view.contiguous) == ((2, 3), "q", True)
    assert view.tolist() == [[1, 2, 3], [4, 5, -6]]


def test_no_rows_are_one_row_of_zeros_so_that_a_view_is_never_empty() -> None:
    assert rows([], 4).tolist() == [[0, 0, 0, 0]]


def test_rows_of_another_width_do_not_pass() -> None:
    with pytest.raises(TypeError):
        rows([(1, 2), (3,)], 2)


def test_a_number_beyond_64_bits_is_never_cut() -> None:
    assert flat([-(1 << 63), (1 << 63) - 1]).tolist() == [-(1 << 63), (1 << 63) - 1]
    with pytest.raises(OverflowError):
        flat([1 << 63])
    with pytest.raises(OverflowError):
        rows([(1 << 63,)], 1)


def test_a_fraction_is_numerator_denominator_and_numerator_over_the_common_one() -> None:
    assert over(Fraction(7, 6), 60) == (7, 6, 70)
    assert over(Fraction(0), 60) == (0, 1, 0)


def test_no_price_is_minus_one_and_no_common_denominator_is_told() -> None:
    assert over(None, 60) == (-1, 1, -1)
    assert over(Fraction(7, 6), 0) == (7, 6, -1)
