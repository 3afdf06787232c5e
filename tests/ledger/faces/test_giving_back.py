"""Refunds at the door."""

from __future__ import annotations

import pytest
from tests.ledger.small_book import taxed_call
from tests.ledger.table import T0

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger


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
