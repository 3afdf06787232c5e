"""What is answered about what time brings: statements, late fees, payouts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.ledger.values.answer import Answer
from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_dollars, in_utc
from securecall.money import dollars, shown
from securecall.notebook import table

__all__ = ["LateFee", "Payout", "Statement"]


@quick
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

    from_at = in_utc("from_ms")
    through_at = in_utc("through_ms")
    opening = in_dollars("opening_micros")
    charges = in_dollars("charges_micros")
    adjustments = in_dollars("adjustments_micros")
    payments = in_dollars("payments_micros")
    closing = in_dollars("closing_micros")
    held = in_dollars("held_micros")

    def _repr_html_(self) -> str:
        """Return it as the sum that it is."""
        if not self.ok:
            return super(Statement, self)._repr_html_()
        rows = [
            ("opening", self.opening), ("+ charges", self.charges),
            ("+ adjustments", self.adjustments), ("- payments", self.payments),
        ]  # fmt: skip
        return table(
            f"Statement of {self.account}, {self.from_at:%Y-%m-%d} to {self.through_at:%Y-%m-%d}",
            ("what is owed", "dollars"),
            rows,
            total=("= closing", self.closing),
            note=f"{self.calls:,} calls, {self.billed_ms / 60_000:,.1f} minutes; running calls "
            f"hold {shown(self.held)}",
        )

    @property
    def opening_balance(self) -> Decimal:
        """What was in the account, dollars."""
        return dollars(-self.opening_micros)

    @property
    def closing_balance(self) -> Decimal:
        """What is in the account, dollars."""
        return dollars(-self.closing_micros)


@quick
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

    at = in_utc("at_ms")
    past_due = in_dollars("past_due_micros")
    late_fee = in_dollars("fee_micros")


@quick
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

    at = in_utc("at_ms")
    amount = in_dollars("amount_micros")
