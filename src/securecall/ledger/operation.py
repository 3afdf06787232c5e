"""One operation: it settles the accounts that it touches, changes them, and closes the books again.

Everything that writes goes through here. An operation opens accounts, which loads all that running
calls tie to them and does by the law what fell due before its instant; it moves money by `move`;
and `close` solves the cutoffs anew, puts the rows back and adds the operation to the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from securecall.errors import AmountOverflow, Unknown
from securecall.ledger.chain import Line, link
from securecall.ledger.curve import final_micros, parts_micros
from securecall.ledger.cutoff import Meter, Purse, advance, cutoffs
from securecall.ledger.outcome import Outcome
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.spending import arm, store_left
from securecall.ledger.stores.door import Reading, Writing
from securecall.ledger.values.answer import Answer
from securecall.ledger.values.calls import Settlement
from securecall.ledger.values.text import encode
from securecall.money import AMOUNT_MICROS_MAX

__all__ = ["Component", "Operation", "Unfit", "load", "meter_of", "purse_of", "settlement_of"]

Move = tuple[str, int | None, int | None]


class Unfit(Exception):
    """An operation is refused with a code; nothing that it did is kept."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


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


def settlement_of(call: CallRow) -> Settlement:
    """Return how a call ended."""
    assert call.ended_ms is not None
    return Settlement(
        "ok", call.id, call.charged, call.bought_ms, call.reason, call.ended_ms, call.corrected,
        by_account(call.takings),
    )  # fmt: skip


def by_account(takings: Sequence[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    """Return who paid what in all."""
    sums: dict[str, int] = {}
    for name, amount in takings:
        sums[name] = sums.get(name, 0) + amount
    return tuple(sums.items())


class Operation:
    """One operation while it runs; see the module."""

    __slots__ = (
        "at_ms", "closings", "components", "digest", "ended", "entry_seq", "hash", "lines",
        "method", "moves", "request_id", "seq", "tx", "where",
    )  # fmt: skip

    def __init__(
        self, tx: Writing, method: str, request_id: str | None, digest: bytes, at_ms: int
    ) -> None:
        head = tx.head()
        self.tx = tx
        self.method = method
        self.digest = digest
        self.at_ms = at_ms
        self.seq = head.seq + 1
        self.entry_seq = head.entry_seq
        self.hash = head.hash
        self.request_id = f"#{self.seq}" if request_id is None else request_id
        self.lines: list[Line] = []
        self.components: list[Component] = []
        self.where: dict[str, Component] = {}
        self.ended: list[CallRow] = []
        self.moves: list[Move] = []
        self.closings: Sequence[Sequence[int]] | None = tx.note("closings")

    # Opening --------------------------------------------------------------------------------------

    def open(
        self, *ids: str, closing: bool = False, exempt: bool = False, at_ms: int | None = None
    ) -> Component:
        """Load accounts and settle them to just before the operation's instant.

        Parameters
        ----------
        at_ms : int, optional
            Settle them to just before another one.
        closing : bool
            Settle what falls due at the instant too.
        exempt : bool
            An earlier instant than theirs is no reason to refuse: leave them where they are.

        Raises
        ------
        Unfit
            ``late``.
        Unknown
            There is no such account.
        """
        known = self.where.get(ids[0])
        if known is not None:
            assert all(name in known.accounts for name in ids), "accounts are opened together"
            return known
        found = load(self.tx, ids)
        at_ms = self.at_ms if at_ms is None else at_ms
        late = False
        for name in ids:
            row = found.accounts[name]
            late = late or at_ms < row.settled_ms or at_ms < closed_ms(self.closings, row)
        if late and not exempt:
            raise Unfit(Outcome.LATE)
        found.late = late
        if found.meters:
            floor_ms = max(closed_ms(self.closings, row) for row in found.accounts.values())
            if floor_ms >= 0:
                advance(found.meters, floor_ms)
            if not late:
                advance(found.meters, at_ms if closing else at_ms - 1)
            reached_ms = max(floor_ms, at_ms)
            for meter in found.meters:
                if meter.ended_ms is not None:
                    self.settle(found, meter, "ledger")
        else:
            reached_ms = at_ms
        for row in found.accounts.values():
            row.settled_ms = max(row.settled_ms, reached_ms)
        self.components.append(found)
        for name, row in found.accounts.items():
            self.where[name] = found
            if row.reload_ms is not None:
                self._reload(found, row, at_ms if closing else at_ms - 1)
        return found

    def _reload(self, found: Component, row: AccountRow, reached_ms: int) -> None:
        from securecall.ledger.reload import fire_due

        fire_due(self, found, row, reached_ms)

    def adopt(self, row: AccountRow) -> None:
        """Take in an account that no store has yet."""
        found = Component()
        found.accounts[row.id] = row
        self.components.append(found)
        self.where[row.id] = found

    def account(self, id: str) -> AccountRow:
        """Return an account that was opened."""
        return self.where[id].accounts[id]

    def held(self, id: str) -> int:
        """Return what running calls bought on an account."""
        found = self.where[id]
        return found.accounts[id].room_micros - found.purse(id).room_micros

    def available(self, id: str) -> int:
        """Return what may still be spent."""
        return self.where[id].purse(id).room_micros

    # Money ----------------------------------------------------------------------------------------

    def move(self, account: str, contra: str, amount: int, kind: str, ref: str) -> None:
        """Move an amount from ``contra`` to an account that was opened; below 0 the other way.

        Raises
        ------
        AmountOverflow
            The balance would go beyond 999 999 999 999.999999 dollars.
        """
        found = self.where[account]
        if found.purses:
            found.purse(account).room_micros += amount
        self._post(found.accounts[account], contra, amount, kind, ref, self.at_ms)

    def _post(
        self, row: AccountRow, contra: str, amount: int, kind: str, ref: str, at_ms: int
    ) -> None:
        if amount == 0:
            return
        posted = row.posted_micros + amount
        if not -AMOUNT_MICROS_MAX <= posted <= AMOUNT_MICROS_MAX:
            raise AmountOverflow(
                f"the balance of account {row.id!r} would go beyond 999 999 999 999.999999 dollars"
            )
        row.posted_micros = posted
        self.entry_seq += 1
        self.lines.append((self.entry_seq, self.seq, at_ms, row.id, contra, amount, kind, ref))

    # Calls ----------------------------------------------------------------------------------------

    def settle(self, found: Component, meter: Meter, by: str) -> CallRow:
        """Post the charge of a call whose meter has ended; its purse has paid already."""
        call = found.calls[meter.id]
        assert meter.ended_ms is not None
        call.state = "ended"
        call.ended_by = by
        call.ended_ms, call.reason = meter.ended_ms, meter.reason
        if by == "ledger" and call.cutoff_ms != meter.ended_ms:
            # A release or transfer: the host must cut a call that it thought would go on.
            self.moves.append((call.id, call.cutoff_ms, meter.ended_ms))
        call.cutoff_ms = None
        self.write_back(call, meter)
        call.charged = final_micros(meter.curve, meter.bought_ms, meter.ended_ms - meter.start_ms)
        assert call.charged == meter.charged_micros, "takings must add up to the charge"
        call.parts = parts_micros(
            meter.curve, meter.bought_ms, max(meter.ended_ms - meter.start_ms, 0)
        )
        self.post_charge(found, call, call.takings, call.parts, "charge", call.ended_ms)
        for name in call.accounts:
            row = found.accounts[name]
            row.running = [each for each in row.running if each != call.id]
            row.active_ms = max(row.active_ms, call.ended_ms)
        self.ended.append(call)
        return call

    def post_charge(
        self,
        found: Component,
        call: CallRow,
        takings: Sequence[Sequence[Any]],
        parts: dict[str, int],
        kind: str,
        at_ms: int,
    ) -> None:
        """Post who paid what to whom; a sign below 0 posts it back."""
        left: list[list[Any]] = [[name, amount] for name, amount in by_account(takings) if amount]
        for contra, whole in parts.items():
            while whole:
                name, amount = left[0]
                part = whole if abs(whole) <= abs(amount) else amount
                self._post(found.accounts[name], contra, -part, kind, call.id, at_ms)
                whole -= part
                left[0][1] -= part
                if left[0][1] == 0:
                    left.pop(0)

    @staticmethod
    def write_back(call: CallRow, meter: Meter) -> None:
        """Put into a call's row what its meter has bought so far."""
        call.bought_ms, call.charged = meter.bought_ms, meter.charged_micros
        call.takings = [[purse.id, amount] for purse, amount in meter.takings]
        call.by_second = [list(each) for each in meter.by_second]

    # Closing --------------------------------------------------------------------------------------

    def close(self, answer: Answer | None) -> None:
        """Solve again, put everything back, and add the operation to the chain."""
        for found in self.components:
            if found.meters:
                if not found.solved:
                    self.solve(found)
                for meter in found.meters:
                    if meter.ended_ms is None:
                        self.tx.put_call(found.calls[meter.id])
            for row in found.accounts.values():
                row.touched = self.seq
                if row.more:
                    self._look_ahead(found, row)
                self.tx.put_account(row)
        for call in self.ended:
            self.tx.put_call(call)
        self.record("ok" if answer is None else answer.code, answer)

    def _look_ahead(self, found: Component, row: AccountRow) -> None:
        if "spending" in row.more:
            row.more = store_left(row.more, found.purse(row.id))
        if "reload" in row.more:
            from securecall.ledger.reload import watch

            watch(self, found, row)

    def solve(self, found: Component) -> None:
        """Find the cutoffs of running calls, and put them into their rows."""
        found.solved = True
        running = [meter for meter in found.meters if meter.ended_ms is None]
        if not running:
            return
        ends = cutoffs(running)
        for meter in running:
            call = found.calls[meter.id]
            self.write_back(call, meter)
            new_ms, reason = ends[meter.id]
            if new_ms != call.cutoff_ms:
                if call.order != self.seq:
                    self.moves.append((call.id, call.cutoff_ms, new_ms))
                call.cutoff_ms = new_ms
            call.reason = reason

    def record(self, code: str, answer: Answer | None) -> None:
        """Add the operation to the chain, with what it posted."""
        text = encode(answer)
        self.hash = link(
            self.hash, self.seq, self.request_id, self.digest, self.method, self.at_ms, code,
            text, self.lines,
        )  # fmt: skip
        row = OpRow(
            self.seq, self.request_id, self.digest, self.method, self.at_ms, code, text, self.hash
        )
        self.tx.append(row, self.lines)
