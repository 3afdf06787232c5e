"""Automatic deposits: when they are asked for, and what becomes of them.

A reload falls due at the first instant at which what is available, running calls counted, is below
the threshold. That instant is solved in advance like a cutoff and stands in the account's row;
whatever settles the account past it writes the request down. At most one is in flight. Nothing
waits for it: its money counts when it lands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from securecall.errors import Unknown
from securecall.ledger.component import Component
from securecall.ledger.cutoff import advance, cutoffs
from securecall.ledger.meter import FOREVER_MS, Meter, Purse
from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.payments import FeeTuple, credit_reload
from securecall.ledger.rows import AccountRow
from securecall.ledger.spending import local_day, period_after
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Reload

__all__ = ["fire_due", "reload_result", "set_auto_reload", "watch"]

HOUR_MS = 3_600_000
BACK_OFF_MS_MAX = 24 * HOUR_MS
LOG_DAYS = 62


def set_auto_reload(op: Operation, account: str, plan: dict[str, Any] | None) -> Done:
    """Set or end an account's automatic deposits; the numbering goes on."""
    row = op.account(account)
    if row.closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    row.active_ms = op.at_ms
    old = row.more.get("reload") or {"number": 0, "pending": None, "fails": 0, "log": []}
    kept = {name: old[name] for name in ("number", "pending", "fails", "log")}
    if plan is None:
        row.more = {**row.more, "reload": {**kept, "off": True}}
        row.reload_ms = None
    else:
        row.more = {**row.more, "reload": {**kept, "not_before_ms": 0, **plan}}
    return Done("ok", op.at_ms)


def fire_due(op: Operation, found: Component, row: AccountRow, reached_ms: int) -> None:
    """Write down the reload that fell due by an instant."""
    if row.reload_ms is None or row.reload_ms > reached_ms:
        return
    _fire(op, row, row.reload_ms)


def _fire(op: Operation, row: AccountRow, at_ms: int) -> None:
    plan = row.more["reload"]
    number = plan["number"] + 1
    name = f"auto:{row.id}:{number}"
    body = {"amount": plan["amount"], "at_ms": at_ms}
    op.tx.put_paper(Paper("reload", name, row.id, "pending", body))
    first = local_day(at_ms, plan["timezone"]) - timedelta(days=LOG_DAYS)
    log = [each for each in plan["log"] if local_day(each[0], plan["timezone"]) >= first]
    log.append([at_ms, plan["amount"], name])
    row.more = {**row.more, "reload": {**plan, "number": number, "pending": name, "log": log}}
    row.reload_ms = None


def watch(op: Operation, found: Component, row: AccountRow) -> None:
    """Find when the next reload falls due; one that is due now is written down."""
    plan = row.more["reload"]
    if plan.get("off") or plan["pending"] is not None or row.closed:
        row.reload_ms = None
        return
    crossing = _crossing(op, found, row, plan["below"])
    if crossing is None:
        row.reload_ms = None
        return
    due = _allowed(plan, max(crossing, plan["not_before_ms"]))
    row.reload_ms = due
    if due is not None and due <= op.at_ms and crossing <= op.at_ms:
        if found.purse(row.id).room_micros < plan["below"]:
            _fire(op, row, due)


def _crossing(op: Operation, found: Component, row: AccountRow, below: int) -> int | None:
    """Return the first instant from now on at which less than the threshold is available."""
    purse = found.purse(row.id)
    if purse.room_micros < below:
        return op.at_ms
    running = [each for each in found.meters if each.ended_ms is None]
    if not any(each is purse for meter in running for each in meter.purses):
        return None
    plain = len(running) == 1 and len(running[0].purses) == 1 and purse.refill is None
    if plain and not getattr(running[0].curve, "prorate", False):
        return _alone(running[0], purse.room_micros - below)
    return _search(running, row.id, below, op.at_ms)


def _alone(meter: Meter, spare: int) -> int | None:
    """Return the start of the first increment that takes more than there is to spare."""
    reach = meter.curve.reach_micros(meter.charged_micros + spare)
    if reach is None:
        return None
    ends = meter.curve.reach_micros(meter.charged_micros + meter.purses[0].funds_micros)
    if ends is not None and reach >= ends:
        return None  # that increment cannot be paid at all
    if meter.limit_ms is not None and reach >= meter.limit_ms:
        return None
    return meter.start_ms + reach


def _search(running: list[Meter], account: str, below: int, now_ms: int) -> int | None:
    """Find the instant by halving, for several calls or purses."""
    ends = [end for end, _ in cutoffs(running).values()]
    known = [end for end in ends if end is not None]
    high = max(known) if len(known) == len(ends) else now_ms + 400 * BACK_OFF_MS_MAX
    if not _is_below(running, account, below, high):
        return None
    low = now_ms - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _is_below(running, account, below, middle):
            high = middle
        else:
            low = middle
    return high


def _is_below(running: list[Meter], account: str, below: int, at_ms: int) -> bool:
    purses: dict[int, Purse] = {}
    for meter in running:
        for purse in meter.purses:
            purses.setdefault(id(purse), purse.copy())
    copies = [meter.copy(purses) for meter in running]
    advance(copies, min(at_ms, FOREVER_MS - 1))
    return any(each.id == account and each.room_micros < below for each in purses.values())


def _allowed(plan: dict[str, Any], at_ms: int) -> int | None:
    """Return the first instant from one on that the caps allow; None: never at this amount."""
    for _ in range(3):
        for period, cap in (("day", plan["daily_max"]), ("month", plan["monthly_max"])):
            if cap is None:
                continue
            unit, most = cap
            new = 1 if unit == "count" else plan["amount"]
            if new > most:
                return None
            ends_ms = period_after(at_ms, period, plan["timezone"])
            used = sum(
                1 if unit == "count" else amount
                for done_ms, amount, _ in plan["log"]
                if period_after(done_ms, period, plan["timezone"]) == ends_ms
            )
            if used + new > most:
                at_ms = ends_ms
                break
        else:
            return at_ms
    return at_ms


def reload_result(op: Operation, reload_id: str, ok: bool | None, fees: FeeTuple | None) -> Reload:
    """Note what the processor said: done, declined, or nothing in time (None).

    A success after a time-out is credited all the same, once.
    """
    paper = op.tx.paper("reload", reload_id)
    if paper is None:
        raise Unknown("reload", reload_id)
    row = op.account(paper.account)
    if paper.state not in ("pending", "timed_out") or (paper.state == "timed_out" and ok is None):
        raise Unfit(Outcome.ALREADY_DECIDED)
    plan = dict(row.more["reload"])
    if plan["pending"] == reload_id:
        plan["pending"] = None
    amount = paper.body["amount"]
    if ok:
        state, plan["fails"] = "credited", 0
        row.active_ms = op.at_ms
        credit_reload(op, paper.account, amount, fees or (amount, ()), reload_id)
    elif ok is None:
        state = "timed_out"
        plan["not_before_ms"] = op.at_ms + HOUR_MS
    else:
        state = "declined"
        plan["fails"] += 1
        plan["log"] = [each for each in plan["log"] if each[2] != reload_id]
        wait = min(HOUR_MS << min(plan["fails"] - 1, 10), BACK_OFF_MS_MAX)
        plan["not_before_ms"] = op.at_ms + wait
    row.more = {**row.more, "reload": plan}
    op.tx.put_paper(paper._replace(state=state))
    return Reload("ok", reload_id, paper.account, paper.body["at_ms"], state, amount)
