"""Instants: aware datetimes or whole UTC epoch milliseconds in, aware UTC out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from securecall.errors import InputError, InputTypeError

__all__ = ["At", "elapsed_of", "instant", "ms_of"]

At: TypeAlias = datetime | int

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
INSTANT_MS_AFTER: Final = 4_102_444_800_000  # 2100-01-01
# No host was alive in 1973, and no call lasts three years.
ELAPSED_MS_AFTER: Final = 100_000_000_000


def instant(at_ms: int) -> datetime:
    """Return epoch milliseconds as an aware UTC instant."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def ms_of(at: At, name: str = "at") -> int:
    """Return an instant as UTC epoch milliseconds; finer ones are floored.

    Raises
    ------
    InputTypeError
        It is neither an aware datetime nor an int.
    InputError
        It is naive, or outside 1970 to 2099.

    Source
    ------
    own; charging law, "Units".
    """
    if type(at) is int:
        at_ms = at
    elif isinstance(at, datetime):
        if at.tzinfo is None or at.utcoffset() is None:
            raise InputError(f"{name} must have a time zone, {at.isoformat()} has none")
        at_ms = (at - _EPOCH) // _MS
    else:
        raise InputTypeError(
            f"{name} must be an aware datetime or int epoch milliseconds, not {type(at).__name__}"
        )
    if not 0 <= at_ms < INSTANT_MS_AFTER:
        raise InputError(f"{name} must be from 1970 to 2099, not {at!r}")
    return at_ms


def elapsed_of(value: At, start_ms: int, name: str) -> int:
    """Return milliseconds from a call's start: a small int is that; the rest are instants."""
    if type(value) is int and 0 <= value < ELAPSED_MS_AFTER:
        return value
    return max(ms_of(value, name) - start_ms, 0)
