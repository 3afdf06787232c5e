"""Refunds of calls, refund requests with their review, and chargebacks of deposits."""

from __future__ import annotations

from securecall.errors import InputError, Unknown
from securecall.ledger.curve import parts_micros
from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.posting.whole import Whole
from securecall.ledger.rows import CallRow
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.giving_back import Chargeback, Refund, RefundRequest
from securecall.ledger.values.money import Deposit
from securecall.ledger.values.text import decode

__all__ = ["POLICIES", "chargeback", "chargeback_result", "decide", "refund", "request"]

POLICIES = ("full", "amount", "rerate")


def refund(
    op: Operation, call_id: str, policy: str, amount: int | None, until_ms: int | None, *, rule: str
) -> Refund:
    """Give back some or all of what a call was charged; a new entry, nothing is erased."""
    call = op.tx.call(call_id)
    if call is None:
        raise Unknown("call", call_id)
    op.open(*call.accounts)
    call = op.component(call.accounts[0]).calls.get(call_id) or call
    if call.state == "running":
        raise Unfit(Outcome.CALL_RUNNING)
    left = {name: part - call.reversed.get(name, 0) for name, part in call.parts.items()}
    whole = call.charged - call.refunded
    target: dict[str, int] = {}
    if policy == "full":
        amount = whole
    elif policy == "rerate":
        assert until_ms is not None
        target = _rerated(call, until_ms)
        amount = whole - sum(target.values())
    assert amount is not None
    if amount > whole:
        raise Unfit(Outcome.REFUND_EXCEEDS_CHARGE)
    if amount <= 0:
        raise Unfit(Outcome.NOTHING_LEFT)
    parts = _exact(left, target, amount) if target else None
    parts = parts or _in_proportion(left, amount)
    back = _undo(call, amount)
    pieces = iter([(name, part) for name, part in parts.items() if part])
    name, part = next(pieces)
    for account, given in back.items():
        rest = given
        while rest:
            if part == 0:
                name, part = next(pieces)
            piece = min(part, rest)
            op.move(account, "refunds", piece, f"refund:{name}", call_id)
            part, rest = part - piece, rest - piece
    call.reversed = {name: call.reversed.get(name, 0) + part for name, part in parts.items()}
    call.returned = {
        name: call.returned.get(name, 0) + back.get(name, 0) for name in {*call.returned, *back}
    }
    call.refunded += amount
    op.ended.append(call)
    return Refund("ok", call_id, op.at_ms, amount, tuple(parts.items()), tuple(back.items()), rule)


def _rerated(call: CallRow, until_ms: int) -> dict[str, int]:
    """Return what the call would have cost, had it ended after ``until_ms``."""
    assert call.curve is not None
    assert call.ended_ms is not None
    if isinstance(call.curve, Whole):
        raise InputError(
            f"policy must not be 'rerate': call {call.id!r} was posted from a rated record, which "
            "says what it cost and not what less of it would have cost; refund it in full or by "
            "amount"
        )
    if until_ms <= 0:
        return {"revenue": 0}
    if until_ms >= call.ended_ms - call.start_ms:
        return dict(call.parts)
    bought = call.curve.next(until_ms - 1)
    for begins, ends in call.by_second:
        if begins < until_ms <= ends:
            bought = min(begins + -(-(until_ms - begins) // 1000) * 1000, ends)
    return parts_micros(call.curve, min(bought, call.bought_ms), until_ms)


def _exact(left: dict[str, int], target: dict[str, int], amount: int) -> dict[str, int] | None:
    """Return the exact difference to what re-rating leaves, if earlier refunds allow it."""
    parts = {name: part - target.get(name, 0) for name, part in left.items()}
    if any(part < 0 for part in parts.values()) or sum(parts.values()) != amount:
        return None
    return parts


def _in_proportion(left: dict[str, int], amount: int) -> dict[str, int]:
    """Return what an amount reverses: of each tax its share rounded down, the rest revenue."""
    whole = sum(left.values())
    parts = {name: part * amount // whole for name, part in left.items() if name != "revenue"}
    return {"revenue": amount - sum(parts.values()), **parts}


def _undo(call: CallRow, amount: int) -> dict[str, int]:
    """Return who gets what: takings are undone last first, less what went back before."""
    skip = call.refunded
    back: dict[str, int] = {}
    for name, taken in reversed(call.takings):
        passed = min(skip, taken)
        skip -= passed
        part = min(taken - passed, amount)
        if part:
            back[name] = back.get(name, 0) + part
            amount -= part
    assert amount == 0, "takings must add up to the charge"
    return back


def request(
    op: Operation, call_id: str, why: str, until_ms: int | None, rule: str | None
) -> RefundRequest:
    """File a wish for a refund; an automatic rule that applies decides it at once."""
    call = op.tx.call(call_id)
    if call is None:
        raise Unknown("call", call_id)
    body = {
        "call": call_id, "why": why, "until_ms": until_ms, "at_ms": op.at_ms,
        "rule": rule or "review", "given": 0,
    }  # fmt: skip
    op.open(*call.accounts)
    if rule is None:
        op.tx.put_paper(Paper("request", op.request_id, call.accounts[0], "pending", body))
        return RefundRequest("ok", op.request_id, call_id, op.at_ms, "pending", why, "review", 0)
    found = refund(op, call_id, "full" if until_ms is None else "rerate", None, until_ms, rule=rule)
    body["given"] = found.refunded_micros
    op.tx.put_paper(Paper("request", op.request_id, call.accounts[0], "approved", body))
    return RefundRequest(
        "ok", op.request_id, call_id, op.at_ms, "approved", why, rule, found.refunded_micros
    )


def decide(
    op: Operation, request_id: str, approve: bool, policy: str, amount: int | None
) -> RefundRequest:
    """Approve or deny a refund request."""
    paper = op.tx.paper("request", request_id)
    if paper is None:
        raise Unknown("refund request", request_id)
    if paper.state != "pending":
        raise Unfit(Outcome.ALREADY_DECIDED)
    body, given = paper.body, 0
    if approve:
        if policy == "rerate" and body["until_ms"] is None:
            raise InputError("policy must not be 'rerate': the request names no until_ms")
        made = refund(op, body["call"], policy, amount, body["until_ms"], rule="review")
        given = made.refunded_micros
    else:
        op.open(paper.account)
    state = "approved" if approve else "denied"
    op.tx.put_paper(paper._replace(state=state, body={**body, "given": given}))
    return RefundRequest(
        "ok", request_id, body["call"], op.at_ms, state, body["why"], "review", given
    )


def chargeback(op: Operation, deposit: str, fee: int) -> Chargeback:
    """Take back what a deposit credited, and a fee; the balance may fall below 0."""
    paper = _deposit(op, deposit)
    op.open(paper.account)
    if paper.state != "received":
        raise Unfit(Outcome.ALREADY_DECIDED)
    _turn(op, paper, fee, sign=-1, ref=op.request_id)
    op.tx.put_paper(paper._replace(state="charged_back"))
    debited = paper.body["credited"] + fee
    body = {"deposit": deposit, "fee": fee, "debited": debited}
    op.tx.put_paper(Paper("chargeback", op.request_id, paper.account, "received", body))
    return Chargeback(
        "ok", op.request_id, deposit, paper.account, op.at_ms, "received", debited, fee
    )


def _deposit(op: Operation, id: str) -> Paper:
    """Return a deposit's paper; one that nothing has happened to is its operation."""
    paper = op.tx.paper("deposit", id)
    if paper is not None:
        return paper
    made = op.tx.op(id)
    if made is None or made.method != "deposit" or made.code != "ok":
        raise Unknown("deposit", id)
    answer = decode(made.answer)
    assert isinstance(answer, Deposit)
    body = {
        "paid": answer.paid_micros,
        "credited": answer.credited_micros,
        "fees": answer.fee_micros,
    }
    return Paper("deposit", id, answer.account, "received", body)


def _turn(op: Operation, deposit: Paper, fee: int, *, sign: int, ref: str) -> None:
    """Post a deposit, its fees and the fee of a dispute backwards or forwards."""
    kind = "chargeback" if sign < 0 else "reinstated"
    op.move(deposit.account, "cash", sign * deposit.body["paid"], kind, ref)
    for name, charged in deposit.body["fees"]:
        op.move(deposit.account, f"fee:{name}", -sign * charged, kind, ref)
    op.move(deposit.account, "fee:chargeback", sign * fee, kind, ref)


def chargeback_result(op: Operation, chargeback_id: str, won: bool) -> Chargeback:
    """Note how a dispute ended; if it was won, all that was debited comes back."""
    paper = op.tx.paper("chargeback", chargeback_id)
    if paper is None:
        raise Unknown("chargeback", chargeback_id)
    op.open(paper.account)
    if paper.state != "received":
        raise Unfit(Outcome.ALREADY_DECIDED)
    body = paper.body
    deposit = op.tx.paper("deposit", body["deposit"])
    assert deposit is not None
    if won:
        _turn(op, deposit, body["fee"], sign=1, ref=chargeback_id)
        op.tx.put_paper(deposit._replace(state="reinstated"))
    state = "won" if won else "lost"
    op.tx.put_paper(paper._replace(state=state))
    return Chargeback(
        "ok", chargeback_id, body["deposit"], paper.account, op.at_ms, state, body["debited"],
        body["fee"],
    )  # fmt: skip
