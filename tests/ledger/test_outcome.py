"""The words of answers."""

from __future__ import annotations

import pytest
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.outcome import Outcome


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


def test_outcomes_are_words_and_ok_is_the_last(alice: Ledger) -> None:
    words = alice.code_words()
    assert words[0] == "late"
    assert words[-1] == "ok"
    assert len(set(words)) == len(Outcome)
