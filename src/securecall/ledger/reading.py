"""Reading the books: what they say at an instant, without writing and without waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from securecall.errors import InputError, Unknown
from securecall.ledger.component import Component, closed_ms, load, meter_of
from securecall.ledger.curve import PriceCurve
from securecall.ledger.cutoff import advance, cutoffs
from securecall.ledger.instant import instant
from securecall.ledger.outcome import Outcome
from securecall.ledger.rows import AccountRow, CallRow
from securecall.ledger.settlement import by_account
from securecall.ledger.stores.door import Reading
from securecall.ledger.timeline import bought_by
from securecall.ledger.values.calls import Admission, CallState
from securecall.ledger.values.money import Balance

__all__ = [
    "about",
    "admission",
    "balance",
    "call_state",
    "component_at",
    "cutoffs_of",
    "shortage",
    "there",
]


def there(view: Reading, account: str) -> str:
    """Return the id of an account that there is.

    Raises
    ------
    Unknown
        There is no such account.
    """
    if view.account(account) is None:
        raise Unknown("account", account)
    return account


def component_at(view: Reading, accounts: Sequence[str], at_ms: int | None) -> Component:
    """Return accounts as they are at an instant, all that is due at it bought.

    Raises
    ------
    Unknown
        There is no such account.
    InputError
        The instant is before what they are settled to.
    """
    found = load(view, accounts)
    if at_ms is None:
        at_ms = view.head().at_ms
    else:
        for name in accounts:
            settled_ms = found.accounts[name].settled_ms
            if at_ms < settled_ms:
                raise InputError(
                    f"at must not be before {instant(settled_ms).isoformat()}, to which account "
                    f"{name!r} is settled; entries and statements tell the past"
                )
    if found.meters:
        closings: Any = view.note("closings")
        floor_ms = max(closed_ms(closings, row) for row in found.accounts.values())
        advance(found.meters, max(floor_ms, at_ms))
    return found


def balance(view: Reading, account: str, at_ms: int | None) -> Balance:
    """Return an account's balance; a call that ended by then counts as posted.

    An instant before what the account is settled to is answered from its entries and calls.
    """
    kept = view.account(account)
    if at_ms is not None and kept is not None and at_ms < kept.settled_ms:
        return _past(view, kept, at_ms)
    found = component_at(view, [account], at_ms)
    row = found.accounts[account]
    posted, held = row.posted_micros, 0
    for meter in found.meters:
        taken = sum(amount for purse, amount in meter.takings if purse.id == account)
        if meter.ended_ms is None:
            held += taken
        else:
            posted -= taken
    return _balance(row, posted, held)


def _balance(row: AccountRow, posted: int, held: int) -> Balance:
    owed = -posted if row.kind == "direct_bill" else max(-posted, 0)
    return Balance(posted, held, posted + row.credit_micros - held, owed)


def _past(view: Reading, row: AccountRow, at_ms: int) -> Balance:
    """Return what was, by what is known now: late reports changed it, the limit is today's."""
    posted, held = 0, 0
    later: list[str] = []
    for entry in view.entries(row.id, 0):
        if entry.kind == "charge" and entry.at_ms > at_ms:
            later.append(entry.ref)
        elif entry.at_ms <= at_ms:
            posted += entry.amount_micros
    for call_id in dict.fromkeys([*later, *row.running]):
        call = view.call(call_id)
        assert call is not None
        for piece in bought_by(call):
            if call.start_ms + piece.begins_ms <= at_ms:
                held += sum(part for name, part in piece.paid if name == row.id)
    return _balance(row, posted, held)


def cutoffs_of(view: Reading, account: str, at_ms: int | None) -> dict[str, int | None]:
    """Return when each running call of an account will end if nothing else happens."""
    found = component_at(view, [account], at_ms)
    ends = cutoffs(found.meters)
    return {
        meter.id: ends[meter.id][0]
        for meter in found.meters
        if meter.ended_ms is None and any(purse.id == account for purse in meter.purses)
    }


def about(view: Reading, call_id: str) -> dict[str, str]:
    """Return what the host said of a call when it started.

    Raises
    ------
    Unknown
        There is no such call.
    """
    paper = view.paper("call", call_id)
    if paper is None and view.call(call_id) is None:
        raise Unknown("call", call_id)
    return {} if paper is None else dict(paper.body)


def call_state(view: Reading, call_id: str, at_ms: int | None) -> CallState:
    """Return how a call stands."""
    call = view.call(call_id)
    if call is None:
        raise Unknown("call", call_id)
    takings: Sequence[Sequence[Any]] = call.takings
    charged, bought, ended_ms, reason = call.charged, call.bought_ms, call.ended_ms, call.reason
    running, cutoff_ms = call.state == "running", None
    if at_ms is not None and at_ms < call.start_ms:
        raise InputError(f"at must not be before the start of call {call_id!r}")
    if at_ms is not None and call.state == "ended" and ended_ms is not None and at_ms < ended_ms:
        pieces = [each for each in bought_by(call) if call.start_ms + each.begins_ms <= at_ms]
        takings = [part for piece in pieces for part in piece.paid]
        charged = sum(amount for _, amount in takings)
        bought = pieces[-1].ends_ms if pieces else 0
        running, ended_ms, reason = True, None, ""
    elif running:
        found = component_at(view, call.accounts, at_ms)
        meter = next(each for each in found.meters if each.id == call_id)
        takings = [(purse.id, amount) for purse, amount in meter.takings]
        charged, bought = meter.charged_micros, meter.bought_ms
        running, ended_ms, reason = meter.ended_ms is None, meter.ended_ms, meter.reason
        if running:
            cutoff_ms, reason = call.cutoff_ms, ""
    return CallState(
        call_id, tuple(call.accounts), running, call.state == "refused", call.start_ms, ended_ms,
        reason, charged, call.refunded, bought, cutoff_ms, tuple(call.parts.items()),
        by_account(takings),
    )  # fmt: skip


def admission(
    view: Reading,
    accounts: Sequence[str],
    curve: PriceCurve,
    at_ms: int,
    *,
    split: bool,
    limit_ms: int | None,
) -> Admission:
    """Return what `metering.start_call` would answer at an instant, without starting anything."""
    found = load(view, accounts)
    closings: Any = view.note("closings") if found.calls else None
    for row in (found.accounts[name] for name in accounts):
        if at_ms < row.settled_ms or at_ms < closed_ms(closings, row):
            return Admission(Outcome.LATE.value, "", at_ms, None, "refused")
    if any(found.accounts[name].closed for name in accounts):
        return Admission(Outcome.ACCOUNT_CLOSED.value, "", at_ms, None, "refused")
    advance(found.meters, at_ms)
    for name in accounts:
        purse = found.purse(name)
        while purse.refill is not None and purse.refill_ms <= at_ms:
            purse.left_micros = purse.limit_micros
            purse.refill_ms = purse.refill(purse.refill_ms)
    # An order behind every other: whoever starts last at an instant is asked last.
    call = CallRow("", list(accounts), at_ms, 1 << 62, split=split, limit_ms=limit_ms, curve=curve)
    meter = meter_of(call, found.purses)
    meter.step(at_ms)
    if meter.ended_ms is not None:
        return Admission(shortage(found, accounts), "", at_ms, None, "refused")
    ends_ms, why = cutoffs([*found.meters, meter])[""]
    return Admission(Outcome.OK.value, "", at_ms, ends_ms, why)


def shortage(found: Component, accounts: Sequence[str]) -> str:
    """Say whether a spending limit or the money itself was short."""
    for name in accounts:
        purse = found.purse(name)
        if purse.left_micros is not None and purse.left_micros < purse.room_micros:
            return Outcome.SPENDING_LIMIT.value
    return Outcome.INSUFFICIENT_FUNDS.value
