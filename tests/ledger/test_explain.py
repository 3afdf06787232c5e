"""Receipts of settled calls."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger


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
