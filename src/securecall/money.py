"""Dollars as people write them, and the whole numbers that the engines count in.

Inside the library money is whole micro-dollars (1 USD = 1 000 000); prices and percents may be
finer and are exact fractions. No binary float ever holds money: ``int``, ``bool`` and ``float``
are refused at the door, because ``25`` could be meant as dollars, cents or micro-dollars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from securecall.errors import AmountOverflow, InputError, InputTypeError, did_you_mean

__all__ = [
    "AMOUNT_MICROS_MAX",
    "MICROS_PER_DOLLAR",
    "MODES",
    "Money",
    "Rounding",
    "decimal_of",
    "decimal_of_fraction",
    "dollars",
    "micros",
    "price_of",
    "shown",
]

MICROS_PER_DOLLAR: Final = 1_000_000
AMOUNT_MICROS_MAX: Final = 999_999_999_999_999_999  # 999 999 999 999.999999 dollars
AMOUNT_DECIMALS: Final = 6
PRICE_DECIMALS: Final = 12

Money: TypeAlias = Decimal | str
Mode: TypeAlias = Literal["up", "down", "half_up", "half_even"]
MODES: Final = ("down", "up", "half_up", "half_even")  # the order is the engine's numbering

# The host's own context may have a low precision: money never goes through it.
_EXACT: Final = Context(prec=150, traps=[Inexact])
_SIX: Final = Decimal(-AMOUNT_DECIMALS)

_PLAIN = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?\Z")


def decimal_of(value: Money, name: str = "amount") -> Decimal:
    """Read a finite decimal number from text or ``Decimal``.

    Parameters
    ----------
    value : Decimal or str
        Text has plain digits and at most one point: no exponent, sign of grouping or blank.
    name : str
        How an error calls the value.

    Raises
    ------
    InputTypeError
        ``value`` is an int, a bool, a float or anything else that is not text or ``Decimal``.
    InputError
        The text is not a plain decimal number, or the ``Decimal`` is not finite.

    Source
    ------
    own; charging law, "Units".
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"{name} must be a finite number, not {value}")
        if not -60 < value.adjusted() < 60:
            raise InputError(f"{name} must be a number of ordinary size, not {value}")
        return value
    if not isinstance(value, str):
        hint = f"write {name} as Decimal or text, such as '25.00'"
        raise InputTypeError(f"{name} must not be {type(value).__name__}: {hint}")
    if not _PLAIN.match(value):
        raise InputError(f"{name} must be plain decimal digits such as '25.00', not {value!r}")
    return Decimal(value)


def _scaled(value: Decimal, decimals: int, name: str) -> int:
    """Return value x 10**decimals, which must be whole."""
    try:
        exact = _EXACT.scaleb(value, Decimal(decimals))
    except Inexact:
        exact = Decimal("0.5")  # more digits than any amount has
    whole = int(exact)
    if whole != exact:
        raise InputError(f"{name} must have at most {decimals} decimals, not {value:f}")
    return whole


def micros(amount: Money, name: str = "amount") -> int:
    """Turn dollars into whole micro-dollars.

    Parameters
    ----------
    amount : Decimal or str
        Dollars, at most six decimals.
    name : str
        How an error calls the value.

    Raises
    ------
    InputTypeError
        ``amount`` is an int, a bool or a float.
    InputError
        More than six decimals, or not a plain number.
    AmountOverflow
        Beyond +-999 999 999 999.999999 dollars.

    Source
    ------
    own; charging law, "Units".

    Examples
    --------
    >>> micros("25.00")
    25000000
    """
    whole = _scaled(decimal_of(amount, name), AMOUNT_DECIMALS, name)
    if not -AMOUNT_MICROS_MAX <= whole <= AMOUNT_MICROS_MAX:
        raise AmountOverflow(f"{name} is beyond 999 999 999 999.999999 dollars: {amount}")
    return whole


def dollars(amount_micros: int) -> Decimal:
    """Turn whole micro-dollars into ``Decimal`` dollars with six decimals.

    Parameters
    ----------
    amount_micros : int

    Source
    ------
    own; charging law, "Units".

    Examples
    --------
    >>> dollars(25_000_000)
    Decimal('25.000000')
    """
    return _EXACT.scaleb(Decimal(amount_micros), _SIX)


def decimal_of_fraction(exact: Fraction, decimals: int = PRICE_DECIMALS) -> Decimal:
    """Turn a fraction of 0 or more into a decimal, to nearest where it has more digits.

    Parameters
    ----------
    exact : Fraction
    decimals : int
        How many digits behind the point are kept at most.

    Source
    ------
    own.

    Examples
    --------
    >>> decimal_of_fraction(Fraction(7, 100)), decimal_of_fraction(Fraction(1, 3), 4)
    (Decimal('0.07'), Decimal('0.3333'))
    """
    scaled = round(exact * 10**decimals)
    value = _EXACT.scaleb(Decimal(scaled), Decimal(-decimals))
    plain = value.normalize(_EXACT)
    whole = int(plain.as_tuple().exponent) > 0
    return plain.quantize(Decimal(1), context=_EXACT) if whole else plain


def price_of(value: Money, name: str = "price") -> Fraction:
    """Read a price, a percent or a share: not negative, at most twelve decimals.

    Parameters
    ----------
    value : Decimal or str
    name : str
        How an error calls the value.

    Raises
    ------
    InputTypeError
        ``value`` is an int, a bool or a float.
    InputError
        Negative, more than twelve decimals, or not a plain number.
    AmountOverflow
        Beyond 999 999 999 999.999999.

    Source
    ------
    own; charging law, "Units".

    Examples
    --------
    >>> price_of("0.07")
    Fraction(7, 100)
    """
    scaled = _scaled(decimal_of(value, name), PRICE_DECIMALS, name)
    if scaled < 0:
        raise InputError(f"{name} must be 0 or more, not {value}")
    if scaled > AMOUNT_MICROS_MAX * 10**AMOUNT_DECIMALS:
        raise AmountOverflow(f"{name} is beyond 999 999 999 999.999999: {value}")
    return Fraction(scaled, 10**PRICE_DECIMALS)


def shown(amount: Decimal | Fraction, places: int = 2) -> str:
    """Write dollars with every digit that matters and at least ``places`` decimals.

    Parameters
    ----------
    amount : Decimal or Fraction
        A fraction is rounded to twelve decimals.
    places : int

    Source
    ------
    own.

    Examples
    --------
    >>> shown(Decimal("1.500000")), shown(Decimal("0.000167"))
    ('$1.50', '$0.000167')
    """
    if isinstance(amount, Fraction):
        amount = decimal_of_fraction(amount)
    text = f"{amount.copy_abs():f}"  # abs() would round to the host's precision
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(places, "0")
    return f"{'-' if amount < 0 else ''}${whole}{'.' if part else ''}{part}"


@dataclass(frozen=True, slots=True)
class Rounding:
    """How an exact amount becomes a whole number of units.

    Attributes
    ----------
    mode : {"up", "down", "half_up", "half_even"}
        For amounts of 0 or more: away from zero, towards zero, nearest with ties up, nearest
        with ties to the even unit.
    unit_micros : int
        The unit, micro-dollars, 1 or more.

    Source
    ------
    own; charging law, rule 2.
    """

    mode: Mode = "half_even"
    unit_micros: int = 1

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(
                f"mode must be one of {', '.join(sorted(MODES))}, not {self.mode!r}"
                + did_you_mean(self.mode, MODES)
            )
        if not 1 <= self.unit_micros <= AMOUNT_MICROS_MAX:
            raise InputError("unit must be 0.000001 dollars or more")

    @classmethod
    def parse(cls, mode: str, unit: Money) -> Rounding:
        """Make a rounding from its words in a tariff file, ``("half_up", "0.01")``.

        Parameters
        ----------
        mode : {"up", "down", "half_up", "half_even"}
        unit : Decimal or str
            Dollars.

        Raises
        ------
        InputError, InputTypeError, AmountOverflow
            Another mode, or a unit that is no amount of 0.000001 or more.

        Source
        ------
        own.
        """
        return cls(mode, micros(unit, "unit"))  # type: ignore[arg-type]

    def apply(self, exact_micros: Fraction | int) -> int:
        """Round an exact amount of micro-dollars to whole units; return micro-dollars.

        Parameters
        ----------
        exact_micros : Fraction or int
            0 or more.

        Raises
        ------
        InputError
            The amount is below 0.

        Source
        ------
        own; charging law, rule 2.

        Examples
        --------
        >>> Rounding("half_even", 10_000).apply(25_000), Rounding("up", 10_000).apply(1)
        (20000, 10000)
        """
        if exact_micros < 0:
            raise InputError("only amounts of 0 or more are rounded")
        exact = Fraction(exact_micros) / self.unit_micros
        whole, rest = divmod(exact.numerator, exact.denominator)
        if rest:
            twice = 2 * rest - exact.denominator
            if (
                self.mode == "up"
                or (self.mode == "half_up" and twice >= 0)
                or (self.mode == "half_even" and (twice > 0 or (twice == 0 and whole % 2)))
            ):
                whole += 1
        return whole * self.unit_micros
