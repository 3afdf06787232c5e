"""``securecall caps``: which ceiling governs, why, and since when."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer

from securecall.cli.console import OVERRIDES, as_json, day_of, say
from securecall.errors import InputError
from securecall.money import shown
from securecall.regulation import Rules, Ruling

NAME: Final = "caps"


def run(
    *,
    at: str = typer.Option(..., help="The day of the call at the facility, 2026-05-01."),
    kind: str = typer.Option(..., help="prison or jail."),
    state: str = typer.Option(..., help="Two letters of the facility's state."),
    adp: str | None = typer.Option(None, help="Average daily population; unknown if left out."),
    medium: str = typer.Option("audio", help="audio or video."),
    jurisdiction: str = typer.Option(
        "interstate", help="intrastate, interstate, international or mixed."
    ),
    bill_type: str = typer.Option("prepaid", help="prepaid, inmate_debit, direct_bill, ..."),
    relay: str = typer.Option("none", help="none, trs, vrs, tty, asl or cts."),
    commission: str | None = typer.Option(None, help="Commission per minute, dollars."),
    commission_kind: str = typer.Option("contract", help="contract or law."),
    additive: str | None = typer.Option(None, help="The 2025 additive that is recovered."),
    termination: str | None = typer.Option(None, help="Average cost of ending a call abroad."),
    opt_out: list[str] = typer.Option([], help="A state policy that the facility opts out of."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
) -> None:
    """Look up the ceiling on a call, with its citation and every rule that lost."""
    from decimal import Decimal, InvalidOperation

    from securecall.regulation import Commission

    known = None if known_at is None else day_of(known_at, "--known-at")
    rules = Rules.load(override, known)
    try:
        population = None if adp is None else Decimal(adp)
    except InvalidOperation:
        raise InputError(f"--adp must be a number of people, not {adp!r}") from None
    ruling = rules.ruling(
        day_of(at, "--at"),
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind=kind,
        adp=population,
        bill_type=bill_type,
        state=state,
        relay=relay,
        commission=None
        if commission is None
        else Commission.of({"per_minute": commission, "kind": commission_kind}),
        additive=additive,
        termination_per_minute=termination,
        opt_out=tuple(opt_out),
    )
    if json:
        as_json(_fields(ruling))
    else:
        _show(ruling)


def _fields(ruling: Ruling) -> dict[str, Any]:
    cap = ruling.ceiling
    return {
        "ceiling": None
        if cap is None
        else {
            "per_minute": cap.per_minute,
            "source": cap.source,
            "citation": cap.citation,
            "confidence": cap.confidence,
            "effective_from": cap.effective_from,
            "effective_to": cap.effective_to,
        },
        "state_share": None
        if ruling.state_share is None
        else {
            "share": str(ruling.state_share.share),
            "source": ruling.state_share.source,
            "citation": ruling.state_share.citation,
        },
        "per_call_charges_barred_by": None
        if ruling.per_call is None
        else {"source": ruling.per_call.source, "citation": ruling.per_call.citation},
        "candidates": [
            {
                "level": candidate.level,
                "regime": candidate.regime,
                "per_minute": candidate.per_minute,
                "reason": candidate.reason,
                "citation": candidate.citation,
                "source_url": candidate.source_url,
                "confidence": candidate.confidence,
                "effective_from": candidate.effective_from,
                "effective_to": candidate.effective_to,
            }
            for candidate in ruling.candidates
        ],
    }


def _show(ruling: Ruling) -> None:
    cap = ruling.ceiling
    if cap is None or cap.per_minute is None:
        say("no ceiling was found; that is no ceiling of 0")
    else:
        say(f"{shown(cap.per_minute)} a minute, {cap.source}, confidence {cap.confidence}")
        say(f"  {cap.citation}")
    if ruling.state_share is not None:
        share = ruling.state_share
        say(f"the state pays {float(share.share):.0%}: {share.citation}")
    if ruling.per_call is not None:
        say(f"charges for the call itself are barred: {ruling.per_call.citation}")
    others = [
        f"  not {candidate.regime}"
        + ("" if candidate.per_minute is None else f" {shown(candidate.per_minute)}")
        + f": {candidate.reason}"
        for candidate in ruling.candidates
        if not candidate.governs
    ]
    for text in dict.fromkeys(others):  # rows of one regime may lose for one reason
        say(text)
