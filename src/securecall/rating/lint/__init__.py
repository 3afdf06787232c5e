"""What is wrong with a tariff before it bills anyone.

Calls are not sampled: effective dates, windows, holidays, prefixes and increments are cut into the
parts in which nothing changes, and each part is looked at once. `docs/lint.md` explains each code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from securecall.rating.lint.ceilings import ceiling_findings
from securecall.rating.lint.charges import fee_findings
from securecall.rating.lint.finding import CODES, SEVERITIES, Finding, Kinds, Payment, in_order
from securecall.rating.lint.holes import hole_findings
from securecall.rating.lint.leftovers import leftover_findings
from securecall.rating.lint.local_times import dated_findings, local_time_findings
from securecall.rating.lint.overflows import overflow_findings
from securecall.rating.lint.overlaps import overlap_findings
from securecall.rating.lint.period import Bound, period_of
from securecall.rating.lint.reach import reach_findings
from securecall.rating.lint.sites import Survey

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["CODES", "SEVERITIES", "Finding", "Kinds", "Payment", "lint_tariff"]


def lint_tariff(
    tariff: Tariff, since: Bound | None = None, until: Bound | None = None
) -> list[Finding]:
    """Look a tariff over; see `Tariff.lint`."""
    period = period_of(tariff.document, tariff.rules, since, until)
    named = {facility.contract for facility in tariff.document.facilities}
    surveys = {
        contract.id: Survey(tariff, contract, period)
        for contract in tariff.document.contracts
        if contract.id in named
    }
    found: list[Finding] = []
    for survey in surveys.values():
        for check in (
            hole_findings,
            reach_findings,
            overlap_findings,
            overflow_findings,
            ceiling_findings,
            local_time_findings,
        ):
            found += check(survey)
    found += fee_findings(tariff, period, surveys)
    found += dated_findings(tariff, period, surveys)
    found += leftover_findings(tariff, period, surveys)
    return in_order(found)
