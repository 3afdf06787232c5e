"""Properties that read a field in the unit of people: dollars, and instants."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from securecall.ledger.instant import instant
from securecall.money import dollars

__all__ = ["Reads", "in_dollars", "in_utc", "in_utc_or_none"]

T = TypeVar("T")


class Reads(property, Generic[T]):
    """A property that says its type to type checkers, and is a property all the same."""

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type, /) -> Self: ...
        @overload
        def __get__(self, instance: Any, owner: type | None = None, /) -> T: ...
        def __get__(self, instance: Any, owner: type | None = None, /) -> T | Self: ...


def in_dollars(name: str) -> Reads[Decimal]:
    """Return a property that reads a field of micro-dollars."""

    def read(self: Any) -> Decimal:
        return dollars(getattr(self, name))

    read.__doc__ = f"Return {name.removesuffix('_micros')} in dollars."
    return Reads(read)


def in_utc(name: str) -> Reads[datetime]:
    """Return a property that reads a field of milliseconds since 1970."""

    def read(self: Any) -> datetime:
        return instant(getattr(self, name))

    read.__doc__ = f"Return {name.removesuffix('_ms')} as an aware UTC instant."
    return Reads(read)


def in_utc_or_none(name: str) -> Reads[datetime | None]:
    """Return a property that reads such a field where it may be None, and stays None."""

    def read(self: Any) -> datetime | None:
        value = getattr(self, name)
        return None if value is None else instant(value)

    read.__doc__ = f"Return {name.removesuffix('_ms')} as an aware UTC instant, or None."
    return Reads(read)
