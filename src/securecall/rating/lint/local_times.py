"""Local times that fall into an hour that clocks skip, or show twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from securecall.rating.call import Call
from securecall.rating.contract import Facility, Fee, Moment, Tax, Termination, Where
from securecall.rating.lint.charges import payment_of
from securecall.rating.lint.clock import Clock, Era, Term, spans_of, wall_text
from securecall.rating.lint.entries import Entry
from securecall.rating.lint.finding import Finding, Payment
from securecall.rating.lint.period import Period
from securecall.rating.lint.sites import Site, Survey
from securecall.rating.lint.week import clock_text
from securecall.rating.windows import DAY_MS, Window
from securecall.rating.zones import Zone, epoch_ms, load_zone

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["dated_findings", "local_time_findings"]

_WALL_ZERO: Final = datetime(1970, 1, 1)
AMBIGUOUS, SKIPPED = "ambiguous_local_time", "skipped_local_time"


class _Change(NamedTuple):
    """Readings ``[first_ms, after_ms)`` that a clock skips, or shows twice, at an instant."""

    instant_ms: int
    first_ms: int
    after_ms: int
    twice: bool


def _changes(clock: Clock) -> Iterator[_Change]:
    zone = clock.zone
    for index in range(1, len(zone.begins_ms)):
        at = zone.begins_ms[index]
        if not clock.whole.first_ms <= at < clock.whole.after_ms:
            continue
        before, after = (at + zone.offsets_ms[i] for i in (index - 1, index))
        if before != after:
            yield _Change(at, min(before, after), max(before, after), before > after)


def _in_windows(clock: Clock, when: tuple[Window, ...], wall_ms: int) -> bool:
    day, ms = divmod(wall_ms, DAY_MS)
    return any(first <= ms < after for first, after in spans_of(when, clock.day_type(day)))


def _edges(clock: Clock, when: tuple[Window, ...], change: _Change) -> Iterator[int]:
    """Yield the readings, among those of a change, at which windows begin or end."""
    candidates: set[int] = set()
    for day in range(change.first_ms // DAY_MS - 1, change.after_ms // DAY_MS + 1):
        for span in spans_of(when, clock.day_type(day)):
            candidates.update(day * DAY_MS + edge for edge in span)
    for wall_ms in sorted(candidates):
        if change.first_ms <= wall_ms < change.after_ms:
            if _in_windows(clock, when, wall_ms) != _in_windows(clock, when, wall_ms - 1):
                yield wall_ms


def _reading(wall_ms: int) -> datetime:
    return _WALL_ZERO + timedelta(milliseconds=wall_ms)


def _code(twice: bool) -> tuple[str, str]:
    return (AMBIGUOUS, "show twice") if twice else (SKIPPED, "skip")


def _windows(survey: Survey) -> Iterator[Finding]:
    """Yield edges of windows; one finding for an edge, however often the clocks change."""
    found: dict[tuple[int, str, int, bool, bool], list[tuple[Site, int, _Change]]] = {}
    for site in survey.sites:
        for change in _changes(site.clock):
            for entry in survey.entries:
                term: Term = site.terms[entry.number]
                if term.when is None or entry.number not in site.met:
                    continue
                if not term.from_ms <= change.instant_ms < term.to_ms:
                    continue
                for wall_ms in _edges(site.clock, term.when, change):
                    begins = _in_windows(site.clock, term.when, wall_ms)
                    key = (
                        entry.number, site.clock.zone.name, wall_ms % DAY_MS, begins, change.twice
                    )  # fmt: skip
                    found.setdefault(key, []).append((site, wall_ms, change))
    for (number, zone, day_ms, begins, twice), those in found.items():
        entry = survey.entries[number]
        site, wall_ms, change = min(those, key=lambda one: one[1])
        days = len({wall // DAY_MS for _, wall, _ in those})
        code, verb = _code(twice)
        edge = "begins" if begins else "ends"
        often = f" ({days} times in the time looked at)" if days > 1 else ""
        effect = (
            f"its window {edge} at the first, and again at the second"
            if twice
            else f"its window {edge} when they are set"
        )
        day = _reading(wall_ms).date()
        yield Finding(
            code,
            "warning",
            f"{entry.name} {edge} at {clock_text(day_ms)}, which clocks in {zone} {verb} on "
            f"{day}{often}: {effect}",
            entry.where,
            _call(survey, site, entry, wall_ms, change.instant_ms),
            reading=_reading(wall_ms),
        )


def _call(survey: Survey, site: Site, entry: Entry | None, wall_ms: int, at: int) -> Call | None:
    """Return a call at a reading, or at the instant at which it is skipped."""
    day = site.clock.shown(Era(*site.clock.whole), wall_ms, wall_ms + 1)
    instant_ms = at if day is None else day.instant_ms
    for met in survey.outcomes():
        if met.site is site and (
            entry is None
            or (
                met.medium in entry.media
                and met.bill_type in entry.bill_types
                and any(entry.number in level for level in met.seen.levels)
            )
        ):
            return met.call(instant_ms)
    return None


class _Edge(NamedTuple):
    """Something that begins or ends at a moment.

    ``witness`` makes one from the first instant at which the clock shows the moment or later.
    """

    what: str  # with the verb
    where: Where
    moment: Moment | None
    witness: Callable[[int], Call | Payment | None]


def _dated(zone: Zone, era: Era, edge: _Edge) -> Finding | None:
    """Return what is wrong with an effective date or a holiday within an era, or None."""
    what, where, moment, witness = edge
    if moment is None:
        return None
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            return None
        reading = moment
    else:
        reading = datetime(moment.year, moment.month, moment.day)
    readings = zone.readings(reading)
    instant_ms = zone.first_instant_ms(reading)
    if readings == 1 or not era.first_ms <= instant_ms < era.after_ms:
        return None
    code, verb = _code(readings > 1)
    shown = wall_text(epoch_ms(reading.replace(tzinfo=UTC)))
    taken = "the first counts" if readings > 1 else "the instant at which they are set counts"
    return Finding(
        code,
        "warning",
        f"{what} {shown}, which clocks in {zone.name} {verb}: {taken}; write an offset",
        where,
        witness(instant_ms),
        reading=reading,
    )


def _dates(survey: Survey) -> Iterator[Finding]:
    """Yield effective dates of rates and decks, and holidays."""
    told: set[object] = set()
    for site in survey.sites:
        zone, whole = site.clock.zone, site.clock.whole
        for entry in survey.entries:
            for key, verb in (("effective_from", "begins"), ("effective_to", "ends")):
                moment: Moment | None = getattr(entry.rate, key)
                if (entry.number, key, zone.name) in told or entry.number not in site.met:
                    continue

                def call(at: int, site: Site = site, entry: Entry = entry) -> Call | None:
                    return _call(survey, site, entry, site.clock.wall_ms(at), at)

                edge = _Edge(f"{entry.name} {verb} on", entry.where, moment, call)
                found = _dated(zone, whole, edge)
                if found is not None:
                    told.add((entry.number, key, zone.name))
                    yield found
        if any(w.holidays for e in survey.entries for w in e.rate.when or ()):
            for facility in site.facilities:
                yield from _holidays(survey, site, facility)


def _holidays(survey: Survey, site: Site, facility: Facility) -> Iterator[Finding]:
    def call(at: int) -> Call | None:
        return _call(survey, site, None, site.clock.wall_ms(at), at)

    for day in facility.holidays:
        for moment, verb in ((day, "begins"), (day + timedelta(days=1), "ends")):
            text = f"holiday {day} of {facility.id} {verb} on"
            edge = _Edge(text, facility.where, moment, call)
            found = _dated(site.clock.zone, site.clock.whole, edge)
            if found is not None:
                yield found


def local_time_findings(survey: Survey) -> Iterator[Finding]:
    """Yield the local times of a contract and its facilities that are not shown exactly once."""
    yield from _windows(survey)
    yield from _dates(survey)


def _concerns(one: Tax | Fee | Termination, facility: Facility) -> bool:
    """Return whether a tax, a fee or a termination cost is for a facility at all."""
    if isinstance(one, Tax):
        return one.states is None or facility.state in one.states
    if isinstance(one, Fee):
        return one.facilities is None or facility.id in one.facilities
    return facility.regulated


def dated_findings(tariff: Tariff, period: Period, surveys: dict[str, Survey]) -> Iterator[Finding]:
    """Yield effective dates of taxes, fees and termination costs."""
    document = tariff.document
    dated: list[tuple[str, Tax | Fee | Termination]] = [
        *((f'tax "{tax.id}"', tax) for tax in document.taxes),
        *((f'fee "{fee.id}"', fee) for fee in document.fees),
        *((f"termination cost of +{one.prefix}", one) for one in document.terminations),
    ]
    for name, one in dated:
        zones: dict[str, Facility] = {}
        for facility in document.facilities:
            if _concerns(one, facility):
                zones.setdefault(facility.timezone, facility)
        for key, verb in (("effective_from", "begins"), ("effective_to", "ends")):
            for timezone, facility in zones.items():

                def witness(
                    at: int, one: Tax | Fee | Termination = one, facility: Facility = facility
                ) -> Call | Payment | None:
                    if isinstance(one, Fee):
                        return payment_of(one, facility.id, at)
                    survey = surveys[facility.contract]
                    site = next(site for site in survey.sites if facility in site.facilities)
                    return _call(survey, site, None, site.clock.wall_ms(at), at)

                zone = load_zone(timezone)
                edge = _Edge(f"{name} {verb} on", one.where, getattr(one, key), witness)
                found = _dated(zone, Era(*period.bounds(zone)), edge)
                if found is not None:
                    yield found
