"""Fees on payments that the rules of some date forbid or bound, and fees that nobody meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from securecall.errors import AmountOverflow, FeesExceedDeposit
from securecall.money import dollars, shown
from securecall.rating.call import Call
from securecall.rating.contract import Facility, Fee
from securecall.rating.fee_stack import Applied
from securecall.rating.fees import FeeQuote
from securecall.rating.lint.clock import wall_text
from securecall.rating.lint.finding import Finding, Payment, several
from securecall.rating.lint.period import Period
from securecall.rating.lint.sites import Survey
from securecall.rating.numbering import jurisdiction
from securecall.rating.zones import epoch_ms, load_zone

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["fee_findings", "payment_of"]

#: Tried in this order: an ordinary deposit first, the largest that there is last.
AMOUNTS: Final = (
    *("25.00", "1.00", "5.00", "100.00", "1000.00", "100000.00", "10000000.00"),
    "999999999999.99",
)
METHODS: Final = ("card",)
CHANNELS: Final = ("web", "agent")  # an automated one and a live one, which some rules tell apart
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Told:
    """What is said once of a fee, and of which facilities."""

    applied: Applied
    witness: Payment
    removed_micros: int
    charged_micros: int
    facilities: list[str]


def _words(fee: Fee, others: Iterable[Fee] = ()) -> Iterator[tuple[str, str]]:
    """Yield methods and channels with which a fee is met, ordinary ones first.

    Words of the other fees count too: a fee may be a percent of one that only they meet.
    """
    methods, channels = dict.fromkeys(METHODS), dict.fromkeys(CHANNELS)
    for other in others:
        methods.update(dict.fromkeys(sorted(other.methods or ())))
        channels.update(dict.fromkeys(sorted(other.channels or ())))
    for method in sorted(fee.methods) if fee.methods else methods:
        for channel in sorted(fee.channels) if fee.channels else channels:
            yield method, channel


def payment_of(fee: Fee, facility: str, at_ms: int) -> Payment:
    """Return an ordinary deposit that meets a fee."""
    method, channel = next(_words(fee))
    return Payment(
        facility, Decimal(AMOUNTS[0]), method, channel, _EPOCH + timedelta(milliseconds=at_ms)
    )


class _Check:
    def __init__(self, tariff: Tariff, period: Period, surveys: dict[str, Survey]) -> None:
        self.tariff = tariff
        self.period = period
        self.surveys = surveys
        self.told: dict[object, _Told] = {}
        self.met: set[str] = set()
        self.named = any(row.facility for row in tariff.rules.rows)

    def run(self) -> Iterator[Finding]:
        """Look at every fee at every kind of facility."""
        seen: dict[object, str] = {}
        same: dict[str, list[str]] = {}
        for facility in self.tariff.document.facilities:
            fees = tuple(
                fee.id
                for fee in self.tariff.document.fees
                if fee.facilities is None or facility.id in fee.facilities
            )
            key = (
                facility.kind, facility.adp, facility.state, facility.timezone, facility.regulated,
                fees, facility.id if self.named else None,
            )  # fmt: skip
            first = seen.setdefault(key, facility.id)
            same.setdefault(first, []).append(facility.id)
            if first == facility.id:
                for fee in self.tariff.document.fees:
                    if fee.id in fees:
                        self.fee(fee, facility)
        for told in self.told.values():
            yield self.finding(told, [one for first in told.facilities for one in same[first]])
        for fee in self.tariff.document.fees:
            if fee.id not in self.met:
                yield Finding(
                    "unused_fee",
                    "note",
                    f'fee "{fee.id}" is met by no payment: it is in force at no time looked at',
                    fee.where,
                )

    def fee(self, fee: Fee, facility: Facility) -> None:
        """Look at a fee under every rule that it meets at a facility."""
        first_ms, after_ms = self.period.bounds(load_zone(facility.timezone))
        single = fee.kind == "single_call"
        for method, channel in _words(fee, self.tariff.document.fees):
            for between, calls in self._payers(fee, facility):
                calendar = self.tariff.fee_book.calendar(
                    facility.id, method, channel, jurisdiction=between, single_call=single
                )
                edges = zip(calendar.starts_ms, (*calendar.starts_ms[1:], after_ms), strict=True)
                for (start, end), stack in zip(edges, calendar.stacks, strict=True):
                    begins, ends = max(start, first_ms), min(end, after_ms)
                    applied = next((one for one in stack.fees if one.fee.id == fee.id), None)
                    if begins >= ends or applied is None:
                        continue
                    self.met.add(fee.id)
                    at = _EPOCH + timedelta(milliseconds=begins)
                    payments = [
                        Payment(facility.id, Decimal(amount), method, channel, at)
                        for amount in AMOUNTS
                    ]
                    if single:
                        payments = [
                            replace(
                                payments[0],
                                at=_EPOCH + timedelta(milliseconds=call.start_ms),
                                call=call,
                            )
                            for call in calls
                            if begins <= call.start_ms < ends
                        ]
                    self.applied(applied, payments)

    def _payers(self, fee: Fee, facility: Facility) -> Iterator[tuple[str, list[Call]]]:
        """Yield jurisdictions with calls that are paid by themselves; ``mixed`` for deposits."""
        if fee.kind != "single_call":
            yield "mixed", []
            return
        found: dict[str, dict[int, Call]] = {}
        survey = self.surveys.get(facility.contract)
        for met in survey.outcomes() if survey is not None else ():
            if facility not in met.site.facilities:
                continue
            for (interval, _), win in met.outcome.wins.items():
                call = met.call(win.instant_ms, facility=facility)
                between = (
                    jurisdiction(call.number, facility.state) if facility.regulated else "mixed"
                )
                found.setdefault(between, {}).setdefault(interval, call)
        for between, calls in found.items():
            yield between, list(calls.values())

    def applied(self, applied: Applied, payments: Sequence[Payment]) -> None:
        """Look at one fee under one rule; the first payment that shows something is told."""
        rule = applied.rule
        key = (applied.fee.id, rule.status, applied.cap, rule.source, rule.citation)
        known = self.told.get(key)
        for payment in payments:
            if known is not None:
                if payment.facility not in known.facilities:
                    known.facilities.append(payment.facility)
                return
            found = self.quoted(payment, applied.fee.id)
            if found is None:
                continue
            removed_micros, charged_micros = found
            if removed_micros or (rule.status == "pass_through" and applied.cap is None):
                self.told[key] = _Told(
                    applied, payment, removed_micros, charged_micros, [payment.facility]
                )
                return

    def quoted(self, payment: Payment, fee: str) -> tuple[int, int] | None:
        """Return what the rules take off a fee and what they leave, micro-dollars.

        None if the payment is refused, or does not meet the fee.
        """
        try:
            quote: FeeQuote
            if payment.call is not None:
                quote = self.tariff.quote_single_call(
                    payment.call, method=payment.method, channel=payment.channel
                )
            else:
                quote = self.tariff.quote_deposit(
                    payment.amount, facility=payment.facility, method=payment.method,
                    channel=payment.channel, at=payment.at,
                )  # fmt: skip
        except (FeesExceedDeposit, AmountOverflow):
            return None
        line = next((line for line in quote.lines if line.id == fee), None)
        return None if line is None else (line.removed_micros, line.charged_micros)

    def finding(self, told: _Told, facilities: list[str]) -> Finding:
        applied, rule, witness = told.applied, told.applied.rule, told.witness
        fee = applied.fee
        facility = self.tariff.fee_book.facilities[witness.facility]
        zone, at_ms = load_zone(facility.timezone), epoch_ms(witness.at)
        at = wall_text(at_ms + zone.offset_ms(at_ms))
        place = f"at {several(facilities)}, such as on {at}"
        what = "a call" if witness.call is not None else f"a payment of {shown(witness.amount)}"
        paid = f"{what} by {witness.method} over {witness.channel}"
        asked = shown(dollars(told.charged_micros + told.removed_micros))
        if rule.forbidden:
            code, text = (
                "fee_forbidden",
                f"is forbidden {place}: of {asked} on {paid} nothing is left",
            )
            severity = "error"
        elif told.removed_micros:
            cap = shown(dollars(applied.cap or 0))
            code, text = "fee_capped", f"is held to {cap} {place}: {paid} would pay {asked}"
            severity = "error"
        else:
            code, text = "fee_pass_through", f"must be another's fee, without markup, {place}"
            severity = "note"
        return Finding(
            code, severity, f'fee "{fee.id}" ({fee.kind}) {text}; {rule.source}: {rule.citation}',
            fee.where, witness,
        )  # fmt: skip


def fee_findings(tariff: Tariff, period: Period, surveys: dict[str, Survey]) -> Iterator[Finding]:
    """Yield fees that the rules of some date do not allow as they are, and unused ones."""
    yield from _Check(tariff, period, surveys).run()
