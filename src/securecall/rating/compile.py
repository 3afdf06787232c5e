"""From a tariff's values to the engine's plan, room by room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from securecall import _rating
from securecall.errors import BuildError, Fault, TariffError
from securecall.money import MODES
from securecall.rating.calendar import Calendar
from securecall.rating.ceilings import Ceilings, days
from securecall.rating.contract import Document, Facility, Tax
from securecall.rating.destinations import Destinations
from securecall.rating.later import Later
from securecall.rating.numbering import KEY_DIGITS, prefix_key, state_number
from securecall.rating.packed_words import PackedWords
from securecall.rating.packing import flat, rows
from securecall.rating.pricings import FRACTION_MAX, SHORT_UNIT_MAX, Pricing, Pricings
from securecall.rating.taxes import TaxTables
from securecall.rating.zones import Zone, load_zone, tzdata_version
from securecall.regulation import Rules, Ruling

__all__ = ["Compiled", "Meaning", "compile_document"]

ENGINE_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the plan's numbers stand for, as receipts and the linter ask.

    Attributes
    ----------
    pricings : list of Pricing
    rulings : list of Ruling
        What regulation says, termination add-ons apart.
    taxes : list of Tax
    zones : list of Zone
        By facility.
    """

    pricings: list[Pricing]
    rulings: list[Ruling]
    taxes: list[Tax]
    zones: list[Zone]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan, and all that rating and price curves need beside it.

    Attributes
    ----------
    plan : securecall._rating.Plan
    facilities : dict of str to int
    rate_ids : PackedWords
    sources : tuple of str
        What ``cap_source`` can be; the first is ``contract``.
    tax_ids : tuple of str
    timezones : tuple of str
        By facility, as ``longest_ms``.
    longest_ms : tuple of int or None
        ``max_call_ms``.
    tzdata : str
        The version of the time zones in the plan.
    meaning : Later of Meaning
        Made at once by `compile_document`, and from the source when a compiled file is asked.
    """

    plan: _rating.Plan
    facilities: dict[str, int]
    rate_ids: PackedWords
    sources: tuple[str, ...]
    tax_ids: tuple[str, ...]
    timezones: tuple[str, ...]
    longest_ms: tuple[int | None, ...]
    tzdata: str
    meaning: Later[Meaning]

    @property
    def pricings(self) -> list[Pricing]:
        """What rates cost, by the plan's numbers."""
        return self.meaning.value.pricings

    @property
    def rulings(self) -> list[Ruling]:
        """What regulation says, by the plan's numbers."""
        return self.meaning.value.rulings

    @property
    def taxes(self) -> list[Tax]:
        """Taxes, by the plan's numbers."""
        return self.meaning.value.taxes

    @property
    def zones(self) -> list[Zone]:
        """Time zones, by facility."""
        return self.meaning.value.zones


def _facilities(
    facilities: tuple[Facility, ...],
    contracts: dict[str, int],
    calendar: Calendar,
    ceilings: Ceilings,
    taxes: TaxTables,
) -> dict[str, Any]:
    """Return facilities, their local prefixes and holidays, packed."""
    packed = []
    local: list[tuple[int, int, int]] = []
    holidays: list[int] = []
    for facility in facilities:
        packed.append(
            (
                contracts[facility.contract],
                calendar.zone(facility.timezone),
                state_number(facility.state) if facility.state else -1,
                ceilings.table(facility),
                taxes.number(facility.state),
                len(local),
                len(facility.local),
                len(holidays),
                len(facility.holidays),
                int(facility.cap_basis == "actual"),
            )
        )
        for prefix in facility.local:
            begin, length = prefix_key(prefix)
            local.append((begin, begin + 10 ** (KEY_DIGITS - length), length))
        holidays += [days(day) for day in facility.holidays]
    return {
        "facilities": rows(packed, 10),
        "locals": rows(local, 3),
        "holidays": flat(holidays),
    }


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
    faults: list[Fault] = []
    calendar = Calendar()
    pricings = Pricings(document.rounding, faults)
    destinations = Destinations(calendar, pricings, faults)
    ceilings = Ceilings(rules)
    taxes = TaxTables(document.taxes, calendar, faults)
    for contract in document.contracts:
        destinations.add(contract)
    termination_contract = destinations.add_terminations(document.terminations)
    contracts = {contract.id: number for number, contract in enumerate(document.contracts)}
    facilities = _facilities(document.facilities, contracts, calendar, ceilings, taxes)
    prices = ceilings.prices(document.terminations)
    common = pricings.common(prices)
    if faults:
        raise TariffError(faults)
    unit_scaled = document.rounding.unit_micros * common
    parts = {
        **pricings.parts(common, prices),
        **destinations.parts(),
        **facilities,
        **ceilings.parts(common, document.terminations),
        **taxes.parts(),
        **calendar.parts(),
    }
    scalars = {
        "denominator": common,
        "unit": document.rounding.unit_micros,
        "unit_scaled": unit_scaled if unit_scaled < SHORT_UNIT_MAX else 0,
        "mode": MODES.index(document.rounding.mode),
        "terms": len(calendar.terms),
        "termination_contract": termination_contract,
        "termination_shares": ceilings.termination_shares,
    }
    assert common < FRACTION_MAX
    return Compiled(
        plan=_rating.Plan(parts, scalars),
        facilities={facility.id: n for n, facility in enumerate(document.facilities)},
        rate_ids=PackedWords.of(destinations.rate_ids),
        sources=tuple(ceilings.sources),
        tax_ids=tuple(tax.id for tax in document.taxes),
        timezones=tuple(facility.timezone for facility in document.facilities),
        longest_ms=tuple(facility.max_call_ms for facility in document.facilities),
        tzdata=tzdata_version(),
        meaning=Later.of(
            Meaning(
                pricings=pricings.all,
                rulings=ceilings.rulings,
                taxes=list(document.taxes),
                zones=[load_zone(facility.timezone) for facility in document.facilities],
            )
        ),
    )
