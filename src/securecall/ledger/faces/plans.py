"""What is set up for an account: automatic deposits, spending limits, numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from securecall.errors import InputError
from securecall.ledger import numbers, payments, reading, reload
from securecall.ledger.faces.arguments import amount_of, cap_of, flag_of
from securecall.ledger.faces.desk import Desk, undone
from securecall.ledger.identifier import MADE_LENGTH_MAX, identifier, word
from securecall.ledger.instant import At, instant, ms_of
from securecall.ledger.operation import operation
from securecall.ledger.spending import period_after, zone
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Reload
from securecall.money import Money, micros

__all__ = ["Plans"]


class Plans(Desk):
    """What is set up for an account: automatic deposits, spending limits, numbers."""

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
        account = identifier(account, "account")
        plan = None
        if below is not None:
            if amount is None:
                raise InputError("amount must be given with below")
            zone(timezone)
            plan = {
                "below": amount_of(below, "below"),
                "amount": payments.whole_cents(micros(amount), "amount"),
                "daily_max": cap_of(daily_max, "daily_max"),
                "monthly_max": cap_of(monthly_max, "monthly_max"),
                "timezone": timezone,
            }
        answer: Done = self._write(
            operation(
                "set_auto_reload",
                (account, plan),
                reload.set_auto_reload,
                undone,
                at=at,
                request_id=request_id,
            )
        )
        return answer

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
        reload_id = identifier(reload_id, "reload_id", MADE_LENGTH_MAX)
        if ok is not None:
            ok = flag_of(ok, "ok")
        stack = None
        if fees is not None:
            stack = payments.fees_of(fees, micros(fees.paid, "fees.paid"))
        answer: Reload = self._write(
            operation(
                "reload_result",
                (reload_id, ok, stack),
                reload.reload_result,
                lambda op, code: Reload(code, reload_id, "", op.at_ms, "", 0),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def reloads(self, account: str) -> list[Reload]:
        """Return the automatic deposits of an account that were asked for, oldest first.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        papers = self._store.read(lambda view: view.papers("reload", reading.there(view, account)))
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
        account = identifier(account, "account")
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
        account = identifier(account, "account")
        plan: dict[str, Any] | None = None
        if amount is not None:
            limit = amount_of(amount)
            refill_ms = period_after(ms_of(at), period, timezone)
            plan = {
                "limit": limit, "left": limit, "period": period, "timezone": timezone,
                "refill_ms": refill_ms,
            }  # fmt: skip
        content = (account, amount and micros(amount), period, timezone)
        answer: Done = self._write(
            operation(
                "set_spending_limit",
                content,
                lambda op, *_: numbers.set_spending_limit(op, account, plan),
                undone,
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def link_number(
        self, number: str, account: str, *, at: At, request_id: str | None = None
    ) -> Done:
        """Let a telephone number call on an account; it leaves the one that it was on.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        number = word(number, "number")
        answer: Done = self._write(
            operation(
                "link_number", (number, account), numbers.link, undone, at=at, request_id=request_id
            )
        )
        return answer

    def account_of(self, number: str) -> str | None:
        """Return the account on which a telephone number calls.

        Source
        ------
        own.
        """
        number = word(number, "number")
        paper = self._store.read(lambda view: view.paper("number", number))
        return None if paper is None else paper.account
