"""Payments and their fees."""

from __future__ import annotations

import pytest
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import InputError, InputTypeError
from securecall.ledger.ledger import Ledger


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


def test_fees_must_fit_their_deposit(alice: Ledger) -> None:
    quote = Quote.of(1_000_000, [{"name": "card", "flat": 300_000}])
    with pytest.raises(InputError, match="quoted for"):
        alice.deposit("alice", "2.00", at=T0, fees=quote)
    with pytest.raises(InputTypeError, match="FeeQuote"):
        alice.deposit("alice", "2.00", at=T0, fees=object())
    whole = Quote.of(1_000_000, [{"name": "card", "flat": 1_000_000}])
    with pytest.raises(InputError, match="leave something"):
        alice.deposit("alice", "1.00", at=T0, fees=whole)
