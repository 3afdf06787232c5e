"""What fees make of a payment, as values: the quote, its lines, and what a refund gives back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.errors import InputError
from securecall.money import Money, dollars, micros, shown
from securecall.notebook import table

__all__ = ["FeeLine", "FeeQuote", "FeeRefund", "FeeRefundLine"]


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of a payment, those that regulation lowered or removed included.

    Attributes
    ----------
    id, kind : str
        As in the tariff.
    text : str
        What it is, for people.
    mode : {"deduct", "add"}
        Taken out of the deposit, or paid on top.
    charged_micros, removed_micros : int
        What is charged, and what regulation took off.
    rule : {"forbidden", "capped", "pass_through", "allowed", "no_rule"}
        What regulation says of the kind on that date. ``pass_through`` is another's fee without
        markup: only its bill can show whether it is.
    citation : str
        Where that is written.

    Source
    ------
    own; charging law, rule 11.
    """

    id: str
    kind: str
    text: str
    mode: str
    charged_micros: int
    removed_micros: int
    rule: str
    citation: str

    @property
    def charged(self) -> Decimal:
        """What is charged, dollars."""
        return dollars(self.charged_micros)

    @property
    def removed(self) -> Decimal:
        """What regulation took off, dollars."""
        return dollars(self.removed_micros)


@dataclass(frozen=True, slots=True)
class FeeRefundLine:
    """What of one fee goes back.

    Source
    ------
    own.
    """

    id: str
    kind: str
    amount_micros: int

    @property
    def amount(self) -> Decimal:
        """What goes back, dollars."""
        return dollars(self.amount_micros)


@dataclass(frozen=True, slots=True)
class FeeRefund:
    """What a refund gives back; made by `FeeQuote.refund`.

    Attributes
    ----------
    credited_back_micros : int
        What leaves the account.
    fees_back_micros : int
        What goes back of the fees, on top of it.
    lines : tuple of FeeRefundLine
        Every fee that was charged.

    Source
    ------
    own.
    """

    credited_back_micros: int
    fees_back_micros: int
    lines: tuple[FeeRefundLine, ...]

    @property
    def credited_back(self) -> Decimal:
        """What leaves the account, dollars."""
        return dollars(self.credited_back_micros)

    @property
    def fees_back(self) -> Decimal:
        """What goes back of the fees, dollars."""
        return dollars(self.fees_back_micros)

    @property
    def paid_back(self) -> Decimal:
        """All that the payer gets back, dollars."""
        return dollars(self.credited_back_micros + self.fees_back_micros)


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """What is paid, what the fees take, and what arrives: ``paid == credited + fees``.

    Made by `Tariff.quote_deposit`, `Tariff.quote_credit` and `Tariff.quote_single_call`. Amounts
    are ``Decimal`` dollars; the ``..._micros`` fields have them as whole micro-dollars, for
    ledgers.

    Attributes
    ----------
    facility, method, channel : str
    at_ms : int
        When it is paid, UTC epoch milliseconds; of a single call, its start.
    paid_micros, fees_micros, credited_micros, removed_micros : int
        ``removed`` is what regulation took off the fees.
    lines : tuple of FeeLine
        One for each fee that applies, in file order.

    Source
    ------
    own; charging law, rule 11.
    """

    facility: str
    method: str
    channel: str
    at_ms: int
    paid_micros: int
    fees_micros: int
    credited_micros: int
    removed_micros: int
    lines: tuple[FeeLine, ...]

    def _repr_html_(self) -> str:
        """Return what is paid, what each fee takes, and what arrives, as a table."""
        rows = [("paid", self.paid), *((each.text, -each.charged) for each in self.lines)]
        return table(
            f"Fees at {self.facility} by {self.method}, {self.channel}",
            ("", "dollars"),
            rows,
            total=("credited", self.credited),
            note=f"regulation took {shown(self.removed)} off" if self.removed_micros else "",
        )

    @property
    def paid(self) -> Decimal:
        """All that the payer pays."""
        return dollars(self.paid_micros)

    @property
    def fees(self) -> Decimal:
        """All fees together, taken out and on top."""
        return dollars(self.fees_micros)

    @property
    def credited(self) -> Decimal:
        """What reaches the account, or pays for the call."""
        return dollars(self.credited_micros)

    @property
    def removed(self) -> Decimal:
        """What regulation took off the fees."""
        return dollars(self.removed_micros)

    @property
    def deposit(self) -> Decimal:
        """The payment without what is added on top: what `Tariff.quote_deposit` takes."""
        added = sum(line.charged_micros for line in self.lines if line.mode == "add")
        return dollars(self.paid_micros - added)

    @property
    def fees_by_id(self) -> dict[str, int]:
        """Micro-dollars of each fee by its id, in file order."""
        return {line.id: line.charged_micros for line in self.lines}

    @property
    def fees_by_kind(self) -> dict[str, int]:
        """Micro-dollars of the fees by kind."""
        totals: dict[str, int] = {}
        for line in self.lines:
            totals[line.kind] = totals.get(line.kind, 0) + line.charged_micros
        return totals

    def refund(self, amount: Money, already: Money = "0") -> FeeRefund:
        """Say what of the fees goes back when some of the credit does.

        Each fee goes back in proportion, rounded down to the micro-dollar on all that has gone back
        so far: refunds in any pieces give together exactly what one refund gives, and a full one
        gives back every fee to the last micro-dollar.

        Parameters
        ----------
        amount : Decimal or str
            What is refunded of `credited`, above 0.
        already : Decimal or str
            What was refunded of it before.

        Returns
        -------
        FeeRefund

        Raises
        ------
        InputError
            ``amount`` is not above 0, ``already`` is below 0, or both together are more than was
            credited.
        InputTypeError
            An amount is an int, a bool or a float.
        AmountOverflow
            An amount is beyond 999 999 999 999.999999 dollars.

        Source
        ------
        own; charging law, rule 10.

        Examples
        --------
        >>> line = FeeLine("card", "other", "$3.00", "deduct", 3_000_000, 0, "no_rule", "")
        >>> quote = FeeQuote("f", "card", "web", 0, 10_000_000, 3_000_000, 7_000_000, 0, (line,))
        >>> quote.refund("1.00").fees_back, quote.refund("6.00", already="1.00").fees_back
        (Decimal('0.428571'), Decimal('2.571429'))
        """
        before, now = micros(already, "already"), micros(amount, "amount")
        if before < 0:
            raise InputError(f"already must be 0 or more, not {already}")
        if now <= 0:
            raise InputError(f"amount must be more than 0, not {amount}")
        if before + now > self.credited_micros:
            raise InputError(
                f"amount must be at most what is left, not {amount}: {shown(self.credited)} was "
                f"credited, and {shown(dollars(before))} of it went back already"
            )
        whole = self.credited_micros
        lines = tuple(
            FeeRefundLine(
                line.id,
                line.kind,
                line.charged_micros * (before + now) // whole
                - line.charged_micros * before // whole,
            )
            for line in self.lines
            if line.charged_micros
        )
        return FeeRefund(now, sum(line.amount_micros for line in lines), lines)
