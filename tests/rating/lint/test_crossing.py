"""The first increment at which rounding tells two amounts apart: found as by trying each."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from securecall.money import MODES, Rounding
from securecall.rating.lint.crossing import Held, Line, first_higher, floor_sum, rounded

modes = st.sampled_from(MODES)
units = st.integers(1, 60)


@given(st.integers(0, 60), st.integers(1, 40), st.integers(-(10**6), 10**6), st.integers(-500, 500))
def test_a_sum_of_floors_is_what_adding_them_gives(
    count: int, divisor: int, at0: int, step: int
) -> None:
    plain = sum((at0 + step * k) // divisor for k in range(count))
    assert floor_sum(count, divisor, at0, step) == plain


def test_a_sum_over_a_billion_terms_takes_a_few_steps() -> None:
    # floor(k / 3) for k below 3 n: 0, 0, 0, 1, 1, 1, ... = 3 n (n - 1) / 2
    n = 10**9
    assert floor_sum(3 * n, 3, 0, 1) == 3 * n * (n - 1) // 2


@given(st.integers(0, 10**6), units, modes)
def test_units_are_rounded_as_money_is(amount: int, unit: int, mode: str) -> None:
    assert rounded(amount, unit, mode) == Rounding(mode, unit).apply(Fraction(amount)) // unit  # type: ignore[arg-type]


def _units(held: Held, k: int, unit: int, mode: str) -> int:
    amount, bound = held.amount.at(k), held.bound.at(k)
    return min(rounded(amount, unit, mode), bound // unit)


@st.composite
def _held(draw: st.DrawFn) -> Held:
    amount = Line(draw(st.integers(0, 300)), draw(st.integers(0, 40)))
    above = Line(draw(st.integers(0, 60)), draw(st.integers(0, 5)))
    return Held(amount, Line(amount.at0 + above.at0, amount.step + above.step))


@given(_held(), _held(), st.integers(1, 60), units, modes)
def test_the_first_difference_is_the_one_that_trying_each_finds(
    upper: Held, lower: Held, count: int, unit: int, mode: str
) -> None:
    pairs = [(_units(upper, k, unit, mode), _units(lower, k, unit, mode)) for k in range(count)]
    assume(all(high >= low for high, low in pairs))
    assume(all(upper.amount.at(k) >= lower.amount.at(k) for k in range(count)))
    plain = next((k for k, (high, low) in enumerate(pairs) if high > low), None)
    assert first_higher(upper, lower, count, unit, mode) == plain


def test_a_difference_far_away_is_found_without_walking_there() -> None:
    # 10^6 (k + 1), and one less: units of 10^12 differ first where the former is such a unit.
    high, low = Line(10**6, 10**6), Line(10**6 - 1, 10**6)
    upper, lower = Held(high, high), Held(low, low)
    assert first_higher(upper, lower, 10**9, 10**12, "down") == 10**6 - 1


def test_equal_amounts_never_differ() -> None:
    same = Held(Line(3, 7), Line(5, 7))
    assert first_higher(same, same, 10**9, 10, "up") is None
