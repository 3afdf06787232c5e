"""Refunds at the door."""

from __future__ import annotations

import pytest
from tests.ledger.small_book import taxed_call
from tests.ledger.table import T0

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger


def test_refunds_are_asked_for_clearly(ledger: Ledger) -> None:
    taxed_call(ledger)
    for given_ in (
        {"policy": "amount"},
        {"policy": "full", "amount": "1"},
        {"policy": "rerate"},
        {"policy": "full", "until_ms": 1},
        {"policy": "partial"},
    ):
        with pytest.raises(InputError):
            ledger.refund("c", at=T0 + 300_000, **given_)  # type: ignore[arg-type]


def test_how_a_wish_for_a_refund_stands_is_told(ledger: Ledger) -> None:
    taxed_call(ledger)
    account = ledger.call("c").accounts[0]
    assert ledger.refund_requests(account) == []
    asked = ledger.request_refund("c", why="cut off", at=T0 + 300_000, request_id="r-1")
    assert ledger.refund_requests(account) == [asked]
    ledger.decide_refund("r-1", approve=True, at=T0 + 310_000, policy="amount", amount="0.01")
    by_rule = ledger.request_refund(
        "c", why="dropped", at=T0 + 320_000, request_id="r-2", rule="dropped_call", until_ms=1
    )
    ledger.request_refund("c", why="again", at=T0 + 330_000, request_id="r-3")
    ledger.decide_refund("r-3", approve=False, at=T0 + 340_000)
    told = ledger.refund_requests(account)
    assert [(each.id, each.state, each.rule) for each in told] == [
        ("r-1", "approved", "review"), ("r-2", "approved", "dropped_call"),
        ("r-3", "denied", "review"),
    ]  # fmt: skip
    assert [each.refunded_micros for each in told] == [10_000, by_rule.refunded_micros, 0]
    assert sum(each.refunded_micros for each in told) == ledger.call("c").refunded_micros
    with pytest.raises(Unknown):
        ledger.refund_requests("nobody")
