"""Small books: one in which most things have happened, and one call that two accounts pay."""

from __future__ import annotations

from typing import Any

from tests.ledger.pricing import curve_of
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger

__all__ = ["TWICE_TAXED", "fill", "taxed_call"]

TAXED: dict[str, Any] = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}

TWICE_TAXED = {**TAXED, "taxes": [*TAXED["taxes"], {"name": "city", "pct": "3", "unit": 1}]}


def fill(ledger: Ledger) -> None:
    """Let most things happen in a new ledger."""
    quote = Quote.of(10_000_000, [{"name": "card", "flat": 3_000_000}])
    ledger.open_account("fam 1", at=T0)
    ledger.open_account("é/2", "inmate_debit", at=T0, opening="1")
    ledger.open_account("bill", "direct_bill", credit_limit="9", at=T0)
    ledger.deposit("fam 1", "10.00", at=T0, request_id="d", fees=quote)
    ledger.start_call("c1", ["fam 1", "é/2"], curve_of(TAXED, T0 + 1), at=T0 + 1)
    ledger.start_call("c2", ["bill"], curve_of(TAXED, T0 + 2), at=T0 + 2)
    ledger.end_call("c1", at=T0 + 150_000)
    ledger.end_call("c2", at=T0 + 90_000)
    ledger.refund("c1", at=T0 + 160_000, policy="amount", amount="0.10")
    ledger.pay("bill", "0.20", at=T0 + 170_000)
    ledger.transfer("fam 1", "é/2", "0.50", at=T0 + 180_000)
    ledger.chargeback("d", at=T0 + 190_000, request_id="cb", fee="1")
    ledger.release("é/2", at=T0 + 200_000)


def taxed_call(ledger: Ledger, *, split: bool = False) -> None:
    """Let a call of four minutes, with two taxes, be paid by two accounts."""
    ledger.open_account("a", at=T0, opening="0.50")
    ledger.open_account("b", at=T0, opening="5")
    ledger.start_call("c", ["a", "b"], curve_of(TWICE_TAXED, T0), at=T0, split=split)
    ledger.end_call("c", at=T0 + 200_000)
