"""What is answered about refunds, requests for them, and chargebacks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.ledger.values.answer import Answer
from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_dollars, in_utc
from securecall.money import dollars

__all__ = ["Chargeback", "Refund", "RefundRequest"]


@quick
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

    at = in_utc("at_ms")
    refunded = in_dollars("refunded_micros")

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of it is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros}

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who got what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}


@quick
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

    at = in_utc("at_ms")
    refunded = in_dollars("refunded_micros")


@quick
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

    at = in_utc("at_ms")
    debited = in_dollars("debited_micros")
    fee = in_dollars("fee_micros")
