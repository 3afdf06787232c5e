"""What the ledger answers: frozen values that count in whole micro-dollars and milliseconds.

Fields end in their unit; properties without one give ``Decimal`` dollars and aware UTC instants.
Every answer of an operation has a ``code`` of `Outcome`, ``ok`` and ``refused``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from securecall.ledger.instant import instant
from securecall.money import dollars

__all__ = [
    "Admission",
    "Answer",
    "Balance",
    "CallState",
    "Chargeback",
    "Deposit",
    "Done",
    "Entry",
    "LateFee",
    "Movement",
    "Payout",
    "Refund",
    "RefundRequest",
    "Reload",
    "Settled",
    "Settlement",
    "Statement",
    "decode",
    "encode",
]


def _money(name: str) -> property:
    def read(self: Any) -> Decimal:
        return dollars(getattr(self, name))

    read.__doc__ = f"Return {name.removesuffix('_micros')} in dollars."
    return property(read)


def _time(name: str) -> property:
    def read(self: Any) -> datetime | None:
        value = getattr(self, name)
        return None if value is None else instant(value)

    read.__doc__ = f"Return {name.removesuffix('_ms')} as an aware UTC instant."
    return property(read)


class Answer:
    """What every answer has."""

    __slots__ = ()
    code: str

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.code == "ok"

    @property
    def refused(self) -> bool:
        """Whether it was refused; nothing moved then."""
        return self.code != "ok"


@dataclass(frozen=True, slots=True)
class Balance:
    """An account at an instant.

    Attributes
    ----------
    posted_micros : int
        Without running calls.
    held_micros : int
        Bought by running calls.
    available_micros : int
        What may still be spent: posted - held; direct bill: credit limit - owed - held.
    owed_micros : int
        Direct bill: -posted, below 0 after overpayment. Else what a chargeback left unpaid.

    Source
    ------
    own; charging law, rule 6.
    """

    posted_micros: int
    held_micros: int
    available_micros: int
    owed_micros: int

    posted = _money("posted_micros")
    held = _money("held_micros")
    available = _money("available_micros")
    owed = _money("owed_micros")


@dataclass(frozen=True, slots=True)
class Done(Answer):
    """An operation that has nothing more to say.

    Source
    ------
    own.
    """

    code: str
    at_ms: int

    at = _time("at_ms")


@dataclass(frozen=True, slots=True)
class Deposit(Answer):
    """Money paid in; ``paid == credited + fees``.

    Source
    ------
    own; charging law, rule 11.
    """

    code: str
    id: str
    account: str
    at_ms: int
    paid_micros: int
    credited_micros: int
    fee_micros: tuple[tuple[str, int], ...]

    at = _time("at_ms")
    paid = _money("paid_micros")
    credited = _money("credited_micros")

    @property
    def fees(self) -> Decimal:
        """All fees together, dollars."""
        return dollars(sum(amount for _, amount in self.fee_micros))

    @property
    def fees_by_id(self) -> dict[str, Decimal]:
        """Each fee, dollars."""
        return {name: dollars(amount) for name, amount in self.fee_micros}


@dataclass(frozen=True, slots=True)
class Movement(Answer):
    """A withdrawal, payment or transfer.

    Source
    ------
    own.
    """

    code: str
    account: str
    at_ms: int
    amount_micros: int

    at = _time("at_ms")
    amount = _money("amount_micros")

    @property
    def credited(self) -> Decimal:
        """The amount, dollars."""
        return dollars(self.amount_micros)


@dataclass(frozen=True, slots=True)
class Admission(Answer):
    """Whether a call may begin, and when its money ends if nothing else happens.

    Attributes
    ----------
    cutoff_ms : int or None
        The earlier of the balance's cutoff and the maximum duration; None: no end is in sight.
    reason : str
        ``refused``; else what the cutoff comes from: ``balance``, ``limit`` or empty.
    cutoff_at : datetime or None

    Source
    ------
    own; charging law, rules 5 to 8.
    """

    code: str
    call_id: str
    at_ms: int
    cutoff_ms: int | None
    reason: str

    at = _time("at_ms")
    cutoff_at = _time("cutoff_ms")


@dataclass(frozen=True, slots=True)
class Settlement(Answer):
    """How a call ended.

    Attributes
    ----------
    charged_micros : int
    billed_ms : int
        The time bought.
    reason : str
        ``hangup`` or what the host said, ``balance``, ``limit``, ``refused``, ``recovered``,
        ``released``, ``transferred``.
    ended_ms : int
    corrected_micros : int
        What a late report gave back of an earlier settlement.
    by_account_micros : tuple of (str, int)
        Who paid what.

    Source
    ------
    own; charging law, rules 5 to 8.
    """

    code: str
    call_id: str
    charged_micros: int
    billed_ms: int
    reason: str
    ended_ms: int
    corrected_micros: int
    by_account_micros: tuple[tuple[str, int], ...]

    charged = _money("charged_micros")
    corrected = _money("corrected_micros")
    ended_at = _time("ended_ms")

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who paid what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}


@dataclass(frozen=True, slots=True)
class Settled(Answer):
    """What `Ledger.settle_due` settled.

    Source
    ------
    own.
    """

    code: str
    at_ms: int
    calls: tuple[Settlement, ...]

    at = _time("at_ms")


@dataclass(frozen=True, slots=True)
class Refund(Answer):
    """What went back of a call.

    Source
    ------
    own; charging law, rule 10.
    """

    code: str
    call_id: str
    at_ms: int
    refunded_micros: int
    parts_micros: tuple[tuple[str, int], ...]
    by_account_micros: tuple[tuple[str, int], ...]
    rule: str

    at = _time("at_ms")
    refunded = _money("refunded_micros")

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of it is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros}

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who got what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}


@dataclass(frozen=True, slots=True)
class RefundRequest(Answer):
    """A customer's wish for a refund, and what became of it.

    Attributes
    ----------
    state : {"pending", "approved", "denied"}
    rule : str
        What decided it: ``review``, or the id of an automatic rule.

    Source
    ------
    own; no federal rule says how, so it is the contract's.
    """

    code: str
    id: str
    call_id: str
    at_ms: int
    state: str
    why: str
    rule: str
    refunded_micros: int

    at = _time("at_ms")
    refunded = _money("refunded_micros")


@dataclass(frozen=True, slots=True)
class Chargeback(Answer):
    """A deposit that its payer's bank took back.

    Attributes
    ----------
    state : {"received", "won", "lost"}
    debited_micros : int
        What the account lost: what the deposit credited, and the fee.

    Source
    ------
    own; charging law, rule 9.
    """

    code: str
    id: str
    deposit: str
    account: str
    at_ms: int
    state: str
    debited_micros: int
    fee_micros: int

    at = _time("at_ms")
    debited = _money("debited_micros")
    fee = _money("fee_micros")


@dataclass(frozen=True, slots=True)
class Statement(Answer):
    """A month of an account, in terms of what is owed.

    Opening + charges + adjustments - payments = closing, for every kind of account.

    A prepaid account with money in it owes a negative amount; ``opening_balance`` and
    ``closing_balance`` have the other sign.

    Attributes
    ----------
    charges_micros : int
        Calls that ended in the period, and late fees.
    adjustments_micros : int
        Refunds, corrections, chargebacks, withdrawals, payouts, transfers, and what belongs to a
        period that was closed already.
    payments_micros : int
        Deposits and payments.
    held_micros : int
        Bought by running calls; in none of the sums.
    calls, billed_ms : int
        How many calls were charged, and for what time.

    Source
    ------
    own; 47 CFR 64.6000, "Billing Statement".
    """

    code: str
    account: str
    from_ms: int
    through_ms: int
    opening_micros: int
    charges_micros: int
    adjustments_micros: int
    payments_micros: int
    closing_micros: int
    held_micros: int
    calls: int
    billed_ms: int

    from_at = _time("from_ms")
    through_at = _time("through_ms")
    opening = _money("opening_micros")
    charges = _money("charges_micros")
    adjustments = _money("adjustments_micros")
    payments = _money("payments_micros")
    closing = _money("closing_micros")
    held = _money("held_micros")

    @property
    def opening_balance(self) -> Decimal:
        """What was in the account, dollars."""
        return dollars(-self.opening_micros)

    @property
    def closing_balance(self) -> Decimal:
        """What is in the account, dollars."""
        return dollars(-self.closing_micros)


@dataclass(frozen=True, slots=True)
class LateFee(Answer):
    """A late fee on what is past due.

    Source
    ------
    own.
    """

    code: str
    account: str
    at_ms: int
    past_due_micros: int
    fee_micros: int

    at = _time("at_ms")
    past_due = _money("past_due_micros")
    late_fee = _money("fee_micros")


@dataclass(frozen=True, slots=True)
class Payout(Answer):
    """Money that left an account for good.

    Attributes
    ----------
    to : {"refund", "unclaimed"} or str
        ``refund`` to the holder, ``unclaimed`` property, or another account's id.
    why : {"inactive", "released"}
    idle_days : int
        Local calendar days since the last activity; 0 for a release.
    citation : str
        The rule on inactive accounts that was met.

    Source
    ------
    47 CFR 64.6130.
    """

    code: str
    account: str
    at_ms: int
    amount_micros: int
    to: str
    why: str
    idle_days: int
    citation: str

    at = _time("at_ms")
    amount = _money("amount_micros")


@dataclass(frozen=True, slots=True)
class Reload(Answer):
    """An automatic deposit that was asked for.

    Attributes
    ----------
    id : str
        ``auto:<account>:<number>``: the idempotency key for the processor.
    state : {"pending", "timed_out", "credited", "declined"}
    at_ms : int
        When what was available fell below the threshold.

    Source
    ------
    own.
    """

    code: str
    id: str
    account: str
    at_ms: int
    state: str
    amount_micros: int

    at = _time("at_ms")
    amount = _money("amount_micros")


@dataclass(frozen=True, slots=True)
class CallState:
    """A call at an instant.

    Source
    ------
    own.
    """

    call_id: str
    accounts: tuple[str, ...]
    running: bool
    refused: bool
    started_ms: int
    ended_ms: int | None
    reason: str
    charged_micros: int
    refunded_micros: int
    billed_ms: int
    cutoff_ms: int | None
    parts_micros: tuple[tuple[str, int], ...]
    by_account_micros: tuple[tuple[str, int], ...]

    started_at = _time("started_ms")
    ended_at = _time("ended_ms")
    cutoff_at = _time("cutoff_ms")
    charged = _money("charged_micros")
    refunded = _money("refunded_micros")

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of the charge is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros}

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who paid what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of money: ``amount_micros`` from ``contra`` to ``account``.

    Attributes
    ----------
    seq, op : int
        Its number, and its operation's.
    at_ms : int
        When it happened; a call's charge at its end.
    account : str
        A customer's account.
    contra : str
        ``cash``, ``revenue``, ``tax:<id>``, ``fee:<id>``, ``refunds``, ``unclaimed``,
        ``transfers`` or ``opening``.
    amount_micros : int
        Below 0 where money leaves the account.
    kind : str
        What for: ``deposit``, ``charge``, ``refund``, ...
    ref : str
        The call, deposit, chargeback or account that it belongs to.

    Source
    ------
    own.
    """

    seq: int
    op: int
    at_ms: int
    account: str
    contra: str
    amount_micros: int
    kind: str
    ref: str

    at = _time("at_ms")
    amount = _money("amount_micros")


_TYPES: Final = {
    kind.__name__: kind
    for kind in (
        Admission, Chargeback, Deposit, Done, LateFee, Movement, Payout, Refund, RefundRequest,
        Reload, Settled, Settlement, Statement,
    )
}  # fmt: skip
_GET: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    kind: attrgetter(*(field.name for field in fields(kind))) for kind in _TYPES.values()
}


def _nested(value: Any) -> Any:
    """Return an answer within an answer as JSON has it."""
    return {type(value).__name__: _GET[type(value)](value)}


def _encoder() -> Callable[[Any], str]:
    """Return what writes JSON; the json module makes such an encoder anew for every value."""
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return json.JSONEncoder(separators=(",", ":"), default=_nested).encode
    write = make(
        None, _nested, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
    )  # fmt: skip
    return lambda value: "".join(write(value, 0))


_dumps: Final = _encoder()


def encode(answer: Answer | None) -> str:
    """Return an answer as text that `decode` reads."""
    if answer is None:
        return "null"
    kind = type(answer)
    return f'{{"{kind.__name__}":{_dumps(_GET[kind](answer))}}}'


def decode(text: str) -> Answer | None:
    """Return the answer that `encode` wrote."""
    found = _value(json.loads(text))
    assert found is None or isinstance(found, Answer)
    return found


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(_value(each) for each in plain)
    if isinstance(plain, dict):
        ((name, values),) = plain.items()
        return _TYPES[name](*(_value(each) for each in values))
    return plain
