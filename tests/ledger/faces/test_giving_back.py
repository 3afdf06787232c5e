"""Refunds at the door."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import curve_of
from tests.ledger.table import T0

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [
        {"name": "ny", "pct": "8.875", "unit": 10_000},
        {"name": "city", "pct": "3", "unit": 1},
    ],
}


def taxed_call(ledger: Ledger, *, split: bool = False) -> None:
    """Let a call of four minutes be paid by two accounts."""
    ledger.open_account("a", at=T0, opening="0.50")
    ledger.open_account("b", at=T0, opening="5")
    ledger.start_call("c", ["a", "b"], curve_of(TAXED, T0), at=T0, split=split)
    ledger.end_call("c", at=T0 + 200_000)


def test_refunds_are_asked_for_clearly(ledger: Ledger) -> None:
    taxed_call(ledger)
    for given_ in (
        {"policy": "amount"},
        {"policy": "full", "amount": "1"},
        {"policy": "rerate"},
        {"policy": "full", "until_ms": 1},
        {"policy": "partial"},
    ):
        with pytest.raises(InputError):
            ledger.refund("c", at=T0 + 300_000, **given_)  # type: ignore[arg-type]
