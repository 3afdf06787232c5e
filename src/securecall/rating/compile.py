"""From a tariff's values to the engine's plan.

The engine prices in whole numbers over a common denominator, and its loops check nothing. So this is where
the bounds are kept: what cannot be priced exactly in 128 bits is refused here, by name.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, Final, NamedTuple

from securecall import _rating
from securecall.errors import BuildError, Fault, TariffError
from securecall.money import MICROS_PER_DOLLAR, MODES
from securecall.rating.contract import (
    Contract,
    Document,
    Facility,
    Moment,
    Rate,
    Step,
    Tax,
    Termination,
)
from securecall.rating.numbering import KEY_DIGITS, area_regions, prefix_key, state_number
from securecall.rating.ranking import rank
from securecall.rating.windows import DAY_TYPES, Window, day_edges
from securecall.rating.words import (
    BILL_TYPES,
    CLASSES,
    FINALS,
    JURISDICTIONS,
    MEDIA,
    RELAYS,
    SWITCHES,
)
from securecall.rating.zones import Zone, load_zone
from securecall.regulation import Commission, Rules
from securecall.regulation.words import BILL_GROUPS

__all__ = ["Compiled", "compile_document"]

ENGINE_VERSION: Final = 1
FOREVER: Final = 1 << 60
NUMERATOR_MAX: Final = 1 << 62
SHORT_SUM_MAX: Final = 1 << 61  # sums of the short way; with a unit on top they stay below 2^62
SHORT_UNIT_MAX: Final = 1 << 60
SCALE_MAX: Final = 1 << 90
UNIT_SCALED_MAX: Final = 1 << 124
COMMON_MAX: Final = 1 << 40  # a denominator for the whole tariff, so that most calls fit 64 bits
SHORT_MS_MAX: Final = 1 << 31
CANDIDATES_MAX: Final = 250
TAXES_MAX: Final = 64
SCOPES: Final = (*JURISDICTIONS, "mixed")


class Source(NamedTuple):
    """What a ceiling is called in results."""

    name: str
    citation: str


@dataclass(slots=True)
class Pricing:
    """What a rate costs, once for all rates and prefixes that share it."""

    rate: Rate  # any of them; its steps, limits and modes are what counts
    fractions: list[Fraction]
    denominator: int = 1

    def fault(self, rule: str) -> Fault:
        """Return a fault at the rate's place."""
        where = self.rate.where
        return Fault(where.file, where.line, where.key, f'"{self.rate.id}"', rule)


@dataclass(slots=True)
class Compiled:
    """A plan, and what its numbers stand for.

    Attributes
    ----------
    plan : securecall._rating.Plan
    facilities : dict of str to int
    rate_ids : list of str
    pricings : list of Pricing
    rulings : list
        What regulation says, by the engine's number; see `securecall.regulation`.
    sources : list of str
        What ``cap_source`` can be, by the engine's number; the first is ``contract``.
    taxes : list of Tax
    zones : list of Zone
        By facility.
    """

    plan: _rating.Plan
    facilities: dict[str, int]
    rate_ids: list[str]
    pricings: list[Pricing]
    rulings: list[Any]
    sources: list[str]
    taxes: list[Tax]
    zones: list[Zone] = field(default_factory=list)


def _rows(rows: Iterable[Sequence[int]], width: int) -> memoryview:
    """Pack rows of whole numbers for the engine; no rows become one of zeros, never looked at."""
    flat = array("q")
    for row in rows:
        flat.extend(row)
    if not flat:
        flat.extend([0] * width)
    return memoryview(flat).cast("B").cast("q", (len(flat) // width, width))


def _flat(values: Iterable[int]) -> array[int]:
    return array("q", values)


class _Compiler:
    def __init__(self, document: Document, rules: Rules) -> None:
        self.document = document
        self.rules = rules
        self.faults: list[Fault] = []
        self.zones: dict[str, int] = {}
        self.terms: dict[tuple[Moment | None, Moment | None, int], int] = {}
        self.schedules: dict[tuple[Window, ...], int] = {}
        self.pricings: list[Pricing] = []
        self.rate_ids: dict[str, int] = {}
        self.rates: list[tuple[int, int, int, int, int]] = []
        self.prefixes: list[tuple[int, int, int, int]] = []
        self.contracts: list[list[int]] = []
        self.ceilings: list[Fraction] = []  # micro-dollars per millisecond
        self.conditional: dict[int, list[Fraction]] = {}  # by contract
        self.rulings: list[Any] = []
        self.ruling_of: dict[Any, int] = {}
        self.shares: dict[Fraction, int] = {}  # of a termination add-on
        self.sources: dict[str, int] = {"contract": 0}

    # -- when ------------------------------------------------------------------------------

    def term(
        self, begins: Moment | None, ends: Moment | None, when: tuple[Window, ...] | None
    ) -> int:
        """Return the number of a time in force, or -1 for always."""
        if begins is None and ends is None and when is None:
            return -1
        schedule = -1
        if when is not None:
            schedule = self.schedules.setdefault(when, len(self.schedules))
        return self.terms.setdefault((begins, ends, schedule), len(self.terms))

    def calendar(self) -> dict[str, Any]:
        """Return terms by zone, schedules and zones."""
        zones = [load_zone(name) for name in self.zones]
        terms = [
            (
                -FOREVER if begins is None else zone.first_instant_ms(begins),
                FOREVER if ends is None else zone.first_instant_ms(ends),
                schedule,
            )
            for zone in zones
            for begins, ends, schedule in self.terms
        ]
        edges: list[tuple[int, int]] = []
        edge_first = []
        for when in self.schedules:
            for day_type in DAY_TYPES:
                edge_first.append(len(edges))
                edges += [(ms, int(holds)) for ms, holds in day_edges(when, *day_type)]
            edge_first.append(len(edges))
        firsts: list[tuple[int, int]] = []
        utc: list[int] = []
        offsets: list[int] = []
        for zone in zones:
            firsts.append((len(utc), len(zone.begins_ms)))
            utc += zone.begins_ms
            offsets += zone.offsets_ms
        return {
            "terms": _rows(terms, 3),
            "edges": _rows(edges, 2),
            "edge_first": _flat(edge_first),
            "zones": _rows(firsts, 2),
            "zone_utc": _flat(utc),
            "zone_offset": _flat(offsets),
            "areas": area_regions(),
        }

    # -- what it costs ---------------------------------------------------------------------

    def pricing(self, rate: Rate, known: dict[Any, int]) -> int:
        """Return the number of what a rate costs; ``known`` is the contract's."""
        key = (
            rate.steps, rate.connect_fee, rate.min_total, rate.max_total, rate.free_ms,
            rate.max_per_started_minute, rate.switch, rate.final,
        )  # fmt: skip
        number = known.get(key)
        if number is None:
            fractions = [step.micros_per_ms for step in rate.steps]
            if rate.max_per_started_minute is not None:
                fractions.append(rate.max_per_started_minute * MICROS_PER_DOLLAR)
            number = known[key] = len(self.pricings)
            self.pricings.append(Pricing(rate, fractions))
            for exact in fractions:
                if max(exact.numerator, exact.denominator) >= NUMERATOR_MAX:
                    rule = "has a price with too many digits to be exact"
                    self.faults.append(self.pricings[-1].fault(rule))
        return number

    def denominators(self) -> int:
        """Give every pricing its denominator; return the whole tariff's, or 0 if it is too large."""
        everything = [*self.ceilings, *(f for p in self.pricings for f in p.fractions)]
        common = lcm(*{exact.denominator for exact in everything})
        if common <= COMMON_MAX and all(
            exact * common < NUMERATOR_MAX >> 4 for exact in everything
        ):
            return common
        shared = {exact.denominator for exact in self.ceilings}
        for contract, fractions in self.conditional.items():
            first, after = self.contracts[contract][-2:]
            together = lcm(*shared, *{exact.denominator for exact in fractions})
            for pricing in self.pricings[first:after]:
                own = lcm(together, *(exact.denominator for exact in pricing.fractions))
                pricing.denominator = own
                unit_scaled = own * self.document.rounding.unit_micros
                if own > SCALE_MAX or unit_scaled >= UNIT_SCALED_MAX:
                    self.faults.append(
                        pricing.fault(
                            "has no exact price together with the other rates and ceilings of a "
                            f"call: the units have the common denominator {own}; use fewer "
                            "different per_ms"
                        )
                    )
        return 0

    @staticmethod
    def fraction(exact: Fraction | None, common: int) -> tuple[int, int, int]:
        """Return numerator, denominator, and the numerator over the common denominator."""
        if exact is None:
            return (-1, 1, -1)
        return (exact.numerator, exact.denominator, int(exact * common) if common else -1)

    def prices(self, common: int) -> dict[str, Any]:
        """Return steps and pricings."""
        steps: list[tuple[int, ...]] = []
        rows = []
        unit_scaled = self.document.rounding.unit_micros * common
        for pricing in self.pricings:
            rate = pricing.rate
            first_ends = FOREVER
            if len(rate.steps) > 1:
                begin, increment = rate.steps[1].from_ms, rate.steps[0].increment_ms
                first_ends = -(-begin // increment) * increment
            short_ms = self.short_ms(pricing, common, unit_scaled, first_ends)
            minute = rate.max_per_started_minute
            rows.append(
                (
                    rate.connect_fee,
                    rate.min_total,
                    -1 if rate.max_total is None else rate.max_total,
                    rate.free_ms,
                    *self.fraction(None if minute is None else minute * MICROS_PER_DOLLAR, common),
                    pricing.denominator >> 64,
                    (pricing.denominator & (1 << 63) - 1) - (pricing.denominator & 1 << 63),
                    short_ms,
                    first_ends,
                    len(steps),
                    len(rate.steps),
                    SWITCHES.index(rate.switch),
                    FINALS.index(rate.final),
                )
            )
            steps += [
                (step.from_ms, step.increment_ms, *self.fraction(step.micros_per_ms, common))
                for step in rate.steps
            ]
        return {"steps": _rows(steps, 5), "pricings": _rows(rows, 15)}

    def short_ms(self, pricing: Pricing, common: int, unit_scaled: int, first_ends: int) -> int:
        """Return up to which time the short way's sums stay below 2^62; 0 if it cannot serve."""
        rate = pricing.rate
        if not common or unit_scaled >= SHORT_UNIT_MAX or len(rate.steps) > 2 or rate.free_ms:
            return 0
        if any(step.increment_ms > SHORT_MS_MAX for step in rate.steps):
            return 0
        if rate.switch == "split" and len(rate.steps) == 2 and first_ends != rate.steps[1].from_ms:
            return 0
        if max(rate.min_total, rate.max_total or 0, rate.connect_fee) * common >= SHORT_SUM_MAX:
            return 0
        prices = [step.micros_per_ms for step in rate.steps]
        largest = max(1, *(int(exact * common) for exact in (*prices, *self.ceilings)))
        room = SHORT_SUM_MAX - rate.connect_fee * common
        limit = min(SHORT_MS_MAX, room // largest)
        if rate.max_per_started_minute:
            minute = int(rate.max_per_started_minute * MICROS_PER_DOLLAR * common)
            limit = min(limit, (SHORT_SUM_MAX // minute - 1) * 60_000)
        return max(limit, 0)

    # -- contracts -------------------------------------------------------------------------

    def entry(
        self, rate: Rate, rate_id: str, pricing: int, term: int
    ) -> tuple[int, int, int, int, int]:
        media = 3 if rate.medium is None else 1 << MEDIA.index(rate.medium)
        bills = (1 << len(BILL_TYPES)) - 1
        if rate.bill_types is not None:
            bills = sum(1 << BILL_TYPES.index(word) for word in rate.bill_types)
        number = self.rate_ids.setdefault(rate_id, len(self.rate_ids))
        return (pricing, number, term, media, bills)

    def contract(self, index: int, contract: Contract) -> None:
        """Lay out a contract's destinations."""
        known: dict[Any, int] = {}
        first_pricing = len(self.pricings)
        conditional = self.conditional.setdefault(index, [])
        by_destination: dict[str, list[tuple[Any, tuple[int, int, int, int, int]]]] = {}
        for rate in contract.rates:
            term = self.term(rate.effective_from, rate.effective_to, rate.when)
            pricing = self.pricing(rate, known)
            if term >= 0:
                conditional += self.pricings[pricing].fractions
            entry = self.entry(rate, rate.id, pricing, term)
            for destination in rate.destinations:
                key = destination.removeprefix("+")
                by_destination.setdefault(key, []).append((rank(rate), entry))
        for deck in contract.decks:
            options = deck.options
            term = self.term(options.effective_from, options.effective_to, options.when)
            order = rank(options)
            _, _, _, media, bills = self.entry(options, deck.rate_ids[0], 0, term)
            first_of = {choice: row for row, choice in reversed(list(enumerate(deck.choices)))}
            pricings = {
                choice: self.pricing(deck.rate(row), known) for choice, row in first_of.items()
            }
            if term >= 0:
                for pricing in pricings.values():
                    conditional += self.pricings[pricing].fractions
            numbers = self.rate_ids
            for prefix, rate_id, choice in zip(
                deck.prefixes, deck.rate_ids, deck.choices, strict=True
            ):
                number = numbers.setdefault(rate_id, len(numbers))
                entry = (pricings[choice], number, term, media, bills)
                there = by_destination.get(prefix)
                if there is None:
                    by_destination[prefix] = [(order, entry)]
                else:
                    there.append((order, entry))
        row = [len(self.prefixes), 0]
        first, after = self.destinations(by_destination, CLASSES)
        row[1] = len(self.prefixes) - row[0]
        self.contracts.append([*row, *first, *after, first_pricing, len(self.pricings)])
        self.count_candidates(contract, by_destination)

    def destinations(
        self, by_destination: dict[str, list[tuple[Any, Any]]], classes: Sequence[str]
    ) -> tuple[list[int], list[int]]:
        """Append rates and prefixes; return where each class's rates begin and how many they are."""
        first, count = [], []
        for name in classes:
            rates = sorted(by_destination.get(name, ()))
            first.append(len(self.rates))
            count.append(len(rates))
            self.rates += [entry for _, entry in rates]
        keys = sorted(prefix_key(key) for key in by_destination if key not in CLASSES)
        for key, length in keys:
            rates = by_destination[str(key).zfill(KEY_DIGITS)[:length]]
            if len(rates) > 1:
                rates = sorted(rates)
            self.prefixes.append((key, length, len(self.rates), len(rates)))
            self.rates += [entry for _, entry in rates]
        return first, count

    def count_candidates(
        self, contract: Contract, by_destination: dict[str, list[tuple[Any, Any]]]
    ) -> None:
        """Refuse a contract in which too many rates may take turns within one call."""
        dated = {
            key: sum(entry[2] >= 0 for _, entry in rates) for key, rates in by_destination.items()
        }
        classes = sum(dated.get(name, 0) for name in CLASSES)
        deepest = 0
        if any(dated.values()):
            chain: dict[str, int] = {}
            for key in sorted(dated, key=len):
                if key not in CLASSES:
                    around = next(
                        (chain[key[:n]] for n in range(len(key) - 1, 0, -1) if key[:n] in chain), 0
                    )
                    chain[key] = around + dated[key]
            deepest = max(chain.values(), default=0)
        if classes + deepest > CANDIDATES_MAX:
            where = contract.where
            rule = f"has more than {CANDIDATES_MAX} rates with windows or dates for one number"
            self.faults.append(Fault(where.file, where.line, where.key, f'"{contract.id}"', rule))

    # -- facilities ------------------------------------------------------------------------

    def source(self, name: str) -> int:
        return self.sources.setdefault(name, len(self.sources))

    def ruling(self, cell: Any) -> int:
        """Return the number of what regulation says; -1 for nothing."""
        if (
            cell.federal is None
            and cell.state is None
            and cell.state_share is None
            and cell.per_call is None
        ):
            return -1
        number = self.ruling_of.get(cell)
        if number is None:
            number = self.ruling_of[cell] = len(self.rulings)
            self.rulings.append(cell)
            if cell.federal is not None and cell.federal.termination_share:
                share = Fraction(cell.federal.termination_share)
                self.shares.setdefault(share, len(self.shares))
            for ceiling in (cell.federal, cell.state):
                if ceiling is not None:
                    self.ceilings.append(_per_ms(ceiling.per_minute_exact))
        return number

    def ruling_table(self, facility: Facility) -> tuple[list[int], list[list[int]]]:
        """Return the first day of each interval, and its cells."""
        assert facility.kind is not None
        table = self.rules.table(
            facility_kind=facility.kind,
            adp=facility.adp,
            state=facility.state,
            commission=_commission(facility),
            additive=None if facility.additive is None else _decimal(facility.additive),
            opt_out=facility.opt_out,
            facility=facility.id,
        )
        starts = [-1_000_000 if day == date.min else _days(day) for day in table.starts]
        cells = [
            [
                self.ruling(table.cell(interval, medium, scope, group, relay))
                for medium in MEDIA
                for scope in SCOPES
                for group in BILL_GROUPS
                for relay in RELAYS
            ]
            for interval in range(len(starts))
        ]
        return starts, cells

    def facilities(self, contract_numbers: dict[str, int]) -> dict[str, Any]:
        """Return facilities, their local prefixes, holidays and ruling tables."""
        by_facility = any(row.facility for row in self.rules.rows)
        rows = []
        locals_: list[tuple[int, int, int]] = []
        holidays: list[int] = []
        tables: dict[Any, int] = {}
        table_rows: list[tuple[int, int]] = []
        starts: list[int] = []
        cells: list[int] = []
        for facility in self.document.facilities:
            rulings = -1
            if facility.regulated:
                key = (
                    facility.kind, facility.adp, facility.state, facility.commission,
                    facility.additive, facility.opt_out,
                    facility.id if by_facility else None,
                )  # fmt: skip
                if key not in tables:
                    tables[key] = len(table_rows)
                    begins, found = self.ruling_table(facility)
                    table_rows.append((len(starts), len(begins)))
                    starts += begins
                    for interval in found:
                        cells += interval
                rulings = tables[key]
            local_first = len(locals_)
            for prefix in facility.local:
                begin, length = prefix_key(prefix)
                locals_.append((begin, begin + 10 ** (KEY_DIGITS - length), length))
            rows.append(
                (
                    contract_numbers[facility.contract],
                    self.zones[facility.timezone],
                    state_number(facility.state) if facility.state else -1,
                    rulings,
                    self.tax_tables[facility.state],
                    local_first,
                    len(facility.local),
                    len(holidays),
                    len(facility.holidays),
                    int(facility.cap_basis == "actual"),
                )
            )
            holidays += [_days(day) for day in facility.holidays]
        return {
            "facilities": _rows(rows, 10),
            "locals": _rows(locals_, 3),
            "holidays": _flat(holidays),
            "ruling_tables": _rows(table_rows, 2),
            "ruling_starts": _flat(starts),
            "ruling_cells": _flat(cells),
        }

    def taxes(self) -> dict[str, Any]:
        """Return the taxes of every kind of call, side by side; number the tables by state."""
        self.tax_tables: dict[str | None, int] = {}
        rows = []
        first = []
        for facility in self.document.facilities:
            if facility.state in self.tax_tables:
                continue
            self.tax_tables[facility.state] = len(self.tax_tables)
            for medium in MEDIA:
                for jurisdiction in JURISDICTIONS:
                    for bill_type in BILL_TYPES:
                        first.append(len(rows))
                        for number, tax in enumerate(self.document.taxes):
                            if _fits(tax, facility.state, medium, jurisdiction, bill_type):
                                rows.append(self.tax(number, tax))
                        if len(rows) - first[-1] > TAXES_MAX:
                            where = self.document.taxes[-1].where
                            rule = f"makes more than {TAXES_MAX} taxes on one call"
                            self.faults.append(Fault(where.file, where.line, where.key, "", rule))
            first.append(len(rows))
        return {"taxes": _rows(rows, 8), "tax_first": _flat(first)}

    def tax(self, number: int, tax: Tax) -> tuple[int, ...]:
        exact = tax.percent / 100
        unit = tax.rounding.unit_micros
        short_base = -1
        if exact.denominator * unit < NUMERATOR_MAX:
            # The rounded tax must fit as well; beyond sixteen times the base 128 bits are safer.
            short_base = NUMERATOR_MAX // max(exact.numerator, 16)
        return (
            exact.numerator,
            exact.denominator,
            unit,
            short_base,
            self.term(tax.effective_from, tax.effective_to, None),
            number,
            MODES.index(tax.rounding.mode),
            int(tax.on_prior),
        )

    def terminations(self) -> int:
        """Lay the termination add-ons out like a contract; return its number, or -1."""
        terminations = self.document.terminations
        if not terminations:
            return -1
        by_prefix: dict[str, list[tuple[Any, Any]]] = {}
        for number, one in enumerate(terminations):
            term = self.term(one.effective_from, one.effective_to, None)
            by_prefix.setdefault(one.prefix, []).append((number, (0, number, term, 0, 0)))
        first = len(self.prefixes)
        self.destinations(by_prefix, ())
        self.contracts.append([first, len(self.prefixes) - first, *[0] * 10, 0, 0])
        return len(self.contracts) - 1

    # -- the whole -------------------------------------------------------------------------

    def run(self) -> Compiled:
        document = self.document
        for facility in document.facilities:
            self.zones.setdefault(facility.timezone, len(self.zones))
        numbers = {contract.id: index for index, contract in enumerate(document.contracts)}
        for index, contract in enumerate(document.contracts):
            self.contract(index, contract)
        termination_contract = self.terminations()
        taxes = self.taxes()
        facilities = self.facilities(numbers)
        added = [
            _per_ms(one.per_minute) * share
            for one in document.terminations
            for share in self.shares or (Fraction(1),)
        ]
        if added and self.ceilings:
            # The largest ceiling that an add-on can make; bounds are checked against it.
            self.ceilings += [*added, max(self.ceilings) + max(added)]
        common = self.denominators()
        if self.faults:
            raise TariffError(self.faults)
        rounding = document.rounding
        parts = {
            **self.calendar(),
            **self.prices(common),
            **facilities,
            **taxes,
            "rates": _rows(self.rates, 5),
            "prefixes": _rows(self.prefixes, 4),
            "contracts": _rows((row[:12] for row in self.contracts), 12),
            "rulings": _rows((self.ruling_row(cell, common) for cell in self.rulings), 12),
            "terminations": _rows((self.fraction(exact, common) for exact in added), 3),
        }
        unit_scaled = rounding.unit_micros * common
        scalars = {
            "denominator": common,
            "unit": rounding.unit_micros,
            "unit_scaled": unit_scaled if unit_scaled < SHORT_UNIT_MAX else 0,
            "mode": MODES.index(rounding.mode),
            "terms": len(self.terms),
            "termination_contract": termination_contract,
            "termination_shares": len(self.shares),
        }
        return Compiled(
            plan=_rating.Plan(parts, scalars),
            facilities={f.id: index for index, f in enumerate(document.facilities)},
            rate_ids=list(self.rate_ids),
            pricings=self.pricings,
            rulings=self.rulings,
            sources=list(self.sources),
            taxes=list(document.taxes),
            zones=[load_zone(facility.timezone) for facility in document.facilities],
        )

    def ruling_row(self, cell: Any, common: int) -> tuple[int, ...]:
        federal = None if cell.federal is None else _per_ms(cell.federal.per_minute_exact)
        state = None if cell.state is None else _per_ms(cell.state.per_minute_exact)
        share = Fraction(0) if cell.state_share is None else Fraction(cell.state_share.share)
        return (
            *self.fraction(federal, common),
            *self.fraction(state, common),
            share.numerator,
            share.denominator,
            -1 if cell.federal is None else self.source(cell.federal.source),
            -1 if cell.state is None else self.source(cell.state.source),
            int(cell.per_call is not None),
            -1 if federal is None else self.shares.get(Fraction(cell.federal.termination_share), -1),
        )


def _per_ms(per_minute: Fraction) -> Fraction:
    """Turn dollars per minute into micro-dollars per millisecond."""
    return per_minute * MICROS_PER_DOLLAR / 60_000


def _decimal(exact: Fraction) -> Decimal:
    """Turn a fraction of at most twelve decimals into a decimal."""
    return Decimal(f"{int(exact * 10**12)}E-12")


def _commission(facility: Facility) -> Commission | None:
    if facility.commission is None:
        return None
    per_minute, kind = facility.commission
    return Commission(_decimal(per_minute), kind)


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _fits(
    tax: Tax, state: str | None, medium: str, jurisdiction: str, bill_type: str
) -> bool:
    return (
        (tax.states is None or state in tax.states)
        and (tax.medium is None or medium == tax.medium)
        and (tax.jurisdictions is None or jurisdiction in tax.jurisdictions)
        and (tax.bill_types is None or bill_type in tax.bill_types)
    )


def compile_document(document: Document, rules: Rules) -> Compiled:
    """Compile a tariff for the engine.

    Raises
    ------
    TariffError
        What the engine could not price exactly, by name.
    BuildError
        The compiled module is of another version.
    """
    if _rating.VERSION != ENGINE_VERSION:
        raise BuildError(f"the engine is of version {_rating.VERSION}, not {ENGINE_VERSION}")
    return _Compiler(document, rules).run()
