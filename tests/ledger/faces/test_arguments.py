"""Arguments, checked at the door."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.table import T0

from securecall.errors import AmountOverflow, InputError
from securecall.ledger.faces.arguments import positive_of
from securecall.ledger.ledger import Ledger
from securecall.money import micros


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


@given(
    st.one_of(st.decimals(-5, 10**13, places=6).map(str), st.text("0123456789.+-e", max_size=22))
)
def test_the_quick_reading_of_an_amount_is_the_careful_one(text: str) -> None:
    try:
        expected = micros(text)
    except (InputError, AmountOverflow):
        expected = 0
    try:
        found = positive_of(text)
    except (InputError, AmountOverflow):
        found = 0
    assert found == max(expected, 0)
