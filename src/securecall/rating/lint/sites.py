"""Facilities that meet a contract alike, and what they meet: the work that the checks share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from securecall.rating.call import Call
from securecall.rating.contract import Contract, Facility
from securecall.rating.lint.clock import Clock, Term
from securecall.rating.lint.entries import Entry, decided_by, entries_of
from securecall.rating.lint.numberspace import ODD, Group, Levels, Region, number_groups
from securecall.rating.lint.outcome import Outcome, outcome_of
from securecall.rating.lint.period import Period
from securecall.rating.numbering import FOREIGN, NO_PLACE, state_number
from securecall.rating.words import BILL_TYPES, CLASSES, MEDIA
from securecall.rating.zones import load_zone

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["Met", "Seen", "Site", "Survey"]

MINUTE_MS = 60_000
COMBINATIONS = tuple((medium, bill_type) for medium in MEDIA for bill_type in BILL_TYPES)


@dataclass(frozen=True, eq=False)
class Seen:
    """Groups of numbers that a site does not tell apart.

    Attributes
    ----------
    levels : Levels
        Of prefixes, then of classes.
    rate_class, jurisdiction : str
        The latter ``mixed`` for numbers of no place.
    terminations : tuple of int
        Termination costs that concern them, the longest prefix first.
    groups : dict of int to Group
        The contract's groups by index.
    """

    levels: Levels
    rate_class: str
    jurisdiction: str
    terminations: tuple[int, ...]
    groups: dict[int, Group] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Digits of one of the numbers."""
        return next(iter(self.groups.values())).number

    def priced(self, entry: int, choice: int) -> str | None:
        """Return digits of a number that a price of a deck is for, or None."""
        for group in self.groups.values():
            number = group.prices.get((entry, choice))
            if number is not None:
                return number
        return None


class Met(NamedTuple):
    """What calls of one medium and bill type from a site to a group of numbers meet."""

    site: Site
    seen: Seen
    medium: str
    bill_type: str
    outcome: Outcome

    def call(
        self, start_ms: int, number: str | None = None, facility: Facility | None = None
    ) -> Call:
        """Return one of these calls, a minute long.

        Parameters
        ----------
        start_ms : int
        number : str, optional
            Digits; one that the calls go to otherwise.
        facility : Facility, optional
            The first of the site's otherwise.
        """
        caller = self.site.facilities[0] if facility is None else facility
        digits = self.seen.number if number is None else number
        return Call(caller.id, "+" + digits, start_ms, MINUTE_MS, self.medium, self.bill_type)


@dataclass(eq=False)
class Site:
    """Facilities with one contract, clock, state and local prefixes.

    Attributes
    ----------
    facilities : list of Facility
    clock : Clock
    intervals : list of int
        Instants from which on other rules govern, the first instant looked at first.
    terms : list of Term
        By entry.
    groups : list of Seen
    """

    facilities: list[Facility]
    clock: Clock
    intervals: list[int]
    terms: list[Term]
    groups: list[Seen]

    @cached_property
    def met(self) -> frozenset[int]:
        """The entries that some number is for."""
        return frozenset(e for seen in self.groups for level in seen.levels for e in level)

    @property
    def ids(self) -> list[str]:
        """The ids of the facilities."""
        return [facility.id for facility in self.facilities]


class Survey:
    """A contract and everything that its facilities can meet in it.

    Parameters
    ----------
    tariff : Tariff
    contract : Contract
        One that some facility names.
    period : Period
    """

    def __init__(self, tariff: Tariff, contract: Contract, period: Period) -> None:
        self.tariff = tariff
        self.contract = contract
        self.period = period
        self.entries: list[Entry] = entries_of(contract)
        self.groups: list[Group]
        self.regions: list[Region]
        self._weak: dict[tuple[int, int], bool] = {}
        self._served: dict[tuple[Levels, str, str], Levels] = {}
        self._outcomes: dict[object, dict[Levels, Outcome]] = {}
        self._by_class: dict[str, tuple[int, ...]] = {
            name: tuple(
                entry.number
                for entry in sorted(self.entries, key=lambda entry: (entry.order, entry.number))
                if entry.deck is None and name in entry.rate.destinations
            )
            for name in CLASSES
        }
        facilities = [f for f in tariff.document.facilities if f.contract == contract.id]
        self.groups, self.regions = number_groups(
            self.entries,
            {prefix for facility in facilities for prefix in facility.local},
            [one.prefix for one in tariff.document.terminations],
            any(not facility.regulated for facility in facilities),
        )
        self.sites = [self._site(alike) for alike in self._alike(facilities)]

    @staticmethod
    def _alike(facilities: Sequence[Facility]) -> list[list[Facility]]:
        found: dict[object, list[Facility]] = {}
        for one in facilities:
            key = (one.timezone, one.holidays, one.state, one.local, one.regulated)
            found.setdefault(key, []).append(one)
        return list(found.values())

    def _site(self, facilities: list[Facility]) -> Site:
        first = facilities[0]
        zone = load_zone(first.timezone)
        clock = Clock(zone, first.holidays, *self.period.bounds(zone))
        days = {
            day
            for kind, names in self._kinds(facilities)
            for name in names
            for day in self.tariff.rules.breakpoints(
                facility_kind=kind, state=first.state, facility=name
            )
        }
        cuts = {zone.first_instant_ms(day) for day in days}
        for cost in self.tariff.document.terminations:
            cuts.update(clock.term(cost.effective_from, cost.effective_to, None)[:2])
        terms = [
            clock.term(entry.rate.effective_from, entry.rate.effective_to, entry.rate.when)
            for entry in self.entries
        ]
        alike: dict[object, Seen] = {}
        for index, group in enumerate(self.groups):
            seen = self._seen(first, group)
            if seen is not None:
                key = (seen.levels, seen.rate_class, seen.jurisdiction, seen.terminations)
                alike.setdefault(key, seen).groups[index] = group
        intervals = [era.first_ms for era in clock.eras(cuts)]
        # Numbers that people dial come first: they make the better examples.
        order = ("intrastate", "interstate", "international", "mixed")
        groups = sorted(alike.values(), key=lambda seen: order.index(seen.jurisdiction))
        return Site(facilities, clock, intervals, terms, groups)

    def _kinds(self, facilities: Sequence[Facility]) -> list[tuple[str | None, set[str | None]]]:
        """Return the kinds of regulated facilities, with their ids if rules name any."""
        kinds: dict[str | None, set[str | None]] = {}
        for one in facilities:
            if one.regulated:
                kinds.setdefault(one.kind, set()).add(one.id if self.names_facilities else None)
        return list(kinds.items())

    @cached_property
    def names_facilities(self) -> bool:
        """Whether any rule is for facilities by name."""
        return any(row.facility for row in self.tariff.rules.rows)

    def _seen(self, facility: Facility, group: Group) -> Seen | None:
        """Return how a facility sees a group of numbers; None for numbers that it cannot dial."""
        if group.place == ODD and facility.regulated:
            return None
        own = state_number(facility.state) if facility.state else -3
        if group.place in (FOREIGN, ODD):
            jurisdiction = "international"
        elif group.place == NO_PLACE:
            jurisdiction = "mixed"
        else:
            jurisdiction = "intrastate" if group.place == own else "interstate"
        scope = "interstate" if jurisdiction == "mixed" else jurisdiction
        rate_class = scope if group.locals.isdisjoint(facility.local) else "local"
        levels: list[tuple[int, ...]] = list(group.levels)
        known = {entry for level in levels for entry in level}
        for name in dict.fromkeys((rate_class, scope, "any")):
            level = tuple(entry for entry in self._by_class[name] if entry not in known)
            known.update(level)
            if level:
                levels.append(level)
        return Seen(tuple(levels), rate_class, jurisdiction, group.terminations)

    def serving(self, levels: Levels, medium: str, bill_type: str) -> Levels:
        """Return levels with only the entries that serve a medium and a bill type."""
        key = (levels, medium, bill_type)
        known = self._served.get(key)
        if known is None:
            fit = self._fit[medium, bill_type]
            kept = (tuple(e for e in level if e in fit) for level in levels)
            known = self._served[key] = tuple(level for level in kept if level)
        return known

    @cached_property
    def _fit(self) -> dict[tuple[str, str], frozenset[int]]:
        return {
            (medium, bill_type): frozenset(
                entry.number
                for entry in self.entries
                if medium in entry.media and bill_type in entry.bill_types
            )
            for medium, bill_type in COMBINATIONS
        }

    def _partners(self, levels: Levels) -> frozenset[tuple[int, int]]:
        """Return the pairs of one level of which only a weaker rule says which applies."""
        pairs = set()
        for level in levels:
            for at, first in enumerate(level):
                for other in level[at + 1 :]:
                    pair = (first, other)
                    if pair not in self._weak:
                        winner, loser = self.entries[first], self.entries[other]
                        self._weak[pair] = decided_by(winner, loser) is not None
                    if self._weak[pair]:
                        pairs.add(pair)
        return frozenset(pairs)

    def outcomes(self) -> Iterator[Met]:
        """Yield what calls of every kind meet."""
        for site in self.sites:
            clock = (site.clock.zone.name, site.facilities[0].holidays, tuple(site.intervals))
            known = self._outcomes.setdefault(clock, {})
            for seen in site.groups:
                for medium, bill_type in COMBINATIONS:
                    levels = self.serving(seen.levels, medium, bill_type)
                    outcome = known.get(levels)
                    if outcome is None:
                        outcome = known[levels] = self._outcome(site, levels)
                    yield Met(site, seen, medium, bill_type, outcome)

    def _outcome(self, site: Site, levels: Levels) -> Outcome:
        pairs = self._partners(levels)
        return outcome_of(
            site.clock,
            levels,
            site.terms,
            site.intervals,
            lambda first, other: (first, other) in pairs,
        )
