"""Answers about periods: what is owed, and the same seen as what is in the account."""

from __future__ import annotations

from decimal import Decimal

from securecall.ledger.values.periods import LateFee, Payout, Statement


def test_balances_of_a_statement_have_the_other_sign_of_what_is_owed() -> None:
    statement = Statement("ok", "a", 1, 2, -10, 4, 1, 3, -8, 0, 1, 60_000)
    assert (statement.opening, statement.opening_balance) == (
        Decimal("-0.000010"), Decimal("0.000010"),
    )  # fmt: skip
    assert statement.closing_balance == Decimal("0.000008")
    assert (
        statement.opening + statement.charges + statement.adjustments - statement.payments
        == statement.closing
    )


def test_late_fees_and_payouts_are_dollars() -> None:
    fee = LateFee("ok", "a", 5, 200, 3)
    assert (fee.past_due, fee.late_fee) == (Decimal("0.000200"), Decimal("0.000003"))
    assert Payout("ok", "a", 5, 7, "refund", "released", 0, "").amount == Decimal("0.000007")
