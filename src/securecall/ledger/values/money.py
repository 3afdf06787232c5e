"""What is answered about money: balances, deposits, other movements, and entries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.ledger.values.answer import Answer
from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_dollars, in_utc
from securecall.money import dollars
from securecall.notebook import Shown

__all__ = ["Balance", "Deposit", "Entry", "Movement", "Reload"]


@quick
@dataclass(frozen=True, slots=True)
class Balance(Shown):
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

    posted = in_dollars("posted_micros")
    held = in_dollars("held_micros")
    available = in_dollars("available_micros")
    owed = in_dollars("owed_micros")


@quick
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

    at = in_utc("at_ms")
    paid = in_dollars("paid_micros")
    credited = in_dollars("credited_micros")

    @property
    def fees(self) -> Decimal:
        """All fees together, dollars."""
        return dollars(sum(amount for _, amount in self.fee_micros))

    @property
    def fees_by_id(self) -> dict[str, Decimal]:
        """Each fee, dollars."""
        return {name: dollars(amount) for name, amount in self.fee_micros}


@quick
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

    at = in_utc("at_ms")
    amount = in_dollars("amount_micros")

    @property
    def credited(self) -> Decimal:
        """The amount, dollars."""
        return dollars(self.amount_micros)


@quick
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

    at = in_utc("at_ms")
    amount = in_dollars("amount_micros")


@quick
@dataclass(frozen=True, slots=True)
class Entry(Shown):
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

    at = in_utc("at_ms")
    amount = in_dollars("amount_micros")
