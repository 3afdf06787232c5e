"""Requests: the same id counts once, other content is a conflict."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import RequestConflict
from securecall.ledger.ledger import Ledger


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


def test_a_retry_gets_the_first_answer_even_after_other_operations(alice: Ledger) -> None:
    first = alice.withdraw("alice", "4.00", at=T0 + 1, request_id="w-1")
    refused = alice.withdraw("alice", "4.00", at=T0 + 2, request_id="w-2")
    alice.deposit("alice", "100.00", at=T0 + 3)
    assert refused.code == "insufficient_funds"
    assert alice.withdraw("alice", "4.00", at=T0 + 9, request_id="w-1") == first
    assert alice.withdraw("alice", "4.00", at=T0, request_id="w-2") == refused
    assert alice.balance("alice").posted == 101


def test_every_kind_of_answer_comes_back_the_same(alice: Ledger) -> None:
    quote = Quote.of(1_000_000, [{"name": "card", "flat": 300_000}])
    alice.open_account("d", "direct_bill", credit_limit="9", at=T0)
    asks: list[Any] = [
        lambda: alice.open_account("b", at=T0, request_id="1"),
        lambda: alice.deposit("alice", "1.00", at=T0, fees=quote, request_id="2"),
        lambda: alice.start_call("c1", ["alice"], Flat(), at=T0 + 1, request_id="3"),
        lambda: alice.settle_due(at=T0 + 10_000_000, request_id="4"),
        lambda: alice.refund("c1", at=T0 + 10_000_001, request_id="5"),
        lambda: alice.chargeback("2", fee="0.10", at=T0 + 10_000_002, request_id="6"),
        lambda: alice.chargeback_result("6", won=False, at=T0 + 10_000_003, request_id="7"),
        lambda: alice.statement("alice", through=T0 + 10_000_004, request_id="8"),
        lambda: alice.transfer("alice", "b", "0.01", at=T0 + 10_000_005, request_id="9"),
        lambda: alice.release("alice", at=T0 + 10_000_006, request_id="10"),
        lambda: alice.late_fee("d", percent="1", at=T0, request_id="11"),
        lambda: alice.inactivity("b", timezone="UTC", at=T0 + 10_000_007, request_id="12"),
        lambda: alice.end_call("c1", at=T0 + 10_000_008),
    ]
    first = [ask() for ask in asks]
    assert [ask() for ask in asks] == first
    assert first[1].fees_by_id == {"card": Decimal("0.300000")}


def test_other_content_is_a_conflict_that_moves_nothing(alice: Ledger) -> None:
    before = alice.verify()
    quote = Quote.of(5_000_000, [{"name": "x", "flat": 1}])
    asks: list[Any] = [
        lambda: alice.deposit("alice", "6.00", at=T0, request_id="d-1"),
        lambda: alice.withdraw("alice", "5.00", at=T0, request_id="d-1"),
        lambda: alice.deposit("alice", "5.00", at=T0, request_id="d-1", fees=quote),
    ]
    for ask in asks:
        with pytest.raises(RequestConflict, match="'d-1' was used before") as caught:
            ask()
        assert caught.value.request_id == "d-1"
    assert alice.verify() == before


def test_at_and_curve_are_no_content(alice: Ledger) -> None:
    first = alice.start_call("c1", ["alice"], Flat(), at=T0 + 1, request_id="s")
    assert alice.start_call("c1", ["alice"], Flat(1), at=T0 + 99, request_id="s") == first


def test_an_end_without_a_request_id_has_the_calls(alice: Ledger) -> None:
    alice.start_call("c1", ["alice"], Flat(), at=T0)
    first = alice.end_call("c1", at=T0 + 61_000)
    assert alice.end_call("c1", at=T0 + 62_000, reason="dropped") == first
    with pytest.raises(RequestConflict):
        alice.deposit("alice", "1.00", at=T0 + 70_000, request_id="c1")


def test_without_a_request_id_every_deposit_counts(alice: Ledger) -> None:
    for _ in range(3):
        alice.deposit("alice", "1.00", at=T0)
    assert alice.balance("alice").posted == 8
