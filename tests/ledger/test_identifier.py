"""Ids, and the digest of a request."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ledger.table import T0

from securecall.errors import InputError, InputTypeError
from securecall.ledger.ledger import Ledger


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


@pytest.mark.parametrize(
    "bad", ["", "#1", "*cash", "a\x1fb", "x" * 201, "\udc80", "a\u00a0b", 7, None]
)
def test_bad_ids_move_nothing(alice: Ledger, bad: Any) -> None:
    before = alice.verify()
    with pytest.raises((InputError, InputTypeError)):
        alice.open_account(bad, at=T0)
    if bad is not None:
        with pytest.raises((InputError, InputTypeError)):
            alice.deposit("alice", "1.00", at=T0, request_id=bad)
    assert alice.verify() == before
