"""Money in and out of accounts: opening, deposits, withdrawals, payments, limits, transfers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from securecall.errors import InputError, InputTypeError
from securecall.ledger.metering import end_now
from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.outcome import Outcome
from securecall.ledger.rows import AccountRow
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Deposit, Movement
from securecall.ledger.values.quick import maker
from securecall.money import micros

__all__ = [
    "FeeTuple", "credit_reload", "deposit", "fees_of", "open_account", "pay", "set_credit_limit",
    "transfer", "whole_cents", "withdraw",
]  # fmt: skip

CENT_MICROS = 10_000
_deposit = maker(Deposit)
FeeTuple = tuple[int, tuple[tuple[str, int], ...]]  # credited, and each fee


def whole_cents(amount_micros: int, name: str) -> int:
    """Return a payment, which is whole cents above 0.

    Raises
    ------
    InputError
        It is not.
    """
    if amount_micros <= 0 or amount_micros % CENT_MICROS:
        raise InputError(
            f"{name} must be whole cents above 0, not {amount_micros / 1_000_000:.6f} dollars"
        )
    return amount_micros


def fees_of(fees: Any, amount_micros: int) -> FeeTuple:
    """Read a fee quote: ``paid``, ``credited`` and ``lines`` with ``id`` and ``charged``.

    Raises
    ------
    InputTypeError
        It has no such fields.
    InputError
        It was made for another amount, or does not add up.

    Source
    ------
    own; charging law, rule 11.
    """
    try:
        paid, credited = micros(fees.paid, "fees.paid"), micros(fees.credited, "fees.credited")
        lines = tuple((str(line.id), micros(line.charged, "fee")) for line in fees.lines)
    except AttributeError as error:
        raise InputTypeError(f"fees must be a FeeQuote or look like one: {error}") from None
    lines = tuple(line for line in lines if line[1])
    if paid != amount_micros:
        raise InputError(f"fees were quoted for {fees.paid} dollars, not for this amount")
    if credited <= 0 or credited + sum(charged for _, charged in lines) != paid:
        raise InputError("fees must leave something, and must add up to what is paid")
    return credited, lines


def open_account(
    op: Operation,
    account: str,
    kind: str,
    *,
    credit_micros: int,
    opening_micros: int,
    numbers: Sequence[str],
) -> Done:
    """Open an account."""
    if op.tx.account(account) is not None:
        raise Unfit(Outcome.ACCOUNT_EXISTS)
    row = AccountRow(account, kind, credit_micros=credit_micros, settled_ms=op.at_ms)
    row.active_ms = op.at_ms
    row.more = {"opened_ms": op.at_ms}
    if numbers:
        row.more["numbers"] = list(numbers)
    op.adopt(row)
    for number in numbers:
        op.tx.put_paper(Paper("number", number, account, "linked", {}))
    op.move(account, "opening", opening_micros, "opening", account)
    return Done("ok", op.at_ms)


def deposit(op: Operation, account: str, amount: int, fees: FeeTuple) -> Deposit:
    """Credit what a payer paid, less the fees; the operation is all that a chargeback needs."""
    row = op.account(account)
    if row.closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    row.active_ms = op.at_ms
    if row.kind == "direct_bill":
        raise Unfit(Outcome.WRONG_KIND)
    name = op.request_id
    op.move(account, "cash", amount, "deposit", name)
    credited, lines = fees
    for fee, charged in lines:
        op.move(account, f"fee:{fee}", -charged, "fee", name)
    return _deposit("ok", name, account, op.at_ms, amount, credited, lines)


def credit_reload(op: Operation, account: str, amount: int, fees: FeeTuple, id: str) -> None:
    """Post an automatic deposit that has landed, and keep a paper of it for a chargeback."""
    op.move(account, "cash", amount, "reload", id)
    credited, lines = fees
    for fee, charged in lines:
        op.move(account, f"fee:{fee}", -charged, "fee", id)
    body = {"paid": amount, "credited": credited, "fees": lines}
    op.tx.put_paper(Paper("deposit", id, account, "received", body))


def withdraw(op: Operation, account: str, amount: int) -> Movement:
    """Pay out some of what is available."""
    row = op.account(account)
    if row.closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    row.active_ms = op.at_ms
    if amount > op.available(account):
        raise Unfit(Outcome.INSUFFICIENT_FUNDS)
    op.move(account, "cash", -amount, "withdrawal", op.request_id)
    return Movement("ok", account, op.at_ms, amount)


def pay(op: Operation, account: str, amount: int) -> Movement:
    """Credit a payment to a direct-bill account; more than is owed stays as credit."""
    row = op.account(account)  # a released person's debt can be paid: closed is no bar
    if row.kind != "direct_bill":
        raise Unfit(Outcome.WRONG_KIND)
    row.active_ms = op.at_ms
    op.move(account, "cash", amount, "payment", op.request_id)
    return Movement("ok", account, op.at_ms, amount)


def set_credit_limit(op: Operation, account: str, credit_micros: int) -> Done:
    """Set what a direct-bill account may owe; what has been bought stays bought."""
    row = op.account(account)
    if row.closed:
        raise Unfit(Outcome.ACCOUNT_CLOSED)
    if row.kind != "direct_bill":
        raise Unfit(Outcome.WRONG_KIND)
    op.component(account).purse(account).room_micros += credit_micros - row.credit_micros
    row.credit_micros = credit_micros
    return Done("ok", op.at_ms)


def transfer(op: Operation, source: str, target: str, amount: int | None) -> Movement:
    """Move money to another account; all of it ends the source's calls and closes it."""
    op.open(source, target)
    rows = op.account(source), op.account(target)
    for row in rows:
        if row.closed:
            raise Unfit(Outcome.ACCOUNT_CLOSED)
        if row.kind == "direct_bill":
            raise Unfit(Outcome.WRONG_KIND)
    if amount is None:
        end_now(op, source, "transferred")
        amount = rows[0].posted_micros
        if amount < 0:
            raise Unfit(Outcome.INSUFFICIENT_FUNDS)
        rows[0].closed = True
    elif amount > op.available(source):
        raise Unfit(Outcome.INSUFFICIENT_FUNDS)
    for row in rows:
        row.active_ms = op.at_ms
    op.move(source, "transfers", -amount, "transfer", target)
    op.move(target, "transfers", amount, "transfer", source)
    return Movement("ok", source, op.at_ms, amount)
