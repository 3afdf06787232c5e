"""Refunds, requests for them, and chargebacks."""

from __future__ import annotations

from securecall.errors import InputError
from securecall.ledger import giving_back, reading
from securecall.ledger.faces.arguments import amount_of, choice_of, flag_of, positive_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.identifier import MADE_LENGTH_MAX, identifier, word
from securecall.ledger.instant import At, elapsed_of
from securecall.ledger.operation import operation
from securecall.ledger.values.giving_back import Chargeback, Refund, RefundRequest
from securecall.money import Money

__all__ = ["GivingBack"]


class GivingBack(Desk):
    """Refunds, requests for them, and chargebacks."""

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
        call_id = identifier(call_id, "call_id")
        policy = choice_of(policy, giving_back.POLICIES, "policy")
        if (amount is None) == (policy == "amount"):
            raise InputError("amount must be given for policy 'amount', and only for it")
        if (until_ms is None) == (policy == "rerate"):
            raise InputError("until_ms must be given for policy 'rerate', and only for it")
        wanted = None if amount is None else positive_of(amount)
        until = self._until(call_id, until_ms)
        answer: Refund = self._write(
            operation(
                "refund",
                (call_id, policy, wanted, until),
                lambda op, *_: giving_back.refund(op, call_id, policy, wanted, until, rule=policy),
                lambda op, code: Refund(code, call_id, op.at_ms, 0, (), (), policy),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def _until(self, call_id: str, until_ms: At | None) -> int | None:
        if until_ms is None:
            return None
        return elapsed_of(until_ms, self._started_ms(call_id), "until_ms")

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
        call_id = identifier(call_id, "call_id")
        why = word(why, "why")
        rule = None if rule is None else word(rule, "rule")
        until = self._until(call_id, until_ms)
        answer: RefundRequest = self._write(
            operation(
                "request_refund",
                (call_id, why, until, rule),
                giving_back.request,
                lambda op, code: RefundRequest(
                    code, request_id, call_id, op.at_ms, "denied", why, rule or "review", 0
                ),
                at=at,
                request_id=identifier(request_id, "request_id"),
            )
        )
        return answer

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
        refund_request_id = identifier(refund_request_id, "refund_request_id")
        approve = flag_of(approve, "approve")
        wanted = None if amount is None else positive_of(amount)
        paper = self._store.read(lambda view: view.paper("request", refund_request_id))
        asked = "full" if paper is None or paper.body["until_ms"] is None else "rerate"
        chosen = choice_of(policy or asked, giving_back.POLICIES, "policy")
        if (wanted is None) == (chosen == "amount"):
            raise InputError("amount must be given for policy 'amount', and only for it")
        answer: RefundRequest = self._write(
            operation(
                "decide_refund",
                (refund_request_id, approve, policy, wanted),
                lambda op, *_: giving_back.decide(op, refund_request_id, approve, chosen, wanted),
                lambda op, code: RefundRequest(
                    code, refund_request_id, "", op.at_ms, "pending", "", "review", 0
                ),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def refund_requests(self, account: str) -> list[RefundRequest]:
        """Return the wishes for refunds of an account's calls and how they stand, oldest first.

        A call of several accounts is told of with the first of them.

        Raises
        ------
        Unknown
            There is no such account.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        papers = self._store.read(lambda view: view.papers("request", reading.there(view, account)))
        return [
            RefundRequest(
                "ok", paper.id, paper.body["call"], paper.body["at_ms"], paper.state,
                paper.body["why"], paper.body.get("rule", "review"), paper.body.get("given", 0),
            )
            for paper in papers
        ]  # fmt: skip

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
        deposit_request_id = identifier(deposit_request_id, "deposit_request_id", MADE_LENGTH_MAX)
        charged = amount_of(fee, "fee")
        request_id = identifier(request_id, "request_id")
        answer: Chargeback = self._write(
            operation(
                "chargeback",
                (deposit_request_id, charged),
                giving_back.chargeback,
                lambda op, code: Chargeback(
                    code, request_id, deposit_request_id, "", op.at_ms, "received", 0, 0
                ),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def chargeback_result(
        self, chargeback_id: str, *, won: bool, at: At, request_id: str | None = None
    ) -> Chargeback:
        """Note how a dispute ended; won: all that was debited comes back.

        Source
        ------
        own.
        """
        chargeback_id = identifier(chargeback_id, "chargeback_id")
        won = flag_of(won, "won")
        answer: Chargeback = self._write(
            operation(
                "chargeback_result",
                (chargeback_id, won),
                giving_back.chargeback_result,
                lambda op, code: Chargeback(code, chargeback_id, "", "", op.at_ms, "", 0, 0),
                at=at,
                request_id=request_id,
            )
        )
        return answer
