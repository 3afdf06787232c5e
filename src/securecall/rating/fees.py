"""Fees on money that is paid in: what a deposit costs, what arrives, and what goes back."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from securecall.errors import (
    AmountOverflow,
    FeesExceedDeposit,
    InputError,
    InputTypeError,
    did_you_mean,
)
from securecall.money import Money, decimal_of_fraction, dollars, micros, shown
from securecall.rating.fee_credit import deposit_for
from securecall.rating.fee_quote import FeeLine, FeeQuote, FeeRefund, FeeRefundLine
from securecall.rating.fee_stack import OF_DEPOSIT, OF_NOTHING, OF_RUNNING, Applied, FeeStack
from securecall.rating.numbering import jurisdiction
from securecall.rating.zones import epoch_ms

if TYPE_CHECKING:
    from securecall.rating.call import Call
    from securecall.rating.tariff import Tariff

__all__ = [
    "STATUSES",
    "FeeLine",
    "FeeQuote",
    "FeeRefund",
    "FeeRefundLine",
    "quote_credit",
    "quote_deposit",
    "quote_single_call",
]

#: What a deposit of a table can come to, in order of precedence; also the engine's numbering.
STATUSES: Final = (
    "bad_facility",
    "bad_time",
    "bad_amount",
    "fees_exceed_deposit",
    "overflow",
    "ok",
)
CENT: Final = 10_000
START_MS_MAX: Final = 4_102_444_800_000  # 2100-01-01
_EXCEED: Final = STATUSES.index("fees_exceed_deposit")
_OVERFLOW: Final = STATUSES.index("overflow")


class _Payment(NamedTuple):
    """What a quote is asked about beside the amount, checked."""

    facility: str
    method: str
    channel: str
    at_ms: int


def _payment(
    tariff: Tariff, *, facility: str, method: str, channel: str, at: datetime | int
) -> _Payment:
    for name, word in (("facility", facility), ("method", method), ("channel", channel)):
        if not isinstance(word, str):
            raise InputTypeError(f"{name} must be text, not {type(word).__name__}")
    known = tariff.fee_book.facilities
    if facility not in known:
        few = ", ".join(known) if len(known) <= 12 else f"one of {len(known)} known ones"
        mean = did_you_mean(facility, known)
        raise InputError(f"facility must be {few}, not {facility!r}{mean}")
    return _Payment(facility, method, channel, _instant(at))


def _instant(at: datetime | int) -> int:
    if isinstance(at, datetime):
        if at.utcoffset() is None:
            raise InputError(f"at must have a time zone, not {at!r}")
        instant_ms = epoch_ms(at)
    elif type(at) is int:
        instant_ms = at
    else:
        raise InputTypeError(
            f"at must be an aware datetime or UTC epoch milliseconds, not {type(at).__name__}"
        )
    if not 0 <= instant_ms < START_MS_MAX:
        raise InputError(f"at must be in the years 1970 to 2099, not {at!r}")
    return instant_ms


def _quote(stack: FeeStack, deposit: int, payment: _Payment) -> FeeQuote:
    """Take a deposit through a stack."""
    status, stopped, left, paid, credited, removed, charged, over = stack.engine.quote(deposit)
    if status == _EXCEED:
        raise FeesExceedDeposit(
            dollars(deposit), stack.fees[stopped].fee.id, dollars(charged[stopped]), dollars(left)
        )
    if status == _OVERFLOW:
        raise AmountOverflow(
            "overflow: with its fees the payment is beyond 999 999 999 999.999999 dollars"
        )
    running = deposit
    lines = []
    for applied, amount, taken_off in zip(stack.fees, charged, over, strict=True):
        if applied.base == OF_DEPOSIT:
            base = deposit
        elif applied.base == OF_RUNNING:
            base = running
        else:
            base = 0 if applied.base == OF_NOTHING else charged[applied.base]
        lines.append(
            FeeLine(
                id=applied.fee.id,
                kind=applied.fee.kind,
                text=_text(applied, base, taken_off),
                mode="add" if applied.added else "deduct",
                charged_micros=amount,
                removed_micros=taken_off,
                rule=applied.rule.status,
                citation=applied.rule.citation,
            )
        )
        running -= 0 if applied.added else amount
    return FeeQuote(
        *payment,
        paid_micros=paid,
        fees_micros=paid - credited,
        credited_micros=credited,
        removed_micros=removed,
        lines=tuple(lines),
    )


def _text(applied: Applied, base: int, removed: int) -> str:
    """Say what a fee is and what became of it: ``$0.30 + 2.9% of the deposit of $25.00``."""
    fee = applied.fee
    parts = [shown(dollars(fee.flat))] if fee.flat or not fee.percent else []
    if fee.percent:
        share = f"{_plain(fee.percent)}% of "
        if applied.base == OF_DEPOSIT:
            share += f"the deposit of {shown(dollars(base))}"
        elif applied.base == OF_RUNNING:
            share += f"what is left, {shown(dollars(base))}"
        elif applied.base == OF_NOTHING:
            share += f"fee {fee.base}, which does not apply"
        else:
            share += f"fee {fee.base}, {shown(dollars(base))}"
        parts.append(share)
    text = " + ".join(parts)
    if applied.rule.forbidden:
        text += "; not allowed"
    elif removed:
        text += f"; held to {shown(dollars(applied.cap or 0))}"
    if applied.rule.status == "pass_through":
        text += "; another's fee, to be passed through without markup"
    return text


def _plain(percent: Fraction) -> str:
    """Write a percent, which has at most twelve decimals, without needless zeros."""
    return f"{decimal_of_fraction(percent):f}"


def _stack(tariff: Tariff, payment: _Payment) -> FeeStack:
    book = tariff.fee_book
    return book.calendar(payment.facility, payment.method, payment.channel).at(payment.at_ms)


def _above_nothing(amount: Money) -> int:
    whole = micros(amount, "amount")
    if whole <= 0:
        raise InputError(f"amount must be more than 0, not {amount}")
    return whole


def quote_deposit(tariff: Tariff, amount: Money, **asked: Any) -> FeeQuote:
    """Quote a deposit; see `Tariff.quote_deposit`."""
    payment = _payment(tariff, **asked)
    deposit = _above_nothing(amount)
    if deposit % CENT:
        raise InputError(f"amount must be whole cents, as every payment is, not {amount}")
    return _quote(_stack(tariff, payment), deposit, payment)


def quote_credit(tariff: Tariff, amount: Money, **asked: Any) -> FeeQuote:
    """Quote the smallest payment that credits an amount; see `Tariff.quote_credit`."""
    payment = _payment(tariff, **asked)
    stack = _stack(tariff, payment)
    return _quote(stack, deposit_for(stack, _above_nothing(amount)), payment)


def quote_single_call(tariff: Tariff, call: Call, *, method: str, channel: str) -> FeeQuote:
    """Quote a call that is paid by itself; see `Tariff.quote_single_call`."""
    rated = tariff.rate(call)
    payment = _payment(
        tariff, facility=call.facility, method=method, channel=channel, at=call.start_ms
    )
    if rated.status == "unanswered":  # nothing was sold, so there is nothing to bill for
        return FeeQuote(*payment, 0, 0, 0, 0, ())
    place = tariff.fee_book.facilities[call.facility]
    between = jurisdiction(call.number, place.state) if place.regulated else "mixed"
    calendar = tariff.fee_book.calendar(
        call.facility, method, channel, jurisdiction=between, single_call=True
    )
    return _quote(calendar.at(payment.at_ms), rated.total_micros, payment)
