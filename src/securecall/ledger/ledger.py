"""The ledger: whose money, how much is left, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from securecall.errors import InputError, InputTypeError, RequestConflict, nearest
from securecall.ledger import giving_back, leaving, metering, numbers, payments, reading, reload
from securecall.ledger.curve import Loaders, PriceCurve, checked
from securecall.ledger.curve import dumped as dumped_curve
from securecall.ledger.identifier import digest_of, identifier, word
from securecall.ledger.instant import At, elapsed_of, instant, ms_of
from securecall.ledger.operation import Move, Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.rows import KINDS
from securecall.ledger.spending import period_after, zone
from securecall.ledger.statement import late_fee, statement
from securecall.ledger.stores.door import Reading, Store, Writing
from securecall.ledger.stores.open import open_store
from securecall.ledger.values import (
    Admission,
    Answer,
    Balance,
    CallState,
    Chargeback,
    Deposit,
    Done,
    Entry,
    LateFee,
    Movement,
    Payout,
    Refund,
    RefundRequest,
    Reload,
    Settled,
    Settlement,
    Statement,
    decode,
)
from securecall.money import Money, dollars, micros, price_of

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.ledger.verify import Verification

__all__ = ["Callback", "Ledger"]

A = TypeVar("A", bound=Answer)
Callback = Callable[[str, "datetime | None", "datetime | None"], None]


def _amount(value: Money, name: str = "amount") -> int:
    """Return an amount of 0 or more."""
    amount = micros(value, name)
    if amount < 0:
        raise InputError(f"{name} must be 0 or more, not {value}")
    return amount


def _positive(value: Money, name: str = "amount") -> int:
    amount = micros(value, name)
    if amount <= 0:
        raise InputError(f"{name} must be more than 0, not {value}")
    return amount


def _flag(value: object, name: str) -> bool:
    if type(value) is not bool:
        raise InputTypeError(f"{name} must be True or False, not {value!r}")
    return value


def _whole(value: object, name: str, low: int) -> int:
    if type(value) is not int:
        raise InputTypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < low:
        raise InputError(f"{name} must be {low} or more, not {value}")
    return value


def _choice(value: str, allowed: Iterable[str], name: str) -> str:
    allowed = tuple(allowed)
    if value not in allowed:
        hint = nearest(value, allowed)
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}"
            + (f"; did you mean {hint!r}?" if hint else "")
        )
    return value


class Ledger:
    """Accounts, their money, and the calls that spend it.

    Open one with `open`. Every method that writes takes ``at`` and ``request_id``: the same id with
    the same content gets the first answer, with other content `RequestConflict`. Refusals are
    answers with a ``code`` of `securecall.ledger.outcome.Outcome`; bad input raises and moves
    nothing. Reading never writes. A ledger may be shared by threads, not by forked processes.

    Source
    ------
    own; charging law, rules 5 to 11.

    Examples
    --------
    >>> ledger = Ledger.open("memory:")
    >>> ledger.open_account("fam-1", kind="prepaid", at=0).code
    'ok'
    >>> ledger.deposit("fam-1", "25.00", at=1_000, request_id="d-1").credited
    Decimal('25.000000')
    """

    def __init__(self, store: Store, *, loaders: Loaders | None = None, keeps: bool = True) -> None:
        self._store = store
        self._callbacks: list[Callback] = []
        self._loaders = dict(loaders or {})
        self._keeps_curves = keeps

    @classmethod
    def open(
        cls, url: str, *, curves: Loaders | None = None, key: bytes = b"", **options: Any
    ) -> Ledger:
        """Open a ledger, and make it if it is not there.

        Parameters
        ----------
        url : str
            ``memory:`` or ``sqlite:///path``.
        curves : mapping, optional
            Loaders of price curves by the ``format`` that their bytes state; the rating wing's are
            known.
        key : bytes
            Signs the checkpoints of the chain.
        **options
            Of the store.

        Raises
        ------
        InputError
            The address is of no known kind.
        StoreError
            The store is damaged, or weaker than a ledger needs.

        Source
        ------
        own.
        """
        store, keeps = open_store(url, dict(curves or {}), key, options)
        return cls(store, loaders=curves, keeps=keeps)

    def close(self) -> None:
        """Let go of files."""
        self._store.close()

    def __enter__(self) -> Ledger:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    # Writing --------------------------------------------------------------------------------------

    def _write(
        self,
        method: str,
        request_id: str | None,
        at: At,
        content: tuple[Any, ...],
        body: Callable[[Operation], Answer | None],
        refusal: Callable[[str, int], Answer],
        *,
        implied: bool = False,
    ) -> Any:
        at_ms = ms_of(at)
        if request_id is not None:
            request_id = identifier(request_id, "request_id")
        digest = digest_of(method, content)

        def job(tx: Writing) -> tuple[Answer | None, list[Move]]:
            if request_id is not None:
                known = tx.op(request_id)
                if known is not None:
                    if known.digest != digest and not (implied and known.method == method):
                        raise RequestConflict(request_id, known.method, method)
                    return decode(known.answer), []
            op = Operation(tx, method, request_id, digest, at_ms)
            try:
                answer = body(op)
            except Unfit as unfit:
                answer = refusal(unfit.outcome.value, at_ms)
                Operation(tx, method, request_id, digest, at_ms).record(answer.code, answer)
                return answer, []
            op.close(answer)
            return answer, op.moves

        answer, moves = self._store.write(job, request_id)
        if moves and self._callbacks:
            self._tell(moves)
        return answer

    def _tell(self, moves: list[Move]) -> None:
        for call_id, old_ms, new_ms in moves:
            old = None if old_ms is None else instant(old_ms)
            new = None if new_ms is None else instant(new_ms)
            for callback in tuple(self._callbacks):
                callback(call_id, old, new)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Be told, after commit and in the calling thread, when a running call's cutoff moved.

        Parameters
        ----------
        callback : callable
            Takes (call_id, old, new); None is no end in sight. What it raises reaches the caller
            of the operation, which is kept all the same.

        Returns
        -------
        callable
            Ends the subscription.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def open_account(
        self,
        account: str,
        kind: str = "prepaid",
        *,
        at: At,
        request_id: str | None = None,
        credit_limit: Money | None = None,
        opening: Money = "0",
        numbers: Iterable[str] = (),
    ) -> Done:
        """Open an account.

        Parameters
        ----------
        account : str
        kind : {"prepaid", "inmate_debit", "direct_bill"}
        credit_limit : Decimal or str
            Of a direct-bill account, which needs one.
        opening : Decimal or str
            A balance carried over from other books; below 0 what is owed, for direct bill only.
        numbers : iterable of str
            Telephone numbers that call on this account; see `link_number`.

        Returns
        -------
        Done
            ``account_exists`` if it is there already.

        Raises
        ------
        InputError, InputTypeError, RequestConflict
            The arguments cannot be used; nothing moved.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        kind = _choice(kind, KINDS, "kind")
        if (credit_limit is None) == (kind == "direct_bill"):
            raise InputError("credit_limit must be given for direct_bill, and only for it")
        credit = 0 if credit_limit is None else _amount(credit_limit, "credit_limit")
        carried = micros(opening, "opening")
        if carried < 0 and kind != "direct_bill":
            raise InputError(f"opening must be 0 or more for a {kind} account, not {opening}")
        listed = [word(number, "number") for number in numbers]
        more = {"numbers": listed} if listed else {}
        return cast(
            Done,
            self._write(
                "open_account",
                request_id,
                at,
                (account, kind, credit, carried, listed),
                lambda op: payments.open_account(op, account, kind, credit, carried, more),
                Done,
            ),
        )

    def deposit(
        self,
        account: str,
        amount: Money,
        *,
        at: At,
        request_id: str | None = None,
        fees: Any = None,
    ) -> Deposit:
        """Credit a payment to a prepaid or debit account.

        Parameters
        ----------
        account : str
        amount : Decimal or str
            What was paid. A fee quote is made for whole cents only; without one, any amount is
            taken, so that balances of other books can be brought in.
        fees : FeeQuote, optional
            Whose ``paid`` is that amount.

        Returns
        -------
        Deposit
            Or ``late``, ``account_closed``, ``wrong_kind``.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict, AmountOverflow
            Nothing moved.

        Source
        ------
        own; charging law, rules 7 and 11.
        """
        paid = _positive(amount)
        stack = payments.fees_of(fees, paid)
        return cast(
            Deposit,
            self._write(
                "deposit",
                request_id,
                at,
                (account, paid, stack),
                lambda op: payments.deposit(op, account, paid, stack, "deposit"),
                lambda code, at_ms: Deposit(code, request_id or "", account, at_ms, 0, 0, ()),
            ),
        )

    def withdraw(
        self, account: str, amount: Money, *, at: At, request_id: str | None = None
    ) -> Movement:
        """Pay out some of what is available: not what running calls hold, and no credit.

        Returns
        -------
        Movement
            Or ``insufficient_funds``, ``late``, ``account_closed``.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rule 7.
        """
        wanted = _positive(amount)
        return self._movement(
            "withdraw", account, wanted, at, request_id,
            lambda op: payments.withdraw(op, account, wanted),
        )  # fmt: skip

    def pay(
        self, account: str, amount: Money, *, at: At, request_id: str | None = None
    ) -> Movement:
        """Credit a payment to a direct-bill account; more than is owed stays as credit.

        Returns
        -------
        Movement
            Or ``wrong_kind``, ``late``.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own.
        """
        paid = _positive(amount)
        return self._movement(
            "pay", account, paid, at, request_id, lambda op: payments.pay(op, account, paid)
        )

    def _movement(
        self,
        method: str,
        account: str,
        amount: int,
        at: At,
        request_id: str | None,
        body: Callable[[Operation], Answer],
    ) -> Movement:
        return cast(
            Movement,
            self._write(
                method,
                request_id,
                at,
                (account, amount),
                body,
                lambda code, at_ms: Movement(code, account, at_ms, 0),
            ),
        )

    def transfer(
        self,
        source: str,
        target: str,
        amount: Money | None = None,
        *,
        at: At,
        request_id: str | None = None,
    ) -> Movement:
        """Move money between accounts, as when a person moves to another facility.

        Parameters
        ----------
        source, target : str
        amount : Decimal or str, optional
            None: all of it; the source's calls end at the instant and it is closed.

        Returns
        -------
        Movement
            Or ``insufficient_funds``, ``wrong_kind``, ``account_closed``, ``late``.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own.
        """
        if source == target:
            raise InputError(f"target must be another account than the source, {source!r}")
        wanted = None if amount is None else _positive(amount)
        return cast(
            Movement,
            self._write(
                "transfer",
                request_id,
                at,
                (source, target, wanted),
                lambda op: payments.transfer(op, source, target, wanted),
                lambda code, at_ms: Movement(code, source, at_ms, 0),
            ),
        )

    def set_credit_limit(
        self, account: str, amount: Money, *, at: At, request_id: str | None = None
    ) -> Done:
        """Set what a direct-bill account may owe; running calls end where the new limit ends.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rule 6.
        """
        credit = _amount(amount)
        return self._done(
            "set_credit_limit", at, request_id, (account, credit),
            lambda op: payments.set_credit_limit(op, account, credit),
        )  # fmt: skip

    def _done(
        self,
        method: str,
        at: At,
        request_id: str | None,
        content: tuple[Any, ...],
        body: Callable[[Operation], Answer],
    ) -> Done:
        return cast(Done, self._write(method, request_id, at, content, body, Done))

    # Calls ----------------------------------------------------------------------------------------

    def start_call(
        self,
        call_id: str,
        accounts: Iterable[str],
        curve: PriceCurve,
        *,
        at: At,
        request_id: str | None = None,
        split: bool = False,
        max_ms: int | None = None,
    ) -> Admission:
        """Admit a call and buy its first increment, or refuse it.

        Parameters
        ----------
        call_id : str
        accounts : iterable of str
            Who pays, in order.
        curve : PriceCurve
            What it costs; see `securecall.ledger.curve.PriceCurve`.
        split : bool
            Whether an increment may be paid by several accounts.
        max_ms : int, optional
            The maximum duration.

        Returns
        -------
        Admission
            With the instant at which the call must end. ``refused`` with ``insufficient_funds`` or
            ``spending_limit``, ``late``, ``call_exists``, ``account_closed``.

        Raises
        ------
        InputError
            ``at`` is not the curve's start, an account comes twice, there is none.
        InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rules 5 to 8.
        """
        call_id = identifier(call_id, "call_id")
        if isinstance(accounts, str):
            raise InputTypeError(f"accounts must be a list of ids, such as [{accounts!r}]")
        payers = list(accounts)
        if not payers or len(set(payers)) != len(payers):
            raise InputError(f"accounts must name at least one account, each once, not {payers}")
        checked(curve)
        at_ms = ms_of(at)
        start_ms = getattr(curve, "start_ms", at_ms)
        if start_ms != at_ms:
            raise InputError(
                f"at must be the curve's start, {instant(start_ms).isoformat()}, "
                f"not {instant(at_ms).isoformat()}"
            )
        limit = None if max_ms is None else _whole(max_ms, "max_ms", 1)
        split = _flag(split, "split")
        if not self._keeps_curves:
            dumped_curve(curve)
        return cast(
            Admission,
            self._write(
                "start_call",
                request_id,
                at,
                (call_id, payers, split, limit),
                lambda op: metering.start_call(
                    op, call_id, payers, curve, split=split, limit_ms=limit
                ),
                lambda code, now_ms: Admission(code, call_id, now_ms, None, "refused"),
            ),
        )

    def end_call(
        self,
        call_id: str,
        *,
        at: At,
        reason: str = "hangup",
        request_id: str | None = None,
    ) -> Settlement:
        """End a call at an instant, also where its accounts were settled later already.

        Parameters
        ----------
        call_id : str
        reason : str
            Why, as the host sees it.
        request_id : str, optional
            Default: the call's id.

        Returns
        -------
        Settlement
            Of a call that ended before or was refused: what it was.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rules 5 and 7, and "Cutoff is solved, not polled".
        """
        call_id = identifier(call_id, "call_id")
        reason = word(reason, "reason")
        at_ms = ms_of(at)
        return self._settlement(
            "end_call", call_id, at, request_id, (call_id, reason),
            lambda op: metering.end_call(op, call_id, reason, at_ms, "host"),
        )  # fmt: skip

    def recover(
        self,
        call_id: str,
        *,
        last_alive_ms: At,
        at: At,
        request_id: str | None = None,
    ) -> Settlement:
        """End a call whose host crashed at its last proof of life, in the customer's favour.

        Parameters
        ----------
        call_id : str
        last_alive_ms : int or datetime
            The last heartbeat: an instant, or milliseconds from the call's start (below 10^11).
        request_id : str, optional
            Default: the call's id with ``:recover`` after it.

        Returns
        -------
        Settlement
            Reason ``recovered``, or what ended the call before.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        call_id = identifier(call_id, "call_id")
        now_ms = ms_of(at)
        start_ms = self.call(call_id).started_ms
        alive_ms = min(start_ms + elapsed_of(last_alive_ms, start_ms, "last_alive_ms"), now_ms)
        return self._settlement(
            "recover", call_id, at, request_id, (call_id, alive_ms),
            lambda op: metering.end_call(op, call_id, "recovered", alive_ms, "host"),
        )  # fmt: skip

    def _settlement(
        self,
        method: str,
        call_id: str,
        at: At,
        request_id: str | None,
        content: tuple[Any, ...],
        body: Callable[[Operation], Answer],
    ) -> Settlement:
        return cast(
            Settlement,
            self._write(
                method,
                _implied(method, call_id) if request_id is None else request_id,
                at,
                content,
                body,
                lambda code, at_ms: Settlement(code, call_id, 0, 0, "", at_ms, 0, ()),
                implied=request_id is None,
            ),
        )

    def settle_due(self, *, at: At, request_id: str | None = None) -> tuple[Settlement, ...]:
        """Settle every call whose cutoff is at or before an instant, and close the instant.

        Returns
        -------
        tuple of Settlement
            The calls that this settled, by the instant of their end.

        Source
        ------
        own; charging law, rule 7.
        """
        found: Settled = self._write(
            "settle_due",
            request_id,
            at,
            (),
            metering.settle_due,
            lambda code, at_ms: Settled(code, at_ms, ()),
        )
        return found.calls

    # Giving back ----------------------------------------------------------------------------------

    def refund(
        self,
        call_id: str,
        *,
        at: At,
        request_id: str | None = None,
        policy: str = "full",
        amount: Money | None = None,
        until_ms: At | None = None,
    ) -> Refund:
        """Give back some or all of what a call was charged, to the accounts that paid it.

        Parameters
        ----------
        call_id : str
        policy : {"full", "amount", "rerate"}
        amount : Decimal or str
            For ``amount``.
        until_ms : int or datetime
            For ``rerate``: the last good instant, from the call's start. What the call would have
            cost until then stays charged.

        Returns
        -------
        Refund
            Or ``refund_exceeds_charge``, ``nothing_left``, ``call_running``, ``late``.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rule 10.
        """
        policy = _choice(policy, giving_back.POLICIES, "policy")
        if (amount is None) == (policy == "amount"):
            raise InputError("amount must be given for policy 'amount', and only for it")
        if (until_ms is None) == (policy == "rerate"):
            raise InputError("until_ms must be given for policy 'rerate', and only for it")
        wanted = None if amount is None else _positive(amount)
        until = self._until(call_id, until_ms)
        return cast(
            Refund,
            self._write(
                "refund",
                request_id,
                at,
                (call_id, policy, wanted, until),
                lambda op: giving_back.refund(op, call_id, policy, wanted, until, policy),
                lambda code, at_ms: Refund(code, call_id, at_ms, 0, (), (), policy),
            ),
        )

    def _until(self, call_id: str, until_ms: At | None) -> int | None:
        if until_ms is None:
            return None
        return elapsed_of(until_ms, self.call(call_id).started_ms, "until_ms")

    def request_refund(
        self,
        call_id: str,
        *,
        why: str,
        at: At,
        request_id: str,
        until_ms: At | None = None,
        rule: str | None = None,
    ) -> RefundRequest:
        """File a wish for a refund, for review; or have an automatic rule decide it at once.

        Parameters
        ----------
        call_id : str
        why : str
            What the customer says.
        until_ms : int or datetime, optional
            The last good instant; without it the whole call is asked back.
        rule : str, optional
            Id of the automatic rule of the host that applies (media lost, say): approved at once,
            and kept with the request.

        Source
        ------
        own.
        """
        why = word(why, "why")
        rule = None if rule is None else word(rule, "rule")
        until = self._until(call_id, until_ms)
        return cast(
            RefundRequest,
            self._write(
                "request_refund",
                identifier(request_id, "request_id"),
                at,
                (call_id, why, until, rule),
                lambda op: giving_back.request(op, call_id, why, until, rule),
                lambda code, at_ms: RefundRequest(
                    code, request_id, call_id, at_ms, "denied", why, rule or "review", 0
                ),
            ),
        )

    def decide_refund(
        self,
        refund_request_id: str,
        *,
        approve: bool,
        at: At,
        request_id: str | None = None,
        policy: str | None = None,
        amount: Money | None = None,
    ) -> RefundRequest:
        """Approve or deny a refund request that waits for review.

        Parameters
        ----------
        policy : {"full", "amount", "rerate"}, optional
            Default: as it was asked.

        Source
        ------
        own.
        """
        approve = _flag(approve, "approve")
        wanted = None if amount is None else _positive(amount)
        paper = self._store.read(lambda view: view.paper("request", refund_request_id))
        asked = "full" if paper is None or paper.body["until_ms"] is None else "rerate"
        chosen = _choice(policy or asked, giving_back.POLICIES, "policy")
        if (wanted is None) == (chosen == "amount"):
            raise InputError("amount must be given for policy 'amount', and only for it")
        return cast(
            RefundRequest,
            self._write(
                "decide_refund",
                request_id,
                at,
                (refund_request_id, approve, policy, wanted),
                lambda op: giving_back.decide(op, refund_request_id, approve, chosen, wanted),
                lambda code, at_ms: RefundRequest(
                    code, refund_request_id, "", at_ms, "pending", "", "review", 0
                ),
            ),
        )

    def chargeback(
        self,
        deposit_request_id: str,
        *,
        at: At,
        request_id: str,
        fee: Money = "0",
    ) -> Chargeback:
        """Take back a deposit that its payer's bank took back; the balance may fall below 0.

        Calls that run are cut at their next increment that costs something.

        Source
        ------
        own; charging law, rule 9.
        """
        charged = _amount(fee, "fee")
        request_id = identifier(request_id, "request_id")
        return cast(
            Chargeback,
            self._write(
                "chargeback",
                request_id,
                at,
                (deposit_request_id, charged),
                lambda op: giving_back.chargeback(op, deposit_request_id, charged),
                lambda code, at_ms: Chargeback(
                    code, request_id, deposit_request_id, "", at_ms, "received", 0, 0
                ),
            ),
        )

    def chargeback_result(
        self, chargeback_id: str, *, won: bool, at: At, request_id: str | None = None
    ) -> Chargeback:
        """Note how a dispute ended; won: all that was debited comes back.

        Source
        ------
        own.
        """
        won = _flag(won, "won")
        return cast(
            Chargeback,
            self._write(
                "chargeback_result",
                request_id,
                at,
                (chargeback_id, won),
                lambda op: giving_back.chargeback_result(op, chargeback_id, won),
                lambda code, at_ms: Chargeback(code, chargeback_id, "", "", at_ms, "", 0, 0),
            ),
        )

    # Life of an account ---------------------------------------------------------------------------

    def statement(
        self, account: str, *, through: At, at: At | None = None, request_id: str | None = None
    ) -> Statement:
        """Close the period that ends with ``through`` and say what happened in it.

        Source
        ------
        own; 47 CFR 64.6000, "Billing Statement".
        """
        through_ms = ms_of(through, "through")
        now = through if at is None else at
        if ms_of(now) < through_ms:
            raise InputError("through must not be after at: a period is closed when it is over")
        return cast(
            Statement,
            self._write(
                "statement",
                request_id,
                now,
                (account, through_ms),
                lambda op: statement(op, account, through_ms),
                lambda code, at_ms: Statement(
                    code, account, through_ms, through_ms, 0, 0, 0, 0, 0, 0, 0, 0
                ),
            ),
        )

    def statements(self, account: str) -> list[Statement]:
        """Return an account's statements, oldest first.

        Source
        ------
        own.
        """
        papers = self._store.read(lambda view: view.papers("statement", account))
        return [cast(Statement, decode(paper.body["answer"])) for paper in papers]

    def late_fee(
        self, account: str, *, percent: Money, at: At, request_id: str | None = None
    ) -> LateFee:
        """Charge a percentage of what the last statement left unpaid, in cents half up.

        Nothing charges it by itself: late fees are off unless a host asks for one.

        Source
        ------
        own.
        """
        share = price_of(percent, "percent")
        return cast(
            LateFee,
            self._write(
                "late_fee",
                request_id,
                at,
                (account, str(share)),
                lambda op: late_fee(op, account, share),
                lambda code, at_ms: LateFee(code, account, at_ms, 0, 0),
            ),
        )

    def touch(self, account: str, *, at: At, request_id: str | None = None) -> Done:
        """Note that the holder showed interest: the inactivity clock begins again.

        Source
        ------
        47 CFR 64.6130.
        """
        return self._done(
            "touch", at, request_id, (account,), lambda op: leaving.touch(op, account)
        )

    def inactivity(
        self,
        account: str,
        *,
        timezone: str,
        at: At,
        period_days: int = 180,
        state: str | None = None,
        to: str = "refund",
        request_id: str | None = None,
    ) -> Payout | None:
        """Pay out an account that was idle for longer than the period; else return None.

        Parameters
        ----------
        timezone : str
            In which days are counted.
        period_days : int
            A shorter one than regulation has is lengthened to that.
        state : str, optional
            Whose longer period applies, where regulation has one.
        to : {"refund", "unclaimed"}

        Source
        ------
        47 CFR 64.6130: 180 days without a break, so day 181 is the first.
        """
        zone(timezone)
        days = _whole(period_days, "period_days", 1)
        to = _choice(to, ("refund", "unclaimed"), "to")
        return cast(
            "Payout | None",
            self._write(
                "inactivity",
                request_id,
                at,
                (account, timezone, days, state, to),
                lambda op: leaving.inactivity(op, account, timezone, days, state, to),
                lambda code, at_ms: Payout(code, account, at_ms, 0, to, "inactive", 0, ""),
            ),
        )

    def release(self, account: str, *, at: At, request_id: str | None = None) -> Payout:
        """End a released person's calls, pay the money out and close the account.

        Source
        ------
        own.
        """
        return cast(
            Payout,
            self._write(
                "release",
                request_id,
                at,
                (account,),
                lambda op: leaving.release(op, account),
                lambda code, at_ms: Payout(code, account, at_ms, 0, "refund", "released", 0, ""),
            ),
        )

    def payout_failed(
        self, account: str, amount: Money, *, at: At, request_id: str | None = None
    ) -> Movement:
        """Move what could not be paid out to unclaimed property.

        Source
        ------
        own.
        """
        wanted = _positive(amount)
        return self._movement(
            "payout_failed", account, wanted, at, request_id,
            lambda op: leaving.payout_failed(op, account, wanted),
        )  # fmt: skip

    def set_auto_reload(
        self,
        account: str,
        *,
        below: Money | None,
        amount: Money | None = None,
        at: At,
        daily_max: Money | int | None = None,
        monthly_max: Money | int | None = None,
        timezone: str = "UTC",
        request_id: str | None = None,
    ) -> Done:
        """Ask for a deposit whenever less than a threshold is available.

        Parameters
        ----------
        below : Decimal or str, or None
            The threshold; None ends it.
        amount : Decimal or str
            Of each deposit, whole cents.
        daily_max, monthly_max : Decimal, str or int
            At most so many dollars in a local day or month; an int counts deposits.
        timezone : str
            Of those days.

        Source
        ------
        own.
        """
        plan = None
        if below is not None:
            if amount is None:
                raise InputError("amount must be given with below")
            zone(timezone)
            plan = {
                "below": _amount(below, "below"),
                "amount": payments.whole_cents(micros(amount), "amount"),
                "daily_max": _cap(daily_max, "daily_max"),
                "monthly_max": _cap(monthly_max, "monthly_max"),
                "timezone": timezone,
            }
        return self._done(
            "set_auto_reload", at, request_id, (account, plan),
            lambda op: reload.set_auto_reload(op, account, plan),
        )  # fmt: skip

    def reload_result(
        self,
        reload_id: str,
        *,
        ok: bool | None,
        at: At,
        request_id: str | None = None,
        fees: Any = None,
    ) -> Reload:
        """Note what became of an automatic deposit; None: no answer in time.

        A success that comes after that is credited all the same, once.

        Source
        ------
        own.
        """
        if ok is not None:
            ok = _flag(ok, "ok")
        stack = None
        if fees is not None:
            stack = payments.fees_of(fees, micros(fees.paid, "fees.paid"))
        return cast(
            Reload,
            self._write(
                "reload_result",
                request_id,
                at,
                (reload_id, ok, stack),
                lambda op: reload.reload_result(op, reload_id, ok, stack),
                lambda code, at_ms: Reload(code, reload_id, "", at_ms, "", 0),
            ),
        )

    def reloads(self, account: str) -> list[Reload]:
        """Return the automatic deposits of an account that were asked for, oldest first.

        Source
        ------
        own.
        """
        papers = self._store.read(lambda view: view.papers("reload", account))
        return [
            Reload("ok", paper.id, account, paper.body["at_ms"], paper.state, paper.body["amount"])
            for paper in papers
        ]

    def next_reload(self, account: str) -> datetime | None:
        """Return when the next automatic deposit falls due if nothing else happens.

        Source
        ------
        own.
        """
        row = self._store.read(lambda view: reading.component_at(view, [account], None))
        due = row.accounts[account].reload_ms
        return None if due is None else instant(due)

    def set_spending_limit(
        self,
        account: str,
        amount: Money | None,
        *,
        at: At,
        period: str = "day",
        timezone: str = "UTC",
        request_id: str | None = None,
    ) -> Done:
        """Limit what calls may take from an account in a local day, week or month.

        Parameters
        ----------
        amount : Decimal or str, or None
            None ends it. What this period has taken already does not count.

        Source
        ------
        own.
        """
        plan: dict[str, Any] | None = None
        if amount is not None:
            limit = _amount(amount)
            refill_ms = period_after(ms_of(at), period, timezone)
            plan = {
                "limit": limit, "left": limit, "period": period, "timezone": timezone,
                "refill_ms": refill_ms,
            }  # fmt: skip
        content = (account, amount and micros(amount), period, timezone)
        return self._done(
            "set_spending_limit", at, request_id, content,
            lambda op: numbers.set_spending_limit(op, account, plan),
        )  # fmt: skip

    def link_number(
        self, number: str, account: str, *, at: At, request_id: str | None = None
    ) -> Done:
        """Let a telephone number call on an account; it leaves the one that it was on.

        Source
        ------
        own.
        """
        number = word(number, "number")
        return self._done(
            "link_number", at, request_id, (number, account),
            lambda op: numbers.link(op, number, account),
        )  # fmt: skip

    # Reading --------------------------------------------------------------------------------------

    def account_of(self, number: str) -> str | None:
        """Return the account on which a telephone number calls.

        Source
        ------
        own.
        """
        paper = self._store.read(lambda view: view.paper("number", number))
        return None if paper is None else paper.account

    def balance(self, account: str, at: At | None = None) -> Balance:
        """Return an account at an instant; None: the last operation's.

        Raises
        ------
        Unknown
            There is no such account.
        InputError
            The instant is before what it is settled to.

        Source
        ------
        own; charging law, rule 6.
        """
        at_ms = None if at is None else ms_of(at)
        return self._store.read(lambda view: reading.balance(view, account, at_ms))

    def cutoffs(self, account: str, at: At | None = None) -> dict[str, datetime | None]:
        """Return when each running call of an account will end if nothing else happens.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        at_ms = None if at is None else ms_of(at)
        found = self._store.read(lambda view: reading.cutoffs_of(view, account, at_ms))
        return {name: None if end is None else instant(end) for name, end in found.items()}

    def warnings(
        self, account: str, at: At | None = None, left_ms: int = 60_000
    ) -> dict[str, datetime | None]:
        """Return when to say "so much is left" in each running call of an account.

        Source
        ------
        own; from the same solve as `cutoffs`.
        """
        left = _whole(left_ms, "left_ms", 0)
        ends = self.cutoffs(account, at)
        return {
            name: None if end is None else instant(max(ms_of(end) - left, 0))
            for name, end in ends.items()
        }

    def call(self, call_id: str, at: At | None = None) -> CallState:
        """Return how a call stands at an instant; None: the last operation's.

        Raises
        ------
        Unknown
            There is no such call.

        Source
        ------
        own.
        """
        at_ms = None if at is None else ms_of(at)
        return self._store.read(lambda view: reading.call_state(view, call_id, at_ms))

    def entries(self, account: str | None = None) -> pa.Table:
        """Return entries in order, of one account or of all, as an Arrow table.

        Source
        ------
        own.
        """
        from securecall.ledger.export import table_of

        def job(view: Reading) -> Any:
            if account is not None and view.account(account) is None:
                reading.load(view, [account])
            return table_of(view.entries(account, 0))

        return self._store.read(job)

    def iter_entries(self, account: str | None = None) -> Iterator[Entry]:
        """Return the same entries as values.

        Source
        ------
        own.
        """
        return iter(self._store.read(lambda view: list(view.entries(account, 0))))

    def totals(self) -> dict[str, Any]:
        """Return what every account and control account holds, dollars; it adds up to 0.

        Source
        ------
        own; charging law, rule 9.
        """
        sums: dict[str, int] = {}
        for entry in self.iter_entries():
            sums[entry.account] = sums.get(entry.account, 0) + entry.amount_micros
            contra = f"*{entry.contra}"
            sums[contra] = sums.get(contra, 0) - entry.amount_micros
        return {name: dollars(amount) for name, amount in sorted(sums.items())}

    def verify(self) -> Verification:
        """Check every invariant from the entries alone.

        Source
        ------
        own; charging law, rule 9.
        """
        from securecall.ledger.verify import verify

        return self._store.read(verify)

    def explain(self, call_id: str) -> str:
        """Return a settled call as a receipt: each increment with the balance before and after.

        Source
        ------
        own.
        """
        from securecall.ledger.explain import explain

        return self._store.read(lambda view: explain(view, call_id))

    def export(self, path: str | Path, form: str = "parquet", account: str | None = None) -> int:
        """Write entries to a file; return how many.

        Parameters
        ----------
        path : str or Path
        form : {"parquet", "csv", "arrow", "hledger", "beancount"}
        account : str, optional

        Raises
        ------
        InputError
            The form is of no known kind.

        Source
        ------
        own.
        """
        from securecall.ledger.export import export

        return self._store.read(lambda view: export(view, path, form, account))

    def draw(self, account: str, path: str | Path) -> None:
        """Draw what is available on an account over time, with the cutoffs, to a PNG or SVG file.

        Raises
        ------
        BuildError
            matplotlib is not installed.

        Source
        ------
        own.
        """
        from securecall.ledger.picture import burn_down

        self._store.read(lambda view: burn_down(view, account, path))

    def code_words(self) -> tuple[str, ...]:
        """Return the codes that answers can have, in order of precedence.

        Source
        ------
        own.
        """
        return tuple(outcome.value for outcome in Outcome)


def _implied(method: str, call_id: str) -> str:
    """Return the request id of a call's end where none was given."""
    return call_id if method == "end_call" else f"{call_id}:{method}"


def _cap(value: Money | int | None, name: str) -> list[Any] | None:
    if value is None:
        return None
    if type(value) is int:
        return ["count", _whole(value, name, 1)]
    return ["micros", _positive(cast(Money, value), name)]
