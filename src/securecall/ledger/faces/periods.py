"""What time brings: statements, late fees, inactivity, release."""

from __future__ import annotations

from typing import cast

from securecall.errors import InputError
from securecall.ledger import leaving
from securecall.ledger.faces.arguments import choice_of, positive_of, whole_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.instant import At, ms_of
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
        days = whole_of(period_days, "period_days", 1)
        to = choice_of(to, ("refund", "unclaimed"), "to")
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
        wanted = positive_of(amount)
        return self._movement(
            "payout_failed", account, wanted, at, request_id,
            lambda op: leaving.payout_failed(op, account, wanted),
        )  # fmt: skip
