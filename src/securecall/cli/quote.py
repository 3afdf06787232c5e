"""``securecall quote``: what a deposit costs, and what must be paid for a credit."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer

from securecall.cli.console import OVERRIDES, TARIFF, as_json, instant_of, load_tariff, say
from securecall.money import shown
from securecall.rating.fee_quote import FeeQuote

NAME: Final = "quote"


def run(
    *,
    amount: str = typer.Argument(..., help="Dollars, such as 25.00."),
    tariff: str = TARIFF,
    facility: str = typer.Option(..., help="The facility."),
    at: str = typer.Option(..., help="When, with an offset: 2026-05-01T18:00:00-05:00."),
    credit: bool = typer.Option(
        False, "--credit", help="AMOUNT is what shall arrive, not what is deposited."
    ),
    method: str = typer.Option("card", help="How it is paid."),
    channel: str = typer.Option("web", help="Where it is paid."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="The quote as JSON."),
) -> None:
    """Quote a deposit with its fees, or the payment that makes exactly a credit."""
    compiled = load_tariff(tariff, override, known_at)
    ask = compiled.quote_credit if credit else compiled.quote_deposit
    instant = instant_of(at, "--at")
    quote = ask(amount, facility=facility, method=method, channel=channel, at=instant)
    if json:
        as_json(_fields(quote))
        return
    say(f"paid      {shown(quote.paid)}")
    for line in quote.lines:
        removed = f" ({shown(line.removed)} removed: {line.citation})" if line.removed else ""
        say(f"fee       {shown(line.charged)}  {line.id}: {line.text}{removed}")
    say(f"credited  {shown(quote.credited)}")


def _fields(quote: FeeQuote) -> dict[str, Any]:
    return {
        "paid": quote.paid,
        "fees": quote.fees,
        "credited": quote.credited,
        "lines": [
            {
                "id": line.id,
                "kind": line.kind,
                "charged": line.charged,
                "removed": line.removed,
                "rule": line.rule,
                "citation": line.citation,
            }
            for line in quote.lines
        ],
    }
