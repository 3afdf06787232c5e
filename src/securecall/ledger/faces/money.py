"""Accounts and the money that moves in and out of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from securecall.errors import InputError
from securecall.ledger import payments
from securecall.ledger.faces.arguments import amount_of, choice_of, positive_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At
from securecall.ledger.rows import KINDS
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Deposit, Movement
from securecall.money import Money, micros

__all__ = ["Moving"]


class Moving(Desk):
    """Accounts and the money that moves in and out of them."""

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
        kind = choice_of(kind, KINDS, "kind")
        if (credit_limit is None) == (kind == "direct_bill"):
            raise InputError("credit_limit must be given for direct_bill, and only for it")
        credit = 0 if credit_limit is None else amount_of(credit_limit, "credit_limit")
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
        paid = positive_of(amount)
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
        """Pay out some of what is available: not what running calls hold.

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
        wanted = positive_of(amount)
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
        paid = positive_of(amount)
        return self._movement(
            "pay", account, paid, at, request_id, lambda op: payments.pay(op, account, paid)
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
        wanted = None if amount is None else positive_of(amount)
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
        credit = amount_of(amount)
        return self._done(
            "set_credit_limit", at, request_id, (account, credit),
            lambda op: payments.set_credit_limit(op, account, credit),
        )  # fmt: skip
