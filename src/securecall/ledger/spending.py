"""Spending limits: what calls may cost an account in a local day, week or month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

from securecall.errors import InputError, did_you_mean
from securecall.ledger.cutoff import Purse

__all__ = ["PERIODS", "arm", "local_day", "period_after", "store_left", "zone"]

PERIODS: Final = ("day", "week", "month")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises
    ------
    InputError
        There is none of that name.
    """
    try:
        # From the tzdata package, so that every host has the same clocks.
        place = resources.files("tzdata.zoneinfo")
        with place.joinpath(*name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (ValueError, OSError, AttributeError):
        raise InputError(
            f"timezone must be an IANA name such as America/Chicago, not {name!r}"
        ) from None


def local_day(at_ms: int, timezone: str) -> date:
    """Return the local calendar day of an instant."""
    return (_EPOCH + at_ms * _MS).astimezone(zone(timezone)).date()


def _begins_ms(day: date, timezone: str) -> int:
    """Return the first instant of a local day, also where its midnight does not exist."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone(timezone))
    at_ms = (midnight.astimezone(UTC) - _EPOCH) // _MS
    while local_day(at_ms, timezone) < day:  # a skipped midnight: the day begins later
        at_ms += 60_000
    return at_ms


def _day_after(day: date, period: str) -> date:
    if period == "day":
        return day + timedelta(days=1)
    if period == "week":
        return day + timedelta(days=7 - day.weekday())
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@lru_cache(maxsize=1024)
def _after(day: date, period: str, timezone: str) -> int:
    return _begins_ms(_day_after(day, period), timezone)


def period_after(at_ms: int, period: str, timezone: str) -> int:
    """Return where the period after the one of an instant begins.

    Raises
    ------
    InputError
        The period is not a day, week or month.

    Source
    ------
    own; weeks begin on Monday, as in ISO 8601.
    """
    if period not in PERIODS:
        raise InputError(
            f"period must be day, week or month, not {period!r}" + did_you_mean(period, PERIODS)
        )
    return _after(local_day(at_ms, timezone), period, timezone)


def _refill(period: str, timezone: str) -> Callable[[int], int]:
    return lambda at_ms: period_after(at_ms, period, timezone)


def arm(purse: Purse, limit: dict[str, Any], now_ms: int) -> None:
    """Give a purse the spending limit of its account."""
    purse.limit_micros = limit["limit"]
    purse.left_micros = limit["left"]
    purse.refill_ms = limit["refill_ms"]
    purse.refill = _refill(limit["period"], limit["timezone"])
    while purse.refill_ms <= now_ms:
        purse.left_micros = purse.limit_micros
        purse.refill_ms = purse.refill(purse.refill_ms)


def store_left(more: dict[str, Any], purse: Purse) -> dict[str, Any]:
    """Return what an account has more, with what its spending limit leaves."""
    spending = {**more["spending"], "left": purse.left_micros, "refill_ms": purse.refill_ms}
    return {**more, "spending": spending}
