"""What time brings: statements, late fees, inactivity, release."""

from __future__ import annotations

from typing import cast

from securecall.errors import InputError
from securecall.ledger import leaving
from securecall.ledger.faces.arguments import choice_of, positive_of, whole_of
from securecall.ledger.faces.desk import Desk, undone, unmoved
from securecall.ledger.identifier import identifier
from securecall.ledger.instant import At, ms_of
from securecall.ledger.operation import operation
from securecall.ledger.reading import there
from securecall.ledger.spending import zone
from securecall.ledger.statement import late_fee, statement
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Movement
from securecall.ledger.values.periods import LateFee, Payout, Statement
from securecall.ledger.values.text import decode
from securecall.money import Money, price_of

__all__ = ["Periods"]


class Periods(Desk):
    """What time brings: statements, late fees, inactivity, release."""

    def statement(
        self, account: str, *, through: At, at: At | None = None, request_id: str | None = None
    ) -> Statement:
        """Close the period that ends with ``through`` and say what happened in it.

        Source
        ------
        own; 47 CFR 64.6000, "Billing Statement".
        """
        account = identifier(account, "account")
        through_ms = ms_of(through, "through")
        now = through if at is None else at
        if ms_of(now) < through_ms:
            raise InputError("through must not be after at: a period is closed when it is over")
        answer: Statement = self._write(
            operation(
                "statement",
                (account, through_ms),
                statement,
                lambda op, code: Statement(
                    code, account, through_ms, through_ms, 0, 0, 0, 0, 0, 0, 0, 0
                ),
                at=now,
                request_id=request_id,
            )
        )
        return answer

    def statements(self, account: str) -> list[Statement]:
        """Return an account's statements, oldest first.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        papers = self._store.read(lambda view: view.papers("statement", there(view, account)))
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
        account = identifier(account, "account")
        share = price_of(percent, "percent")
        answer: LateFee = self._write(
            operation(
                "late_fee",
                (account, str(share)),
                lambda op, *_: late_fee(op, account, share),
                lambda op, code: LateFee(code, account, op.at_ms, 0, 0),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def touch(self, account: str, *, at: At, request_id: str | None = None) -> Done:
        """Note that the holder showed interest: the inactivity clock begins again.

        Source
        ------
        47 CFR 64.6130.
        """
        account = identifier(account, "account")
        answer: Done = self._write(
            operation("touch", (account,), leaving.touch, undone, at=at, request_id=request_id)
        )
        return answer

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
        account = identifier(account, "account")
        zone(timezone)
        days = whole_of(period_days, "period_days", 1)
        to = choice_of(to, ("refund", "unclaimed"), "to")
        answer: Payout | None = self._write(
            operation(
                "inactivity",
                (account, timezone, days, state, to),
                lambda op, *_: leaving.inactivity(op, account, timezone, days, state, to=to),
                lambda op, code: Payout(code, account, op.at_ms, 0, to, "inactive", 0, ""),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def release(self, account: str, *, at: At, request_id: str | None = None) -> Payout:
        """End a released person's calls, pay the money out and close the account.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        answer: Payout = self._write(
            operation(
                "release",
                (account,),
                leaving.release,
                lambda op, code: Payout(code, account, op.at_ms, 0, "refund", "released", 0, ""),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def payout_failed(
        self, account: str, amount: Money, *, at: At, request_id: str | None = None
    ) -> Movement:
        """Move what could not be paid out to unclaimed property.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        wanted = positive_of(amount)
        answer: Movement = self._write(
            operation(
                "payout_failed",
                (account, wanted),
                leaving.payout_failed,
                unmoved,
                at=at,
                request_id=request_id,
            )
        )
        return answer
