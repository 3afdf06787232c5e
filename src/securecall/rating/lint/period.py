"""The time that lint looks at; there is no hidden clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias, TypeVar

from securecall.errors import InputError, InputTypeError
from securecall.rating.contract import Document, Moment
from securecall.rating.zones import LAST_YEAR, Zone, epoch_ms, load_zone
from securecall.regulation import Rules

__all__ = ["Bound", "Period", "period_of"]

Bound: TypeAlias = date | datetime
_D = TypeVar("_D", bound=date)

NOTHING_DATED = date(2026, 4, 6)  # first day of the FCC's 2025 order, the newest federal ceilings
AFTER_MS = epoch_ms(datetime(LAST_YEAR, 1, 1, tzinfo=UTC))  # a later call is bad_time


@dataclass(frozen=True, slots=True)
class Period:
    """From a bound up to, and without, another; a date is the facility's own."""

    since: Bound
    until: Bound

    def bounds(self, zone: Zone) -> tuple[int, int]:
        """Return the first instant and the one after the last, UTC epoch milliseconds."""
        first, after = zone.first_instant_ms(self.since), zone.first_instant_ms(self.until)
        return max(first, 0), min(after, AFTER_MS)


def _moments(document: Document) -> Iterator[Moment | None]:
    for contract in document.contracts:
        for rate in (*contract.rates, *(deck.options for deck in contract.decks)):
            yield rate.effective_from
    yield from (tax.effective_from for tax in document.taxes)
    yield from (fee.effective_from for fee in document.fees)
    yield from (cost.effective_from for cost in document.terminations)


def _day(moment: Bound) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _default(document: Document, rules: Rules) -> date:
    """Return the first day of the newest rules that the tariff's latest date falls under."""
    days = [_day(moment) for moment in _moments(document) if moment is not None]
    if not days:
        return NOTHING_DATED
    latest = max(days)
    changes = {
        day
        for facility in document.facilities
        if facility.regulated
        for day in rules.breakpoints(
            facility_kind=facility.kind, state=facility.state, facility=facility.id
        )
    }
    earlier = [day for day in changes if day <= latest]
    return max(max(earlier, default=latest), date(1970, 1, 1))


def _two_years_on(bound: _D) -> _D | date:
    year = bound.year + 2
    if year >= LAST_YEAR:
        return date(LAST_YEAR, 1, 1)
    if (bound.month, bound.day) == (2, 29):
        return bound.replace(year=year, month=3, day=1)
    return bound.replace(year=year)


def _checked(bound: object, name: str) -> Bound:
    if isinstance(bound, datetime):
        if bound.utcoffset() is None:
            raise InputError(f"{name} must have a time zone, or be a date, not {bound!r}")
    elif not isinstance(bound, date):
        raise InputTypeError(
            f"{name} must be a date or an aware datetime, not {type(bound).__name__}"
        )
    if not 1970 <= bound.year <= LAST_YEAR:
        raise InputError(f"{name} must be in the years 1970 to 2099, not {bound}")
    return bound


def period_of(document: Document, rules: Rules, since: Bound | None, until: Bound | None) -> Period:
    """Return the time to look at; see `Tariff.lint` for what a missing bound is.

    Raises
    ------
    InputError
        A datetime has no zone, a bound is beyond 1970 to 2099, or ``until`` is not after ``since``.
    InputTypeError
        A bound is neither a date nor a datetime.
    """
    begins = _default(document, rules) if since is None else _checked(since, "since")
    ends = _two_years_on(begins) if until is None else _checked(until, "until")
    period = Period(begins, ends)
    for facility in document.facilities:
        first, after = period.bounds(load_zone(facility.timezone))
        if first >= after:
            raise InputError(f"until must be later than since, {begins}, not {ends}")
    return period
