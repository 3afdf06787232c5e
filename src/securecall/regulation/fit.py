"""Whether a row concerns a call, and in plain words why not.

One set of tests serves both the quick table and the list of candidates with their reasons, so
that the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from securecall.regulation.callkind import CallKind
from securecall.regulation.profile import Profile
from securecall.regulation.row import CeilingRow, Row, StateRow

__all__ = ["call_misfit", "date_misfit", "displaced", "profile_misfit"]

AnyRow = TypeVar("AnyRow", bound=Row)

_BILLED = {"prepaid_debit": "prepaid and debit calls", "collect": "collect and direct-billed calls"}


def date_misfit(row: Row, day: date) -> str | None:
    """Return why a row is not in force on a day, or None if it is.

    Source
    ------
    own.

    Examples
    --------
    >>> row = Row(regime="r", effective_from=date(2026, 4, 6), citation="c")
    >>> date_misfit(row, date(2026, 4, 5))
    'in force only from 2026-04-06'
    """
    if day < row.effective_from:
        return f"in force only from {row.effective_from}"
    if not row.in_force(day):
        return f"ended on {row.effective_to}"
    return None


def profile_misfit(row: Row, profile: Profile) -> str | None:
    """Return why a row does not concern a facility, or None if it does.

    A tier holds from ``adp_min`` up to, and without, ``adp_max + 1``: printed ranges are whole
    numbers, and 999.5 is below 1,000. An unknown population fits every tier.

    Source
    ------
    47 CFR 64.6010 (2024), 64.6030 (2021): "1,000 or greater"; own for fractions.

    Examples
    --------
    >>> row = Row(regime="r", effective_from=date.min, citation="c",
    ...     facility_kind="jail", adp_min=350, adp_max=999)
    >>> profile_misfit(row, Profile.of(facility_kind="jail", adp=1000))
    'for a daily population of 350 to 999, not 1000'
    """
    if row.facility and profile.facility not in row.facility:
        return f"only for {', '.join(row.facility)}"
    if row.state is not None and row.state != profile.state:
        return f"for facilities in {row.state}"
    if row.facility_kind is not None and row.facility_kind != profile.facility_kind:
        return f"for a {row.facility_kind}, not a {profile.facility_kind}"
    adp = profile.adp
    if adp is not None and row.tiered:
        over = row.adp_max is not None and adp >= row.adp_max + 1
        if over or adp < row.adp_min:
            shown = adp.numerator if adp.denominator == 1 else round(float(adp), 3)
            return f"for a daily population of {row.population}, not {shown}"
    if isinstance(row, CeilingRow):
        return _commission_misfit(row, profile)
    if isinstance(row, StateRow):
        return _nature_misfit(row, profile)
    return None


def _commission_misfit(row: CeilingRow, profile: Profile) -> str | None:
    by_law = profile.commission is not None and profile.commission.kind == "law"
    if row.component == "commission_law" and not by_law:
        return "only where a law demands the commission"
    if row.component == "commission_contract" and by_law:
        return "not where a law demands the commission"
    return None


def _nature_misfit(row: StateRow, profile: Profile) -> str | None:
    if row.legal_nature == "agency_contract_rate":
        return "an agency's contract price, not a cap: it never binds"
    if row.legal_nature == "agency_policy" and row.regime in profile.opt_out:
        return "an agency's policy that this facility has opted out of"
    return None


def call_misfit(row: Row, call: CallKind) -> str | None:
    """Return why a row does not concern a kind of call, or None if it does.

    Source
    ------
    own.

    Examples
    --------
    >>> row = Row(regime="r", effective_from=date.min, citation="c", medium=("audio",))
    >>> call_misfit(row, CallKind("video", "interstate", "collect"))
    'for audio calls'
    """
    if row.medium and call.medium not in row.medium:
        return f"for {' and '.join(row.medium)} calls"
    if row.jurisdiction and not any(one in row.jurisdiction for one in call.asked):
        return f"for {' and '.join(row.jurisdiction)} calls"
    if row.bill_type is not None and row.bill_type != call.bill_group:
        return f"for {_BILLED[row.bill_type]}"
    return None


def displaced(rows: Sequence[AnyRow]) -> dict[str, str]:
    """Return the regimes that some of these rows replace, each with what replaces it.

    Source
    ------
    own.
    """
    return {name: row.regime for row in rows for name in row.replaces}
