"""A statement as its holder reads it: every call, deposit and refund, and that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from securecall.errors import Unknown
from securecall.ledger.instant import instant
from securecall.money import dollars, shown

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.periods import Statement

__all__ = ["StatementLine", "StatementPage", "statement_page"]

#: What the kinds of entries are called on a statement.
_WORDS: Final = {
    "deposit": "deposit", "reload": "automatic deposit", "payment": "payment", "fee": "fee",
    "charge": "call", "correction": "correction of a call", "refund": "refund",
    "withdrawal": "withdrawal", "late_fee": "late fee", "chargeback": "payment taken back",
    "payout": "paid out", "unpaid": "could not be paid out", "transfer": "transfer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement: what came into the account, or, below 0, left it.

    Source
    ------
    own; docs/calls.md.
    """

    at_ms: int
    kind: str
    ref: str
    text: str
    amount_micros: int

    @property
    def at(self) -> datetime:
        """When it happened."""
        return instant(self.at_ms)

    @property
    def amount(self) -> Decimal:
        """The amount, dollars."""
        return dollars(self.amount_micros)


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement, line by line; ``opening + lines == closing``, as what is in the account.

    Attributes
    ----------
    statement : Statement
    lines : tuple of StatementLine
        In order of time; the last may be what was posted into a period that was closed already.

    Source
    ------
    own; 47 CFR 64.6000, "Billing Statement"; docs/calls.md.
    """

    statement: Statement
    lines: tuple[StatementLine, ...]

    def text(self) -> str:
        """Return it as plain text.

        Source
        ------
        own.
        """
        made = self.statement
        rows = [
            f"account {made.account}",
            f"from {instant(made.from_ms):%Y-%m-%d %H:%M} through "
            f"{instant(made.through_ms):%Y-%m-%d %H:%M} UTC",
            _row("", "opening balance", made.opening_balance),
        ]
        rows += [_row(f"{each.at:%Y-%m-%d %H:%M}", each.text, each.amount) for each in self.lines]
        rows.append(_row("", "closing balance", made.closing_balance))
        if made.held_micros:
            rows.append(_row("", "of it held by calls that go on", made.held))
        return "\n".join(rows) + "\n"


def statement_page(ledger: Ledger, made: Statement) -> StatementPage:
    """Return a statement line by line.

    Parameters
    ----------
    ledger : Ledger
    made : Statement
        Of `Ledger.statement` or `Ledger.statements`.

    Source
    ------
    own; docs/calls.md.
    """
    first = ledger.statements(made.account)[0].through_ms == made.through_ms
    since_ms = made.from_ms - 1 if first else made.from_ms
    found: dict[tuple[str, str], StatementLine] = {}
    for entry in ledger.iter_entries(made.account):
        if entry.kind == "opening" or not since_ms < entry.at_ms <= made.through_ms:
            continue
        kind = entry.kind.partition(":")[0]
        # The parts of one charge or refund, revenue and each tax, are one line.
        place = (kind, entry.ref if kind != "fee" else f"{entry.ref}:{entry.contra}")
        before = found.get(place)
        amount = entry.amount_micros + (0 if before is None else before.amount_micros)
        text = _text(ledger, kind, entry.ref, entry.contra)
        found[place] = StatementLine(entry.at_ms, kind, entry.ref, text, amount)
    lines = sorted(found.values(), key=lambda each: each.at_ms)
    rest = -made.closing_micros + made.opening_micros - sum(each.amount_micros for each in lines)
    if rest:
        lines.append(
            StatementLine(made.through_ms, "earlier", "", "posted into earlier periods", rest)
        )
    return StatementPage(made, tuple(lines))


def _text(ledger: Ledger, kind: str, ref: str, contra: str) -> str:
    """Say what a line is about."""
    words = _WORDS.get(kind, kind)
    if kind == "fee":
        return f"{words} {contra.removeprefix('fee:')} on {ref}"
    if kind in ("charge", "correction", "refund"):
        try:
            state, about = ledger.call(ref), ledger.about_call(ref)
        except Unknown:
            return f"{words} {ref}"
        minutes, ms = divmod(state.billed_ms, 60_000)
        number = about.get("number", ref)
        return f"{words} to {number}, {minutes}:{ms // 1_000:02} billed"
    return f"{words} {ref}"


def _row(at: str, text: str, amount: Decimal) -> str:
    return f"  {at:<16}  {text:<56}  {shown(amount):>12}"
