"""What a charge beside the minute's price may cost: ancillary fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from securecall.regulation.desk import standing
from securecall.regulation.fit import date_misfit, profile_misfit
from securecall.regulation.profile import Profile
from securecall.regulation.row import FeeRow
from securecall.regulation.words import CONFIDENCES

__all__ = ["FeeRule", "fee_ruling"]


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What the rules of a day say about one kind of charge.

    Attributes
    ----------
    kind : str
        ``automated_payment``, ``live_agent``, ``paper_bill``, ``third_party_transfer``,
        ``single_call`` or ``other``.
    status : {"forbidden", "capped", "pass_through", "allowed", "no_rule"}
        ``pass_through`` is another's fee without markup; ``no_rule`` says that none was found.
    cap : Decimal or None
        Dollars per use or transaction.
    source : str
        Regimes that decided, joined by `` + ``; empty where none was found.
    citation, confidence : str
    effective_from, effective_to : date or None
        Days through which the same rows decide, as far as their own dates say.

    Source
    ------
    47 CFR 64.6020.
    """

    kind: str
    status: str
    cap: Decimal | None
    source: str
    citation: str
    confidence: str
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def forbidden(self) -> bool:
        """Whether nothing may be charged."""
        return self.status == "forbidden"


def fee_ruling(
    rows: Sequence[FeeRow],
    kind: str,
    day: date,
    profile: Profile,
    *,
    channel: str | None,
    jurisdiction: str,
) -> FeeRule:
    """Decide what one kind of charge may cost; where several rows fit, the strictest holds.

    Parameters
    ----------
    rows : sequence of FeeRow
        Those that are believed.
    kind : str
    day : date
    profile : Profile
    channel : {"automated", "live_agent"} or None
        None fits every row, and the strictest holds.
    jurisdiction : str
        ``mixed`` meets the federal rows as interstate and a state's as intrastate too.

    Source
    ------
    47 CFR 64.6020; 64.6000(u) for mixed charges.
    """
    fit = [
        row
        for row in rows
        if row.fee == kind
        and date_misfit(row, day) is None
        and profile_misfit(row, profile) is None
        and _asked(row, jurisdiction)
        and (channel is None or row.channel in (None, channel))
    ]
    rest = standing(fit)
    if not rest:
        return FeeRule(kind, "no_rule", None, "", f"no rule found for {kind} on {day}", "low")
    return _strictest(kind, rest, _doubts(rest, profile, channel))


def _asked(row: FeeRow, jurisdiction: str) -> bool:
    if not row.jurisdiction:
        return True
    if jurisdiction == "mixed" and row.state is None:
        return "interstate" in row.jurisdiction
    asked = ("interstate", "intrastate") if jurisdiction == "mixed" else (jurisdiction,)
    return any(one in row.jurisdiction for one in asked)


def _doubts(rows: Sequence[FeeRow], profile: Profile, channel: str | None) -> str:
    doubts = ""
    if channel is None and len({row.channel for row in rows if row.channel}) > 1:
        doubts += "; channel not given, the strictest holds"
    if profile.adp_unknown and any(row.tiered for row in rows):
        doubts += "; average daily population unknown, the strictest holds"
    return doubts


def _strictest(kind: str, rows: Sequence[FeeRow], doubts: str) -> FeeRule:
    """Merge rows that all hold: a ban, else the lowest cap, without markup if any row says so."""
    banned = [row for row in rows if row.status == "forbidden"]
    capped = [row for row in rows if row.cap is not None]
    passed = [row for row in rows if row.status == "pass_through"]
    cap: Decimal | None = None
    if banned:
        status, deciding = "forbidden", banned[:1]
    elif capped or passed:
        status = "pass_through" if passed else "capped"
        deciding = []
        if capped:
            lowest = min(capped, key=lambda row: (row.cap, row.status != "pass_through"))
            cap, deciding = lowest.cap, [lowest]
        if passed and not any(row.status == "pass_through" for row in deciding):
            deciding.append(passed[0])
    else:
        permitted = [row for row in rows if row.status == "allowed"]
        status, deciding = ("allowed", permitted[:1]) if permitted else ("no_rule", [rows[0]])
    ends = [row.effective_to for row in deciding if row.effective_to is not None]
    return FeeRule(
        kind=kind,
        status=status,
        cap=cap,
        source=" + ".join(dict.fromkeys(row.regime for row in deciding)),
        citation="; ".join(dict.fromkeys(row.citation for row in deciding)) + doubts,
        confidence=max((row.confidence for row in deciding), key=CONFIDENCES.index),
        effective_from=max(row.effective_from for row in deciding),
        effective_to=min(ends, default=None),
    )
