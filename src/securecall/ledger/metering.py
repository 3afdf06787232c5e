"""Calls: how they begin, end, and are taken up again after a crash."""

from __future__ import annotations

from collections.abc import Sequence

from securecall.errors import Unknown
from securecall.ledger.component import meter_of
from securecall.ledger.curve import PriceCurve, final_micros, parts_micros
from securecall.ledger.cutoff import Meter
from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.reading import shortage
from securecall.ledger.rows import CallRow
from securecall.ledger.settlement import settlement_of
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.calls import Admission, Settled, Settlement

__all__ = ["end_call", "end_now", "settle_due", "start_call"]

CLOSINGS_MAX = 64


def start_call(
    op: Operation,
    call_id: str,
    accounts: Sequence[str],
    curve: PriceCurve,
    *,
    split: bool,
    limit_ms: int | None,
    about: dict[str, str],
) -> Admission:
    """Admit a call and buy its first increment, or refuse it."""
    found = op.open(*accounts, closing=True)
    if op.tx.call(call_id) is not None:
        raise Unfit(Outcome.CALL_EXISTS)
    for name in accounts:
        if found.accounts[name].closed:
            raise Unfit(Outcome.ACCOUNT_CLOSED)
        found.accounts[name].active_ms = op.at_ms
    call = CallRow(
        call_id, list(accounts), op.at_ms, op.seq, split=split, limit_ms=limit_ms, curve=curve
    )
    for name in accounts:
        found.purse(name)
    meter = meter_of(call, found.purses)
    meter.step(op.at_ms)
    if meter.ended_ms is not None:
        call.state, call.reason, call.ended_ms = "refused", "refused", op.at_ms
        call.ended_by = "ledger"
        op.ended.append(call)
        return Admission(shortage(found, accounts), call_id, op.at_ms, None, "refused")
    found.meters.append(meter)
    found.calls[call_id] = call
    for name in accounts:
        row = found.accounts[name]
        row.running = [*row.running, call_id]
    if about:
        op.tx.put_paper(Paper("call", call_id, accounts[0], "started", dict(about)))
    op.solve(found)
    return Admission("ok", call_id, op.at_ms, call.cutoff_ms, call.reason)


def settle_due(op: Operation) -> Settled:
    """Settle every call whose cutoff is at or before the instant, and close the instant."""
    for call_id in op.tx.due_calls(op.at_ms):
        call = op.tx.call(call_id)
        assert call is not None
        if any(name in op.rows for name in call.accounts):
            continue
        op.open(*call.accounts, closing=True, exempt=True)
    for name in op.tx.due_reloads(op.at_ms):
        if name not in op.rows:
            op.open(name, closing=True, exempt=True)
    # The newest first, each at an earlier instant than those after it: what no later one covers.
    closings = [each for each in op.tx.note("closings") or () if each[0] > op.at_ms]
    closings.append([op.at_ms, op.seq])
    op.tx.put_note("closings", closings[-CLOSINGS_MAX:])
    calls = [settlement_of(call) for call in op.ended]
    calls.sort(key=lambda each: (each.ended_ms, each.call_id))
    return Settled("ok", op.at_ms, tuple(calls))


def end_call(op: Operation, call_id: str, reason: str, ended_ms: int, by: str) -> Settlement:
    """End a call at an instant, which may lie before what its accounts are settled to.

    A call that the ledger ended later than that is corrected, once; any other ended call keeps its
    settlement.
    """
    call = op.tx.call(call_id)
    if call is None:
        raise Unknown("call", call_id)
    ended_ms = max(ended_ms, call.start_ms)
    if call.state == "running":
        found = op.open(*call.accounts, exempt=True, at_ms=ended_ms)
        call = found.calls[call_id]
        if call.state == "running":
            meter = next(each for each in found.meters if each.id == call_id)
            meter.hang_up(min(ended_ms, _end_of(meter)), reason, late=found.late)
            return settlement_of(op.settle(found, meter, by))
    if call.state == "ended" and call.ended_by == "ledger":
        assert call.ended_ms is not None
        if ended_ms < call.ended_ms:
            _correct(op, call, ended_ms, reason)
        else:
            call.ended_by = by  # the host has been heard: later reports change nothing
            if not any(each is call for each in op.ended):
                op.ended.append(call)
    return settlement_of(call)


def _end_of(meter: Meter) -> int:
    """Return the last instant to which a meter has bought."""
    return meter.start_ms + meter.bought_ms


def _correct(op: Operation, call: CallRow, ended_ms: int, reason: str) -> None:
    """Give back what a call was charged beyond its own end, in entries of their own."""
    fresh = not any(each is call for each in op.ended)
    found = op.open(*call.accounts, exempt=True, at_ms=ended_ms)
    assert call.curve is not None
    meter = Meter(call.id, call.curve, call.start_ms, [found.purse(name) for name in call.accounts])
    meter.by_second = [(begins, ends) for begins, ends in call.by_second]
    meter.takings = [[found.purses[name], amount] for name, amount in call.takings]
    meter.bought_ms, meter.charged_micros = call.bought_ms, call.charged
    elapsed = ended_ms - call.start_ms
    meter.bought_ms = meter.owed_ms(elapsed)
    # The end may have given something back already, where the charge is by actual time.
    target = final_micros(meter.curve, meter.bought_ms, elapsed)
    meter.give_back(max(call.charged - target, 0))
    old_takings, old_charge, old_parts = call.takings, call.charged, call.parts
    call.parts = parts_micros(meter.curve, meter.bought_ms, elapsed)
    op.write_back(call, meter)
    back = [[name, amount] for name, amount in old_takings]
    back += [[name, -amount] for name, amount in call.takings]
    names = {*old_parts, *call.parts}
    parts = {name: call.parts.get(name, 0) - old_parts.get(name, 0) for name in sorted(names)}
    op.post_charge(call, [[name, -amount] for name, amount in back], parts, "correction", op.at_ms)
    call.corrected += old_charge - call.charged
    call.ended_ms, call.reason, call.ended_by = ended_ms, reason, "host"
    if fresh:
        op.ended.append(call)


def end_now(op: Operation, account: str, reason: str) -> None:
    """End every running call of an account at the operation's instant."""
    found = op.component(account)
    for meter in found.meters:
        if meter.ended_ms is None and any(purse.id == account for purse in meter.purses):
            meter.hang_up(op.at_ms, reason)
            op.settle(found, meter, "ledger")
