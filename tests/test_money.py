"""Money at the door: what is read exactly, what is refused, how it is rounded and shown."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import AmountOverflow, InputError, InputTypeError
from securecall.money import (
    AMOUNT_MICROS_MAX,
    MODES,
    Rounding,
    decimal_of,
    decimal_of_fraction,
    dollars,
    micros,
    price_of,
    shown,
)

LARGEST = "999999999999.999999"
amounts_micros = st.integers(-AMOUNT_MICROS_MAX, AMOUNT_MICROS_MAX)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("25.00", 25_000_000),
        ("0.000001", 1),
        ("-0.5", -500_000),
        ("+7", 7_000_000),
        ("0.10000000000", 100_000),  # zeros behind the sixth decimal are no decimals
        (LARGEST, AMOUNT_MICROS_MAX),
        ("-" + LARGEST, -AMOUNT_MICROS_MAX),
        ("-0", 0),
    ],
)
def test_text_and_decimals_of_the_same_digits_are_the_same_amount(text: str, whole: int) -> None:
    assert micros(text) == whole
    assert micros(Decimal(text)) == whole


@pytest.mark.parametrize("value", [25, True, 25.0, None, b"25.00", Fraction(25)])
def test_whole_numbers_truths_and_binary_fractions_are_refused_with_a_hint(value: object) -> None:
    with pytest.raises(InputTypeError) as caught:
        micros(value, "deposit")  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"deposit must not be {type(value).__name__}: "
        "write deposit as Decimal or text, such as '25.00'"
    )
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    "text",
    ["", " 25", "25 ", "1e3", "1_000", "1,000", ".5", "5.", "--5", "$5", "NaN", "inf", "٣", "5\n"],
)
def test_text_is_plain_digits_and_at_most_one_point(text: str) -> None:
    with pytest.raises(InputError, match=r"amount must be plain decimal digits such as '25.00'"):
        micros(text)


@pytest.mark.parametrize("word", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_decimal_must_be_finite(word: str) -> None:
    with pytest.raises(InputError, match=r"must be a finite number"):
        micros(Decimal(word))


@pytest.mark.parametrize("value", ["1E+60", "1E-60", "1E+999999", "1E-999999"])
def test_a_decimal_of_absurd_size_is_refused_and_not_written_out(value: str) -> None:
    with pytest.raises(InputError, match=r"of ordinary size"):
        decimal_of(Decimal(value))


@pytest.mark.parametrize("text", ["0.0000001", "0.1234567", "999999999999.9999999"])
def test_an_amount_has_at_most_six_decimals(text: str) -> None:
    for sign in ("", "-"):
        for value in (sign + text, Decimal(sign + text)):
            with pytest.raises(InputError) as caught:
                micros(value)
            assert str(caught.value) == f"amount must have at most 6 decimals, not {sign}{text}"


def test_what_has_too_many_decimals_is_shown_in_plain_digits_in_any_host_context() -> None:
    with localcontext() as context:
        context.prec = 3
        for signal in context.traps:
            context.traps[signal] = True
        for read, text, decimals in (
            (micros, "0.0000001", 6),
            (micros, "1.23456789", 6),
            (price_of, "0.0000000000001", 12),
        ):
            with pytest.raises(InputError) as caught:
                read(text)
            assert str(caught.value).endswith(f"at most {decimals} decimals, not {text}")


@pytest.mark.parametrize("text", ["1000000000000", "-1000000000000", "9" * 40])
def test_an_amount_beyond_twelve_digits_overflows(text: str) -> None:
    with pytest.raises(AmountOverflow, match=r"beyond 999 999 999 999.999999 dollars"):
        micros(text)


@given(amounts_micros)
def test_dollars_and_micros_undo_each_other(whole: int) -> None:
    amount = dollars(whole)
    assert micros(amount) == micros(f"{amount:f}") == whole
    assert amount.as_tuple().exponent == -6


def test_the_host_s_decimal_context_neither_rounds_nor_raises() -> None:
    plain = (
        micros(LARGEST),
        dollars(-AMOUNT_MICROS_MAX),
        decimal_of_fraction(Fraction(123_456_789, 1000)),
        shown(Decimal("-123456789.123456")),
        price_of("123456.123456789012"),
    )
    with localcontext() as context:
        context.prec = 3
        for signal in context.traps:
            context.traps[signal] = True
        assert plain == (
            micros(LARGEST),
            dollars(-AMOUNT_MICROS_MAX),
            decimal_of_fraction(Fraction(123_456_789, 1000)),
            shown(Decimal("-123456789.123456")),
            price_of("123456.123456789012"),
        )
    assert plain[3] == "-$123456789.123456"


# Prices ------------------------------------------------------------------------------------------


def test_a_price_has_twelve_decimals_and_is_exact() -> None:
    assert price_of("0.07") == Fraction(7, 100)
    assert price_of("0.333333333333") == Fraction(333_333_333_333, 10**12)
    assert price_of("-0.000") == 0
    with pytest.raises(InputError, match=r"at most 12 decimals"):
        price_of("0.3333333333333")


def test_a_price_is_not_negative_and_not_beyond_what_can_be_counted() -> None:
    with pytest.raises(InputError, match=r"price must be 0 or more, not -0.01"):
        price_of("-0.01")
    assert price_of(LARGEST) == Fraction(AMOUNT_MICROS_MAX, 10**6)
    with pytest.raises(AmountOverflow):
        price_of("1000000000000")


def test_a_fraction_is_shown_to_the_nearest_twelfth_decimal() -> None:
    assert decimal_of_fraction(Fraction(1, 3)) == Decimal("0.333333333333")
    assert decimal_of_fraction(Fraction(2, 3), 4) == Decimal("0.6667")
    assert str(decimal_of_fraction(Fraction(1000))) == "1000"  # not 1E+3
    assert str(decimal_of_fraction(Fraction(0))) == "0"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("1.500000", "$1.50"),
        ("0.000167", "$0.000167"),
        ("-0.05", "-$0.05"),
        ("1E+3", "$1000.00"),
        (LARGEST, "$999999999999.999999"),
    ],
)
def test_money_is_shown_with_every_digit_and_two_decimals_at_least(amount: str, text: str) -> None:
    assert shown(Decimal(amount)) == text


# Rounding ----------------------------------------------------------------------------------------

CENT = 10_000


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        # Cents of 0, 0.1 micro, 4 999, 5 000 (a tie), 5 001, 15 000 (a tie), 20 000 micro-dollars.
        ("down", (0, 0, 0, 0, 0, 1, 2)),
        ("up", (0, 1, 1, 1, 1, 2, 2)),
        ("half_up", (0, 0, 0, 1, 1, 2, 2)),
        ("half_even", (0, 0, 0, 0, 1, 2, 2)),
    ],
)
def test_each_mode_does_what_its_name_says(mode: str, rounded: tuple[int, ...]) -> None:
    exact = (0, Fraction(1, 10), 4_999, 5_000, 5_001, 15_000, 20_000)
    rounding = Rounding.parse(mode, "0.01")
    assert tuple(rounding.apply(each) // CENT for each in exact) == rounded


@given(
    st.sampled_from(MODES),
    st.sampled_from((1, 7, 1000, CENT, 50_000, 1_000_000)),
    st.fractions(0, 10**9, max_denominator=10**6),
)
def test_rounding_agrees_with_the_decimal_module(mode: str, unit: int, exact: Fraction) -> None:
    names = {
        "down": ROUND_DOWN, "up": ROUND_UP, "half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN,
    }  # fmt: skip
    units = exact / unit
    # Half a unit cannot hide behind the sixtieth digit: denominators are below 10**12.
    with localcontext() as context:
        context.prec = 120
        value = Decimal(units.numerator) / Decimal(units.denominator)
        whole = int(value.quantize(Decimal(1), rounding=names[mode]))
    assert Rounding(mode, unit).apply(exact) == whole * unit  # type: ignore[arg-type]


def test_only_amounts_of_0_or_more_are_rounded() -> None:
    # Half-up of a negative would need a second rule; nothing in a price is negative.
    with pytest.raises(InputError, match=r"only amounts of 0 or more"):
        Rounding().apply(Fraction(-1, 3))


def test_a_mode_is_one_of_four_and_the_nearest_is_named() -> None:
    with pytest.raises(InputError) as caught:
        Rounding.parse("half_evn", "0.01")
    assert str(caught.value) == (
        "mode must be one of down, half_even, half_up, up, not 'half_evn'; "
        "did you mean 'half_even'?"
    )


@pytest.mark.parametrize("unit", ["0", "-0.01"])
def test_a_unit_is_a_micro_dollar_or_more(unit: str) -> None:
    with pytest.raises(InputError, match=r"unit must be 0.000001 dollars or more"):
        Rounding.parse("up", unit)


def test_the_default_rounds_half_even_to_the_micro_dollar() -> None:
    assert Rounding() == Rounding.parse("half_even", "0.000001")
    assert [Rounding().apply(Fraction(n, 2)) for n in (1, 3, 5)] == [0, 2, 2]
