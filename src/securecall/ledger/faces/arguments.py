"""Arguments of the ledger's methods, checked at the door: money, flags, numbers, choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.ledger.identifier import word
from securecall.money import Money, micros

__all__ = ["about_of", "amount_of", "cap_of", "choice_of", "flag_of", "positive_of", "whole_of"]

ABOUT_MAX: Final = 40
PLAIN_CHARACTERS: Final = 18  # 11 digits, a point, and 6: no overflow to look for
DECIMALS_AFTER: Final = 7
_SCALES: Final[tuple[int, ...]] = tuple(10 ** (6 - decimals) for decimals in range(DECIMALS_AFTER))


def amount_of(value: Money, name: str = "amount") -> int:
    """Return an amount of 0 or more."""
    amount = micros(value, name)
    if amount < 0:
        raise InputError(f"{name} must be 0 or more, not {value}")
    return amount


def positive_of(value: Money, name: str = "amount") -> int:
    """Return an amount above 0 as micro-dollars."""
    if type(value) is str and len(value) < PLAIN_CHARACTERS and value.isascii():
        # The most ordinary writing, ``25.00``, without a regular expression and a ``Decimal``.
        whole, _, part = value.partition(".")
        if whole.isdigit() and part.isdigit() and len(part) < DECIMALS_AFTER:
            amount = int(whole + part) * _SCALES[len(part)]
        else:
            amount = micros(value, name)
    else:
        amount = micros(value, name)
    if amount <= 0:
        raise InputError(f"{name} must be more than 0, not {value}")
    return amount


def flag_of(value: object, name: str) -> bool:
    """Return true or false, and nothing that only looks like it."""
    if type(value) is not bool:
        raise InputTypeError(f"{name} must be True or False, not {value!r}")
    return value


def whole_of(value: object, name: str, low: int) -> int:
    """Return a whole number that is not below a bound."""
    if type(value) is not int:
        raise InputTypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < low:
        raise InputError(f"{name} must be {low} or more, not {value}")
    return value


def choice_of(value: str, allowed: Iterable[str], name: str) -> str:
    """Return a word that is among the allowed ones."""
    allowed = tuple(allowed)
    if value not in allowed:
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}"
            + did_you_mean(value, allowed)
        )
    return value


def cap_of(value: Money | int | None, name: str) -> list[Any] | None:
    """Return a cap as a ledger keeps it: a count of times, an amount, or none."""
    if value is None:
        return None
    if type(value) is int:
        return ["count", whole_of(value, name, 1)]
    return ["micros", positive_of(cast(Money, value), name)]


def about_of(value: Mapping[str, str] | None) -> dict[str, str]:
    """Return what a host says of a call: a few pairs of text that can stand in a book."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputTypeError(f"about must be a mapping of text to text, not {value!r}")
    if len(value) > ABOUT_MAX:
        raise InputError(f"about must have at most {ABOUT_MAX} items, not {len(value)}")
    return {word(name, "a key of about"): word(each, f"about[{name!r}]")
            for name, each in value.items()}  # fmt: skip
