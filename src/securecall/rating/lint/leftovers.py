"""What stands in a tariff without effect, and what is missing: contracts, taxes, populations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from securecall.rating.call import Call
from securecall.rating.contract import Facility, Tax
from securecall.rating.lint.clock import Clock
from securecall.rating.lint.finding import Finding
from securecall.rating.lint.overflows import countable_ms
from securecall.rating.lint.period import Period
from securecall.rating.lint.sites import Survey
from securecall.rating.rater import laid_out
from securecall.rating.zones import load_zone

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["leftover_findings"]

UNKNOWN_ADP = "average daily population unknown"  # how a ceiling says so in its citation


def _contracts(tariff: Tariff) -> Iterator[Finding]:
    named = {facility.contract for facility in tariff.document.facilities}
    for contract in tariff.document.contracts:
        if contract.id not in named:
            yield Finding(
                "unused_contract",
                "warning",
                f'contract "{contract.id}" is named by no facility; nothing of it was looked at',
                contract.where,
            )


def _taxes(tariff: Tariff, period: Period) -> Iterator[Finding]:
    states = {facility.state for facility in tariff.document.facilities}
    for tax in tariff.document.taxes:
        why = None
        if tax.states is not None and not tax.states & states:
            why = f"no facility is in {', '.join(sorted(tax.states))}"
        elif not any(_in_force(tax, facility, period) for facility in tariff.document.facilities):
            why = "it is in force at no time looked at"
        if why is not None:
            yield Finding(
                "unused_tax", "note", f'tax "{tax.id}" is met by no call: {why}', tax.where
            )


def _in_force(tax: Tax, facility: Facility, period: Period) -> bool:
    zone = load_zone(facility.timezone)
    clock = Clock(zone, (), *period.bounds(zone))
    term = clock.term(tax.effective_from, tax.effective_to, None)
    return clock.occurrence(term) is not None


def _populations(survey: Survey) -> Iterator[Finding]:
    for site in survey.sites:
        unknown = [
            one
            for one in site.facilities
            if one.regulated and one.kind == "jail" and one.adp is None
        ]
        for facility in unknown:
            found = _guessed(survey, facility)
            if found is not None:
                call, source = found
                yield Finding(
                    "unknown_adp",
                    "note",
                    f"{facility.id} is a jail without adp: the lowest ceiling of all tiers holds "
                    f"({source}), such as for {call.medium} calls to {call.number}; give its adp",
                    facility.where,
                    call,
                )


def _guessed(survey: Survey, facility: Facility) -> tuple[Call, str] | None:
    """Return a call whose ceiling rests on an unknown population, and its source."""
    for met in survey.outcomes():
        if facility not in met.site.facilities:
            continue
        for win in met.outcome.wins.values():
            call = met.call(win.instant_ms, facility=facility)
            countable = countable_ms(survey.tariff, call, call.duration_ms)
            if not countable:
                continue  # an overflow, which is told, shows no ceiling
            call = replace(call, duration_ms=countable)
            (_, _, _, ruling, _, _, _), _ = laid_out(survey.tariff, call, walked=True)
            if ruling >= 0:
                federal = survey.tariff.compiled.rulings[ruling].federal
                if federal is not None and UNKNOWN_ADP in federal.citation:
                    return call, federal.source
    return None


def leftover_findings(
    tariff: Tariff, period: Period, surveys: dict[str, Survey]
) -> Iterator[Finding]:
    """Yield contracts and taxes without effect, and jails without a population."""
    yield from _contracts(tariff)
    yield from _taxes(tariff, period)
    for survey in surveys.values():
        yield from _populations(survey)
