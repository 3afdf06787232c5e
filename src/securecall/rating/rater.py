"""One call through the engine: its charge, and its price curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from securecall.errors import AmountOverflow, CallRejected, InputTypeError, did_you_mean
from securecall.rating.call import Call, RatedCall
from securecall.rating.curve import PriceCurve
from securecall.rating.words import BILL_TYPES, CLASSES, JURISDICTIONS, MEDIA, RELAYS, STATUSES

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["curve_of", "rate_call", "scope_name", "unheld_curve"]

DAY_MS: Final = 86_400_000
DURATION_MS_MAX: Final = 366 * DAY_MS
INT64_MAX: Final = (1 << 63) - 1

_MEDIA: Final = {word: number for number, word in enumerate(MEDIA)}
_BILL_TYPES: Final = {word: number for number, word in enumerate(BILL_TYPES)}
_RELAYS: Final = {word: number for number, word in enumerate(RELAYS)}
_OK: Final = STATUSES.index("ok")
_UNANSWERED: Final = STATUSES.index("unanswered")
_BAD_DURATION: Final = STATUSES.index("bad_duration")


def scope_name(scope: int) -> str:
    """Return the jurisdiction of the engine's number; a mixed number counts as interstate."""
    return JURISDICTIONS[scope] if scope < len(JURISDICTIONS) else "interstate"


def _within(value: int) -> int:
    """Bring a number that no call has into the engine's width; it stays out of bounds."""
    return value if -INT64_MAX <= value <= INT64_MAX else -2 if value < 0 else INT64_MAX


def _arguments(tariff: Tariff, call: Call) -> tuple[Any, ...]:
    """Return (number, facility) and (medium, bill type, relay) as the engine takes them.

    Raises
    ------
    InputTypeError
        It is no call: a dict, or a row of a table.
    """
    if not isinstance(call, Call):
        raise InputTypeError(f"call must be a Call, not {type(call).__name__}")
    return (
        call.number.encode("utf-8", "replace"),
        tariff.compiled.facilities.get(call.facility, -1),
        _MEDIA.get(call.medium, -1),
        _BILL_TYPES.get(call.bill_type, -1),
        _RELAYS.get(call.relay, -1),
    )


def _rejected(tariff: Tariff, call: Call, status: int) -> Exception:
    """Return the error that says why a call has no price."""
    word = STATUSES[status]

    def unknown(name: str, value: str, allowed: tuple[str, ...]) -> str:
        few = ", ".join(allowed) if len(allowed) <= 12 else f"one of {len(allowed)} known ones"
        return f"{name} must be {few}, not {value!r}" + did_you_mean(value, allowed)

    if word == "bad_facility":
        rule = unknown("facility", call.facility, tuple(tariff.compiled.facilities))
    elif word == "bad_time":
        rule = f"start must be in the years 1970 to 2099, not {call.start!r}"
    elif word == "bad_duration":
        rule = (
            "duration_ms and authorized_ms must be from 0 to 366 days, "
            f"not {call.duration_ms} and {call.authorized_ms}"
        )
    elif word == "bad_number":
        rule = f"number must be E.164, '+' and 1 to 15 digits, ten after '+1', not {call.number!r}"
    elif word == "bad_medium" and call.medium in MEDIA:
        rule = unknown("relay", call.relay, RELAYS)
    elif word == "bad_medium":
        rule = unknown("medium", call.medium, MEDIA)
    elif word == "bad_bill_type":
        rule = unknown("bill_type", call.bill_type, BILL_TYPES)
    elif word == "overflow":
        return AmountOverflow("overflow: an amount is beyond 999 999 999 999.999999 dollars")
    else:
        rule = (
            f"no rate of the contract of {call.facility!r} is in force for {call.medium} "
            f"{call.bill_type} calls to {call.number} at {call.start!r}"
        )
    return CallRejected(word, rule)


def rate_call(tariff: Tariff, call: Call) -> RatedCall:
    """Price one call; see `Tariff.rate`."""
    compiled = tariff.compiled
    number, facility, medium, bill_type, relay = _arguments(tariff, call)
    authorized = -1 if call.authorized_ms is None else _within(call.authorized_ms)
    if authorized == -1 and call.authorized_ms is not None:
        authorized = -2  # a bad duration, not a missing one
    (
        status, rate_class, scope, rate_id, ruling, governs, billed_ms,
        net, tax, total, state_paid, saved, connect,
    ) = compiled.plan.rate(
        number, facility, _within(call.start_ms), _within(call.duration_ms), authorized,
        medium, bill_type, relay,
    )  # fmt: skip
    if status not in (_OK, _UNANSWERED):
        raise _rejected(tariff, call, status)
    return RatedCall(
        call=call,
        status=STATUSES[status],
        billed_ms=billed_ms,
        jurisdiction=scope_name(scope),
        rate_class=CLASSES[rate_class],
        rate_id=compiled.rate_ids[rate_id] if rate_id >= 0 else None,
        net_micros=net,
        tax_micros=tax,
        total_micros=total,
        state_paid_micros=state_paid,
        saved_micros=saved,
        connect_fee_micros=connect,
        tariff=tariff,
        _ruling=ruling,
        _governs=governs,
    )


def laid_out(
    tariff: Tariff, call: Call, held: bool = True, walked: bool = False
) -> tuple[tuple[Any, ...], int]:
    """Return what the engine's ``curve`` says of a call, and the horizon.

    ``held`` false leaves regulation out; ``walked`` looks at windows for the call's own duration
    only, as the price of a record does.
    """
    compiled = tariff.compiled
    number, facility, medium, bill_type, relay = _arguments(tariff, call)
    times = (call.duration_ms, call.authorized_ms or 0)
    horizon_ms = max(times)
    if facility >= 0 and not walked:
        longest = compiled.longest_ms[facility]
        horizon_ms = max(horizon_ms, longest or DAY_MS)
    found = compiled.plan.curve(
        number,
        facility,
        _within(call.start_ms),
        min(max(horizon_ms, 0), DURATION_MS_MAX),
        medium,
        bill_type,
        relay,
        held,
    )
    status = found[0]
    if min(times) < 0 or max(times) > DURATION_MS_MAX:
        status = min(status, _BAD_DURATION)  # what is worse stands before it
    if status != _OK:
        raise _rejected(tariff, call, status)
    return found, horizon_ms


def curve_of(tariff: Tariff, call: Call) -> PriceCurve:
    """Return what a call costs after any time; see `Tariff.curve`."""
    found, horizon_ms = laid_out(tariff, call)
    compiled = tariff.compiled
    tax_ids = tuple(compiled.tax_ids[row[5]] for row in found[5][15])
    return PriceCurve(found[5], horizon_ms, compiled.tzdata, tariff.digest, tax_ids)


def unheld_curve(tariff: Tariff, call: Call) -> PriceCurve:
    """Return the same as if there were no regulation, for what `saved` compares with."""
    found, horizon_ms = laid_out(tariff, call, held=False)
    return PriceCurve(found[5], horizon_ms, tariff.compiled.tzdata, tariff.digest)
