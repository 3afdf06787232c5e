"""Money that leaves for good: inactive accounts, release, and what cannot be paid out."""

from __future__ import annotations

from securecall.ledger.metering import end_now
from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.spending import local_day
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Movement
from securecall.ledger.values.periods import Payout

__all__ = ["inactivity", "payout_failed", "release", "touch"]


def touch(op: Operation, account: str) -> Done:
    """Note that the holder showed interest: the inactivity clock begins again."""
    op.account(account).active_ms = op.at_ms
    return Done("ok", op.at_ms)


def inactivity(
    op: Operation, account: str, timezone: str, period_days: int, state: str | None, *, to: str
) -> Payout | None:
    """Pay out an account that nobody has used for longer than the period; else nothing."""
    from securecall.regulation import Rules  # only here, so that a ledger opens quickly

    found = op.open(account)
    row = op.account(account)
    today = local_day(op.at_ms, timezone)
    rule = Rules.default().inactivity_rule(today, state=state)
    if rule is not None and rule.days > period_days:
        period_days = rule.days
    idle_days = (today - local_day(row.active_ms, timezone)).days
    if idle_days <= period_days or row.posted_micros <= 0:
        return None
    if any(each.ended_ms is None for each in found.meters) or (row.more.get("reload") or {}).get(
        "pending"
    ):
        return None  # a running call, or money on its way, is no inactivity
    amount = row.posted_micros
    contra = "cash" if to == "refund" else "unclaimed"
    op.move(account, contra, -amount, "payout", op.request_id)
    citation = "" if rule is None else rule.citation
    return Payout("ok", account, op.at_ms, amount, to, "inactive", idle_days, citation)


def release(op: Operation, account: str) -> Payout:
    """End a released person's calls at the instant, pay the money out and close the account."""
    row = op.account(account)
    if row.closed and row.posted_micros <= 0:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    end_now(op, account, "released")
    amount = max(row.posted_micros, 0)
    op.move(account, "cash", -amount, "payout", op.request_id)
    row.closed = True
    row.reload_ms = None
    return Payout("ok", account, op.at_ms, amount, "refund", "released", 0, "")


def payout_failed(op: Operation, account: str, amount: int) -> Movement:
    """Move what could not be paid out to unclaimed property; it is never revenue."""
    op.open(account)
    paid = -sum(e.amount_micros for e in op.tx.entries(account, 0) if e.kind == "payout")
    paid -= sum(
        e.amount_micros
        for e in op.tx.entries(account, 0)
        if e.kind == "unpaid" and e.amount_micros > 0
    )
    if amount > paid:
        raise Unfit(Outcome.NOTHING_LEFT)
    op.move(account, "cash", amount, "unpaid", op.request_id)
    op.move(account, "unclaimed", -amount, "unpaid", op.request_id)
    return Movement("ok", account, op.at_ms, amount)
