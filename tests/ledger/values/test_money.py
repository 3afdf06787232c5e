"""Answers about money speak dollars."""

from __future__ import annotations

from decimal import Decimal

from securecall.ledger.values.money import Balance, Deposit, Movement


def test_a_deposit_is_what_was_credited_and_the_fees() -> None:
    deposit = Deposit("ok", "d", "a", 5, 10, 7, (("card", 2), ("flat", 1)))
    assert (deposit.paid, deposit.credited, deposit.fees) == (
        Decimal("0.000010"), Decimal("0.000007"), Decimal("0.000003"),
    )  # fmt: skip
    assert deposit.fees_by_id == {"card": Decimal("0.000002"), "flat": Decimal("0.000001")}


def test_balances_and_movements_are_dollars() -> None:
    balance = Balance(1, 2, 3, 4)
    assert (balance.posted, balance.held, balance.available, balance.owed) == (
        Decimal("0.000001"), Decimal("0.000002"), Decimal("0.000003"), Decimal("0.000004"),
    )  # fmt: skip
    assert Movement("ok", "a", 5, 9).credited == Decimal("0.000009")
