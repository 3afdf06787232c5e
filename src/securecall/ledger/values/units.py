"""Properties that read a field in the unit of people: dollars, and instants."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from securecall.ledger.instant import instant
from securecall.money import dollars

__all__ = ["in_dollars", "in_utc"]


def in_dollars(name: str) -> property:
    """Return a property that reads a field of micro-dollars."""

    def read(self: Any) -> Decimal:
        return dollars(getattr(self, name))

    read.__doc__ = f"Return {name.removesuffix('_micros')} in dollars."
    return property(read)


def in_utc(name: str) -> property:
    """Return a property that reads a field of milliseconds since 1970; None stays None."""

    def read(self: Any) -> datetime | None:
        value = getattr(self, name)
        return None if value is None else instant(value)

    read.__doc__ = f"Return {name.removesuffix('_ms')} as an aware UTC instant."
    return property(read)
