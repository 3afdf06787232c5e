"""Accounts and the money that moves in and out of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from securecall.errors import InputError
from securecall.ledger import payments
from securecall.ledger.faces.arguments import amount_of, choice_of, positive_of
from securecall.ledger.faces.desk import Desk, undone, unmoved
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At
from securecall.ledger.operation import Operation, operation
from securecall.ledger.rows import KINDS
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Deposit, Movement
from securecall.money import Money, micros

__all__ = ["Moving"]


def _refused_deposit(op: Operation, code: str) -> Deposit:
    return Deposit(code, op.asked_id or "", op.content[0], op.at_ms, 0, 0, ())


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
        answer: Done = self._write(
            operation(
                "open_account",
                (account, kind, credit, carried, listed),
                lambda op, *_: payments.open_account(
                    op, account, kind, credit_micros=credit, opening_micros=carried, numbers=listed
                ),
                undone,
                at=at,
                request_id=request_id,
            )
        )
        return answer

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
        account = identifier(account, "account")
        paid = positive_of(amount)
        stack = (paid, ()) if fees is None else payments.fees_of(fees, paid)
        answer: Deposit = self._write(
            operation(
                "deposit",
                (account, paid, stack),
                payments.deposit,
                _refused_deposit,
                at=at,
                request_id=request_id,
            )
        )
        return answer

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
        account = identifier(account, "account")
        wanted = positive_of(amount)
        answer: Movement = self._write(
            operation(
                "withdraw",
                (account, wanted),
                payments.withdraw,
                unmoved,
                at=at,
                request_id=request_id,
            )
        )
        return answer

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
        account = identifier(account, "account")
        paid = positive_of(amount)
        answer: Movement = self._write(
            operation("pay", (account, paid), payments.pay, unmoved, at=at, request_id=request_id)
        )
        return answer

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
        source = identifier(source, "source")
        target = identifier(target, "target")
        if source == target:
            raise InputError(f"target must be another account than the source, {source!r}")
        wanted = None if amount is None else positive_of(amount)
        answer: Movement = self._write(
            operation(
                "transfer",
                (source, target, wanted),
                payments.transfer,
                unmoved,
                at=at,
                request_id=request_id,
            )
        )
        return answer

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
        account = identifier(account, "account")
        credit = amount_of(amount)
        answer: Done = self._write(
            operation(
                "set_credit_limit",
                (account, credit),
                payments.set_credit_limit,
                undone,
                at=at,
                request_id=request_id,
            )
        )
        return answer
