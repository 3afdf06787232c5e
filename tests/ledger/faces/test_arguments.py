"""Arguments, checked at the door."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.ledger.table import T0

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


def test_an_amount_may_be_written_in_any_plain_way(alice: Ledger) -> None:
    for amount in ("1", "1.", "1.5", "+1", "001.000000", Decimal("1.50"), Decimal(2)):
        if amount == "1.":
            with pytest.raises(InputError):
                alice.deposit("alice", amount, at=T0)
        else:
            assert alice.deposit("alice", amount, at=T0).credited == Decimal(amount)
