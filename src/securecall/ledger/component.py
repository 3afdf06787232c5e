"""Accounts that running calls tie together: they are settled, solved and put back as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from securecall.errors import Unknown
from securecall.ledger.cutoff import Meter, Purse
from securecall.ledger.rows import AccountRow, CallRow
from securecall.ledger.spending import arm
from securecall.ledger.stores.door import Reading

__all__ = ["Component", "closed_ms", "load", "meter_of", "purse_of"]


class Component:
    """Accounts that running calls tie together, as they are at an instant."""

    __slots__ = ("accounts", "calls", "late", "meters", "purses", "solved")

    def __init__(self) -> None:
        self.accounts: dict[str, AccountRow] = {}
        self.calls: dict[str, CallRow] = {}
        self.purses: dict[str, Purse] = {}
        self.meters: list[Meter] = []
        self.solved = False
        self.late = False  # left where it was, because the operation's instant is before that

    def purse(self, name: str) -> Purse:
        """Return what an account can spend; made when it is first asked for."""
        purse = self.purses.get(name)
        if purse is None:
            purse = self.purses[name] = purse_of(self.accounts[name])
        return purse


def purse_of(row: AccountRow) -> Purse:
    """Return what an account can spend, before its running calls have taken theirs."""
    purse = Purse(row.id, row.posted_micros + row.credit_micros)
    if row.more and "spending" in row.more:
        arm(purse, row.more["spending"], row.settled_ms)
    return purse


def meter_of(call: CallRow, purses: dict[str, Purse]) -> Meter:
    """Return a running call's meter where its row says it is."""
    assert call.curve is not None
    meter = Meter(
        call.id, call.curve, call.start_ms, [purses[name] for name in call.accounts],
        order=(call.start_ms, call.order), split=call.split, limit_ms=call.limit_ms,
    )  # fmt: skip
    meter.by_second = [(begins, ends) for begins, ends in call.by_second]
    for name, amount in call.takings:
        # What a spending limit counted was counted when it was taken.
        purses[name].room_micros -= amount
        meter.takings.append([purses[name], amount])
    meter.restore(call.bought_ms, call.charged)
    return meter


def load(view: Reading, ids: Iterable[str]) -> Component:
    """Load accounts and all that running calls tie to them.

    Raises
    ------
    Unknown
        There is no such account.
    """
    found = Component()
    wanted = list(ids)
    if len(wanted) == 1:  # an account without calls needs none of what follows
        row = view.account(wanted[0])
        if row is not None and not row.running:
            found.accounts[row.id] = row
            return found
    for name in wanted:
        if name in found.accounts:
            continue
        row = view.account(name)
        if row is None:
            raise Unknown("account", name)
        found.accounts[name] = row
        for call_id in row.running:
            if call_id not in found.calls:
                call = view.call(call_id)
                assert call is not None, "a running call has a row"
                found.calls[call_id] = call
                wanted.extend(call.accounts)
    if found.calls:
        for name in found.accounts:
            found.purse(name)
        for call in sorted(found.calls.values(), key=lambda each: (each.start_ms, each.order)):
            found.meters.append(meter_of(call, found.purses))
    return found


def closed_ms(closings: Sequence[Sequence[int]] | None, row: AccountRow) -> int:
    """Return the last instant that `settle_due` closed while an account had running calls."""
    if closings and row.running:
        for at_ms, seq in closings:
            if seq > row.touched:
                return at_ms
    return -1
