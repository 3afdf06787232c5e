"""Answers about refunds and chargebacks speak dollars."""

from __future__ import annotations

from decimal import Decimal

from securecall.ledger.values.giving_back import Chargeback, Refund, RefundRequest


def test_a_refund_is_its_parts_and_its_accounts_shares() -> None:
    refund = Refund("ok", "c", 5, 10, (("revenue", 9), ("tax:ny", 1)), (("a", 6), ("b", 4)), "")
    assert refund.parts == {"revenue": Decimal("0.000009"), "tax:ny": Decimal("0.000001")}
    assert refund.by_account == {"a": Decimal("0.000006"), "b": Decimal("0.000004")}
    assert sum(refund.parts.values()) == sum(refund.by_account.values()) == refund.refunded


def test_requests_and_chargebacks_are_dollars() -> None:
    assert RefundRequest("ok", "r", "c", 5, "pending", "", "review", 3).refunded == Decimal(
        "0.000003"
    )
    chargeback = Chargeback("ok", "cb", "d", "a", 5, "received", 8, 1)
    assert (chargeback.debited, chargeback.fee) == (Decimal("0.000008"), Decimal("0.000001"))
