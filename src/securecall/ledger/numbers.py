"""What a family account has besides money: the numbers that call on it, and a spending limit."""

from __future__ import annotations

from typing import Any

from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.spending import arm
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.answer import Done

__all__ = ["link", "set_spending_limit"]


def link(op: Operation, number: str, account: str) -> Done:
    """Put a number on an account."""
    if op.account(account).closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    op.tx.put_paper(Paper("number", number, account, "linked", {}))
    return Done("ok", op.at_ms)


def set_spending_limit(op: Operation, account: str, plan: dict[str, Any] | None) -> Done:
    """Set or end an account's spending limit."""
    found = op.open(account)
    row = op.account(account)
    if row.closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    more = {name: value for name, value in row.more.items() if name != "spending"}
    purse = found.purse(account)
    purse.refill, purse.left_micros = None, None
    if plan is not None:
        more["spending"] = plan
        arm(purse, plan, op.at_ms)
    row.more = more
    return Done("ok", op.at_ms)
