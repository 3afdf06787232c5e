"""Receipts of settled calls."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Return a ledger in which most things have happened."""
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
    return ledger


def test_a_receipt_lists_every_increment_with_the_balance_around_it(busy: Ledger) -> None:
    text = busy.explain("c1")
    assert "0:00:00 - 0:01:00          $0.23        fam 1  $7.00  $6.77" in text
    assert "0:02:00 - 0:03:00          $0.23        fam 1  $6.54  $6.31" in text
    assert "charged for 0:03:00 bought: $0.69" in text
    assert "refunded since: $0.10" in text
    with pytest.raises(Unknown):
        busy.explain("c9")


def test_a_receipt_of_a_refused_or_running_call(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0)
    ledger.start_call("c1", ["a"], Flat(), at=T0)
    assert "never connected" in ledger.explain("c1")
    ledger.start_call("c2", ["a"], Flat(price=0), at=T0)
    with pytest.raises(InputError, match="still runs"):
        ledger.explain("c2")
    ledger.end_call("c2", at=T0 + 61_000)
    assert "nobody: it costs nothing" in ledger.explain("c2")
