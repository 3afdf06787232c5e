"""Payments and their fees."""

from __future__ import annotations

import pytest
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import InputError, InputTypeError
from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff


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


def test_a_quote_of_the_rating_wing_is_a_deposits_fees(alice: Ledger) -> None:
    tariff = Tariff.loads(FEES)
    quote = tariff.quote_deposit("20.00", facility="f", at=T0)
    found = alice.deposit("alice", "20.00", at=T0, fees=quote, request_id="q")
    assert (found.credited, found.fees, found.paid) == (quote.credited, quote.fees, quote.paid)
    assert found.fees_by_id == {"card": quote.lines[0].charged}
    assert alice.totals()["*fee:card"] == quote.fees
    taken = alice.chargeback("q", at=T0 + 1, request_id="cb")
    assert taken.debited == quote.credited
    assert alice.totals()["*fee:card"] == 0


FEES = """
[[facility]]
id = "f"
kind = "jail"
adp = 1
state = "TX"
timezone = "America/Chicago"
contract = "c"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "r"
steps = [{ from_ms = 0, price = "0.21", per_ms = 60_000, increment_ms = 60_000 }]
[[fee]]
id = "card"
kind = "automated_payment"
flat = "3.00"
mode = "deduct"
"""
