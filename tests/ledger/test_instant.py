"""Instants: aware or epoch milliseconds, floored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
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
    ("at", "error", "words"),
    [
        (datetime(2026, 1, 1), InputError, "time zone"),
        (1.5, InputTypeError, "aware datetime"),
        ("2026-01-01", InputTypeError, "aware datetime"),
        (True, InputTypeError, "aware datetime"),
        (-1, InputError, "1970"),
        (1 << 60, InputError, "1970"),
    ],
)
def test_bad_instants_move_nothing(
    alice: Ledger, at: Any, error: type[Exception], words: str
) -> None:
    before = alice.verify()
    with pytest.raises(error, match=words):
        alice.deposit("alice", "1.00", at=at)
    with pytest.raises(error, match=words):
        alice.balance("alice", at=at)
    assert alice.verify() == before


def test_instants_are_floored_to_the_millisecond_whatever_their_zone(alice: Ledger) -> None:
    zone = timezone(timedelta(hours=-6))
    at = datetime(2026, 1, 5, 9, 0, 0, 1_999, tzinfo=zone)
    assert alice.deposit("alice", "1.00", at=at).at == datetime(
        2026, 1, 5, 15, 0, 0, 1_000, tzinfo=UTC
    )
