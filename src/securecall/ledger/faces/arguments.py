"""Arguments of the ledger's methods, checked at the door: money, flags, numbers, choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from securecall.errors import InputError, InputTypeError, nearest
from securecall.money import MICROS_PER_DOLLAR, Money, micros

__all__ = ["amount_of", "cap_of", "choice_of", "flag_of", "positive_of", "whole_of"]


def amount_of(value: Money, name: str = "amount") -> int:
    """Return an amount of 0 or more."""
    amount = micros(value, name)
    if amount < 0:
        raise InputError(f"{name} must be 0 or more, not {value}")
    return amount


def _plain_micros(text: str) -> int | None:
    """Return micro-dollars of the most ordinary writing, ``25.00``; None: look closer."""
    whole, _, part = text.partition(".")
    if len(whole) > 11 or len(part) > 6 or not (whole + part).isdecimal() or not text.isascii():
        return None
    if not whole or (not part and len(text) != len(whole)):
        return None
    return int(whole) * MICROS_PER_DOLLAR + int(part.ljust(6, "0") or 0)


def positive_of(value: Money, name: str = "amount") -> int:
    """Return an amount above 0 as micro-dollars."""
    amount = _plain_micros(value) if type(value) is str else None
    if amount is None:
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
        hint = nearest(value, allowed)
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}"
            + (f"; did you mean {hint!r}?" if hint else "")
        )
    return value


def cap_of(value: Money | int | None, name: str) -> list[Any] | None:
    """Return a cap as a ledger keeps it: a count of times, an amount, or none."""
    if value is None:
        return None
    if type(value) is int:
        return ["count", whole_of(value, name, 1)]
    return ["micros", positive_of(cast(Money, value), name)]
