"""One way for the tests of this folder to ask, with everything usual left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from securecall.regulation import Rules, Ruling

__all__ = ["ask", "cap"]

USUAL: dict[str, Any] = {
    "medium": "audio",
    "jurisdiction": "interstate",
    "facility_kind": "jail",
    "adp": 2000,
    "bill_type": "prepaid",
    "state": "TX",
}


def ask(day: str, rules: Rules | None = None, **different: Any) -> Ruling:
    """Ask about an interstate audio call from a large jail in Texas, or what differs from it."""
    rules = rules or Rules.default()
    return rules.ruling(date.fromisoformat(day), **{**USUAL, **different})


def cap(day: str, rules: Rules | None = None, **different: Any) -> Decimal | None:
    """Return the governing price of a minute."""
    found = ask(day, rules, **different).ceiling
    return None if found is None else found.per_minute
