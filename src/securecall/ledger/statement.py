"""Monthly statements and late fees."""

from __future__ import annotations

from fractions import Fraction

from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.periods import LateFee, Statement
from securecall.ledger.values.text import encode
from securecall.money import Rounding

__all__ = ["late_fee", "statement"]

CHARGES = ("charge", "late_fee")
PAYMENTS = ("deposit", "reload", "payment", "fee")
CENT = Rounding("half_up", 10_000)


def statement(op: Operation, account: str, through_ms: int) -> Statement:
    """Close the period that ends with an instant; what is posted later belongs to the next one."""
    row = op.tx.account(account)
    if row is not None and row.more.get("statement"):
        last = row.more["statement"]
        if through_ms <= last["through_ms"]:
            raise Unfit(Outcome.LATE)
    found = op.open(account)
    row = found.accounts[account]
    last = row.more.get("statement") or {
        "closing": 0,
        "through_ms": row.more["opened_ms"],
        "entry_seq": 0,
        "number": 0,
    }
    sums = {"charges": 0, "adjustments": 0, "payments": 0}
    calls: dict[str, int] = {}
    opening = -int(last["closing"])
    entries = [
        (e.at_ms, e.kind, e.amount_micros, e.ref, e.seq)
        for e in op.tx.entries(account, last["entry_seq"])
    ]
    entries += [
        (line[2], line[6], line[5], line[7], line[0]) for line in op.lines if line[3] == account
    ]
    later = set(last.get("later", ()))
    if later:
        entries += [
            (e.at_ms, e.kind, e.amount_micros, e.ref, e.seq)
            for e in op.tx.entries(account, min(later) - 1)
            if e.seq in later
        ]
    postponed = []
    for at_ms, kind, amount, ref, seq in entries:
        if at_ms > through_ms:
            postponed.append(seq)
        elif kind == "opening":
            opening -= amount
        elif kind in PAYMENTS:
            sums["payments"] += amount
        elif kind in CHARGES and (at_ms >= last["through_ms"] or last["number"] == 0):
            sums["charges"] -= amount
            if kind == "charge":
                calls[ref] = 1
        else:
            sums["adjustments"] -= amount
    closing = opening + sums["charges"] + sums["adjustments"] - sums["payments"]
    unposted = sum(amount for _, _, amount, _, seq in entries if seq in postponed)
    assert closing == -(row.posted_micros - unposted), "a statement must agree with the balance"
    ended = {each.id: each for each in op.ended}
    kept = op.tx.calls_of([ref for ref in calls if ref not in ended])
    billed = sum((ended.get(ref) or kept[ref]).bought_ms for ref in calls)
    made = Statement(
        "ok", account, last["through_ms"], through_ms, opening, sums["charges"],
        sums["adjustments"], sums["payments"], closing, op.held(account), len(calls), billed,
    )  # fmt: skip
    row.more = {
        **row.more,
        "statement": {
            "closing": -closing,
            "through_ms": through_ms,
            "entry_seq": op.entry_seq,
            "later": postponed,
            "number": last["number"] + 1,
        },
    }
    name = f"{account}:{last['number'] + 1}"
    op.tx.put_paper(Paper("statement", name, account, "closed", {"answer": encode(made)}))
    return made


def late_fee(op: Operation, account: str, percent: Fraction) -> LateFee:
    """Charge a percentage, in cents, of what the last statement left unpaid."""
    op.open(account)
    row = op.account(account)
    if row.kind != "direct_bill":
        raise Unfit(Outcome.WRONG_KIND)
    last = row.more.get("statement")
    past_due = 0 if last is None else max(-last["closing"], 0)
    if last is not None:
        later = set(last["later"])
        for entry in op.tx.entries(account, min(later, default=last["entry_seq"] + 1) - 1):
            if entry.seq <= last["entry_seq"] and entry.seq not in later:
                continue
            if entry.kind not in CHARGES and entry.amount_micros > 0:
                past_due -= entry.amount_micros  # payments and refunds go to the oldest first
    past_due = max(past_due, 0)
    if past_due == 0:
        raise Unfit(Outcome.NOTHING_LEFT)
    fee = CENT.apply(past_due * percent / 100)
    op.move(account, "fee:late", -fee, "late_fee", op.request_id)
    return LateFee("ok", account, op.at_ms, past_due, fee)
