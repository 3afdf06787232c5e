"""From what a caller may give as ``at`` to the calendar day that rules are dated by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from securecall.errors import InputError, InputTypeError

__all__ = ["At", "day_of", "known_day"]

At: TypeAlias = date | datetime | int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(at: At, name: str = "at") -> date:
    """Return the calendar day on which rules are looked up.

    Parameters
    ----------
    at : date, datetime or int
        A day; an aware instant, of which the day is read on its own wall clock (give it in the
        facility's zone); or UTC epoch milliseconds, read as the UTC day.
    name : str
        How an error calls the argument.

    Raises
    ------
    InputError
        A datetime without zone, or milliseconds outside the calendar.
    InputTypeError
        Neither a date, a datetime nor an int.

    Source
    ------
    own; no federal text fixes the clock that decides, so the facility's is the default.

    Examples
    --------
    >>> day_of(1_775_433_600_000)
    datetime.date(2026, 4, 6)
    """
    if isinstance(at, datetime):
        if at.utcoffset() is None:
            raise InputError(f"{name} must have a time zone: {at.isoformat()} has none")
        return at.date()
    if isinstance(at, date):
        return at
    if isinstance(at, bool) or not isinstance(at, int):
        raise InputTypeError(
            f"{name} must be a date, an aware datetime or UTC epoch milliseconds,"
            f" not {type(at).__name__}"
        )
    try:
        return (_EPOCH + timedelta(milliseconds=at)).date()
    except OverflowError:
        raise InputError(f"{name} must lie in the years 1 to 9999, not at {at} ms") from None


def known_day(known_at: date | None) -> date | None:
    """Return the knowledge day: a plain date, or None for all that is known.

    Raises
    ------
    InputTypeError
        Anything else, a datetime included.

    Source
    ------
    own.

    Examples
    --------
    >>> known_day(None) is None
    True
    """
    if known_at is None:
        return None
    if isinstance(known_at, datetime) or not isinstance(known_at, date):
        raise InputTypeError(f"known_at must be a date or None, not {type(known_at).__name__}")
    return known_at
