"""The words of answers."""

from __future__ import annotations

import re
from pathlib import Path

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


def test_the_page_lists_them_in_the_same_order() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
    table = page.split("| code | when |")[1].split("\n\n")[0]
    told = [word for line in table.splitlines()[2:] for word in re.findall(r"`(\w+)`", line)]
    assert told == [outcome.value for outcome in Outcome]
