"""One operation: it settles the accounts that it touches, changes them, and closes the books again.

Everything that writes goes through here. An operation opens accounts, which loads all that running
calls tie to them and does by the law what fell due before its instant; it moves money by `move`;
and at its end it solves the cutoffs anew, puts the rows back and adds itself to the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from securecall.errors import AmountOverflow, RequestConflict, Unknown
from securecall.ledger.chain import Line, link
from securecall.ledger.component import Component, closed_ms, load
from securecall.ledger.curve import final_micros, parts_micros
from securecall.ledger.cutoff import Meter, advance, cutoffs
from securecall.ledger.identifier import digest_of, identifier
from securecall.ledger.instant import At, ms_of
from securecall.ledger.outcome import Outcome
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.settlement import by_account
from securecall.ledger.spending import store_left
from securecall.ledger.stores.door import Writing
from securecall.ledger.values.answer import Answer
from securecall.ledger.values.text import decode, encode
from securecall.money import AMOUNT_MICROS_MAX

__all__ = ["Move", "Operation", "Unfit", "operation"]

Move = tuple[str, int | None, int | None]
_NOWHERE: Final[dict[str, Component]] = {}  # of most operations, so it is made once; stays empty
_LEAST_MICROS: Final = -AMOUNT_MICROS_MAX
_new = object.__new__


class Unfit(Exception):
    """An operation is refused with a code; nothing that it did is kept."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Operation:
    """One operation: what is asked for, and what it does to the books while it runs.

    A store may run it again, from the beginning, on what is there then.

    Attributes
    ----------
    asked_id : str or None
        The request's id, if it has one.
    content : tuple
        What is asked for; the body's arguments after the operation.
    body : callable
        What it does; raises `Unfit` where it is refused.
    refusal : callable
        Makes the answer of a refusal, from the operation and a code.
    implied : bool
        The id was not given: the same method with another content gets the first answer.
    rows : dict
        The accounts that it opened.
    where : dict
        What running calls tie them to; see `component`.
    lines : list
        What it posts.
    ended : list
        Calls that run no more, or that it changed after their end.
    moves, repeated : sequence, bool
        Cutoffs that it moved; whether it was done before, so that the answer is the first one.
    """

    __slots__ = (
        "asked_id", "at_ms", "body", "content", "digest", "ended", "entry_seq", "implied", "lines",
        "method", "moves", "refusal", "repeated", "request_id", "rows", "seq", "tx", "where",
    )  # fmt: skip

    method: str
    content: tuple[Any, ...]
    body: Callable[..., Answer | None]
    refusal: Callable[[Operation, str], Answer]
    at_ms: int
    asked_id: str | None
    implied: bool
    digest: bytes
    request_id: str
    rows: dict[str, AccountRow]
    where: dict[str, Component]
    lines: list[Line]
    ended: list[CallRow]
    moves: Sequence[Move]
    entry_seq: int
    seq: int
    repeated: bool
    tx: Writing

    def run(self, tx: Writing) -> Answer | None:
        """Do it in a transaction, or find that it was done; return the answer.

        Raises
        ------
        RequestConflict
            The id has been used for another content.
        """
        self.moves = ()
        asked_id = self.asked_id
        known = None if asked_id is None else tx.op(asked_id)
        self.repeated = known is not None
        if known is not None:
            return self._again(known)
        self.tx = tx
        before_seq, self.entry_seq, hash, _ = tx.last()
        self.seq = seq = before_seq + 1
        self.request_id = request_id = f"#{seq}" if asked_id is None else asked_id
        self.rows, self.where = {}, _NOWHERE
        self.lines, self.ended = [], []
        try:
            answer = self.body(self, *self.content)
        except Unfit as unfit:
            answer = self.refusal(self, unfit.outcome.value)
            tx.forget()
            self.rows, self.where = {}, _NOWHERE
            self.lines, self.ended, self.moves = [], [], ()
        calls = self._solve_all() if self.where else self.ended
        rows = self.rows.values()
        for row in rows:
            row.touched = seq
            if len(row.more) > 1:
                self._look_ahead(row)
        code = "ok" if answer is None else answer.code
        op = (seq, request_id, self.digest, self.method, self.at_ms, code, encode(answer))
        tx.append(op, link(hash, op, self.lines), self.lines, rows, calls)
        return answer

    def _again(self, known: OpRow) -> Answer | None:
        """Return the first answer to a request that came before."""
        if known.digest != self.digest and not (self.implied and known.method == self.method):
            raise RequestConflict(known.request_id, known.method, self.method)
        return decode(known.answer)

    # Opening --------------------------------------------------------------------------------------

    def account(self, id: str) -> AccountRow:
        """Return an account, settled to just before the operation's instant.

        Raises
        ------
        Unfit
            ``late``.
        Unknown
            There is no such account.
        """
        row = self.rows.get(id)
        if row is None:
            row = self.tx.account(id)
            if row is None:
                raise Unknown("account", id)
            if row.running or row.reload_ms is not None:
                return self.open(id).accounts[id]
            if self.at_ms < row.settled_ms:
                raise Unfit(Outcome.LATE)
            row.settled_ms = self.at_ms
            self.rows[id] = row
        return row

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
        if ids[0] in self.rows:
            known = self.component(ids[0])
            assert all(name in known.accounts for name in ids), "accounts are opened together"
            return known
        found = load(self.tx, ids)
        at_ms = self.at_ms if at_ms is None else at_ms
        closings = self.tx.note("closings") if found.calls else None
        late = False
        for name in ids:
            row = found.accounts[name]
            late = late or at_ms < row.settled_ms or at_ms < closed_ms(closings, row)
        if late and not exempt:
            raise Unfit(Outcome.LATE)
        found.late = late
        self._take_in(found)
        reached_ms = at_ms
        if found.meters:
            floor_ms = max(closed_ms(closings, row) for row in found.accounts.values())
            if floor_ms >= 0:
                advance(found.meters, floor_ms)
            if not late:
                advance(found.meters, at_ms if closing else at_ms - 1)
            reached_ms = max(floor_ms, at_ms)
            for meter in found.meters:
                if meter.ended_ms is not None:
                    self.settle(found, meter, "ledger")
        for row in found.accounts.values():
            row.settled_ms = max(row.settled_ms, reached_ms)
        for row in found.accounts.values():
            if row.reload_ms is not None:
                self._reload(found, row, at_ms if closing else at_ms - 1)
        return found

    def _take_in(self, found: Component) -> None:
        if self.where is _NOWHERE:
            self.where = {}
        for name, row in found.accounts.items():
            self.rows[name] = row
            self.where[name] = found

    def _reload(self, found: Component, row: AccountRow, reached_ms: int) -> None:
        from securecall.ledger.reload import fire_due

        fire_due(self, found, row, reached_ms)

    def adopt(self, row: AccountRow) -> None:
        """Take in an account that no store has yet."""
        self.rows[row.id] = row

    def component(self, id: str) -> Component:
        """Return what running calls tie an account to that was opened: for most, nothing."""
        found = self.where.get(id)
        if found is None:
            found = Component()
            found.accounts[id] = self.rows[id]
            self._take_in(found)
        return found

    def held(self, id: str) -> int:
        """Return what running calls bought on an account."""
        return self.rows[id].room_micros - self.available(id)

    def available(self, id: str) -> int:
        """Return what may still be spent."""
        found = self.where.get(id)
        return self.rows[id].room_micros if found is None else found.purse(id).room_micros

    # Money ----------------------------------------------------------------------------------------

    def move(
        self,
        account: str,
        contra: str,
        amount: int,
        kind: str,
        ref: str,
        *,
        paid_ms: int | None = None,
    ) -> None:
        """Move an amount from ``contra`` to an account that was opened; below 0 the other way.

        Parameters
        ----------
        paid_ms : int, optional
            The instant at which a purse has paid it already; None: it is paid now.

        Raises
        ------
        AmountOverflow
            The balance would go beyond 999 999 999 999.999999 dollars.
        """
        if amount == 0:
            return
        row = self.rows[account]
        posted = row.posted_micros + amount
        if not _LEAST_MICROS <= posted <= AMOUNT_MICROS_MAX:
            raise AmountOverflow(
                f"the balance of account {account!r} would go beyond 999 999 999 999.999999 dollars"
            )
        if paid_ms is None:
            paid_ms = self.at_ms
            if account in self.where:
                found = self.where[account]
                if found.purses:
                    found.purse(account).room_micros += amount
        row.posted_micros = posted
        self.entry_seq = seq = self.entry_seq + 1
        self.lines.append((seq, self.seq, paid_ms, account, contra, amount, kind, ref))

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
            self.moves = (*self.moves, (call.id, call.cutoff_ms, meter.ended_ms))
        call.cutoff_ms = None
        self.write_back(call, meter)
        call.charged = final_micros(meter.curve, meter.bought_ms, meter.ended_ms - meter.start_ms)
        assert call.charged == meter.charged_micros, "takings must add up to the charge"
        call.parts = parts_micros(
            meter.curve, meter.bought_ms, max(meter.ended_ms - meter.start_ms, 0)
        )
        self.post_charge(call, call.takings, call.parts, "charge", call.ended_ms)
        for name in call.accounts:
            row = found.accounts[name]
            row.running = [each for each in row.running if each != call.id]
            row.active_ms = max(row.active_ms, call.ended_ms)
        self.ended.append(call)
        return call

    def post_charge(
        self,
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
                self.move(name, contra, -part, kind, call.id, paid_ms=at_ms)
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

    def _solve_all(self) -> list[CallRow]:
        """Find the cutoffs anew; return the calls whose rows have changed."""
        calls: list[CallRow] = []
        for found in {id(found): found for found in self.where.values()}.values():
            if found.meters:
                if not found.solved:
                    self.solve(found)
                running = [meter.id for meter in found.meters if meter.ended_ms is None]
                calls += [found.calls[name] for name in running]
        return calls + self.ended

    def _look_ahead(self, row: AccountRow) -> None:
        if "spending" in row.more:
            row.more = store_left(row.more, self.component(row.id).purse(row.id))
        if "reload" in row.more:
            from securecall.ledger.reload import watch

            watch(self, self.component(row.id), row)

    def solve(self, found: Component) -> None:
        """Find the cutoffs of running calls, and put them into their rows."""
        found.solved = True
        running = [meter for meter in found.meters if meter.ended_ms is None]
        if not running:
            return
        ends = cutoffs(running)
        moved: list[Move] = []
        for meter in running:
            call = found.calls[meter.id]
            self.write_back(call, meter)
            new_ms, reason = ends[meter.id]
            if new_ms != call.cutoff_ms:
                if call.order != self.seq:
                    moved.append((call.id, call.cutoff_ms, new_ms))
                call.cutoff_ms = new_ms
            call.reason = reason
        self.moves = (*self.moves, *moved)


def operation(
    method: str,
    content: tuple[Any, ...],
    body: Callable[..., Answer | None],
    refusal: Callable[[Operation, str], Answer],
    *,
    at: At,
    request_id: str | None,
    implied: bool = False,
) -> Operation:
    """Return an operation as it is asked for; see the attributes of `Operation`.

    A function, because a class that is called with names for its values takes twice the time.

    Raises
    ------
    InputError, InputTypeError
        The instant or the id cannot be used.
    """
    op = _new(Operation)
    op.method = method
    op.content = content
    op.body = body
    op.refusal = refusal
    op.at_ms = ms_of(at)
    op.asked_id = None if request_id is None else identifier(request_id, "request_id")
    op.implied = implied
    op.digest = digest_of(method, content)
    return op
