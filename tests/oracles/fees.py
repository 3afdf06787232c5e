"""What fees make of a payment: the judge, in plain fractions and loops.

It follows rule 11 of the charging law word by word and imports nothing from securecall. Money is
dollars, as fractions; only `Quote` counts whole micro-dollars. What regulation says comes from
outside, as a callable (`FeeRule`), because it has a judge of its own. The inverse tries every
payment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any, Final, TypeAlias

from tests.oracles.charging import AMOUNT_MICROS_MAX, _in_force, zone_of

__all__ = ["FeeRule", "Quote", "Refused", "credit", "quote", "refunds"]

MICRO: Final = Fraction(1, 1_000_000)
CENT: Final = Fraction(1, 100)
AMOUNT_MAX: Final = AMOUNT_MICROS_MAX * MICRO
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AT_MS_AFTER: Final = 4_102_444_800_000  # 2100-01-01

Doc: TypeAlias = Mapping[str, Any]
# rule(facility, kind, local date, "automated", "live_agent" or None) -> (status, cap in dollars)
FeeRule: TypeAlias = Callable[[Doc, str, date, str | None], tuple[str, Fraction | None]]

BY_MACHINE: Final = ("web", "app", "ivr", "kiosk", "automated")
BY_A_PERSON: Final = ("agent", "operator", "live_agent")


class Refused(ValueError):
    """A deposit is not taken; the text is the status."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Micro-dollars; ``fees`` has (id, charged, removed, rule) of every fee that applies."""

    paid: int
    credited: int
    removed: int
    fees: tuple[tuple[str, int, int, str], ...]


def _rounded(exact: Fraction, mode: str, unit: Fraction) -> Fraction:
    units = exact / unit
    whole = floor(units)
    rest = units - whole
    if mode == "up":
        up = rest > 0
    elif mode == "half_up":
        up = rest >= Fraction(1, 2)
    elif mode == "half_even":
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    else:
        assert mode == "down"
        up = False
    return (whole + up) * unit


def _applies(fee: Doc, facility: Doc, deposit: Doc) -> bool:
    """Say whether a fee's filters let it."""
    if fee["kind"] == "single_call":  # that is a fee on a call that is paid by itself
        return False
    if deposit["method"] not in fee.get("methods", [deposit["method"]]):
        return False
    if deposit["channel"] not in fee.get("channels", [deposit["channel"]]):
        return False
    if facility["id"] not in fee.get("facilities", [facility["id"]]):
        return False
    return _in_force(fee, deposit["at_ms"], zone_of(facility["timezone"]))


def _bound(fee: Doc, facility: Doc, deposit: Doc, rule: FeeRule) -> tuple[str, Fraction | None]:
    """Return what regulation says of a fee on that date, and what it may be at most."""
    if facility.get("regulation") == "none":
        return "no_rule", None
    local = (EPOCH + timedelta(milliseconds=deposit["at_ms"])).astimezone(
        zone_of(facility["timezone"])
    )
    by = None
    if deposit["channel"] in BY_MACHINE:
        by = "automated"
    elif deposit["channel"] in BY_A_PERSON:
        by = "live_agent"
    status, cap = rule(facility, fee["kind"], local.date(), by)
    if status == "forbidden":
        return status, Fraction(0)
    if cap is not None and fee.get("mode") == "add":
        cap = floor(cap / CENT) * CENT  # a payment is whole cents
    return status, cap


def _micros(dollars: Fraction) -> int:
    micros = dollars / MICRO
    assert micros.denominator == 1
    return int(micros)


def quote(doc: Doc, deposit: Doc, rule: FeeRule) -> Quote:
    """Take a deposit through the stack of fees.

    Parameters
    ----------
    doc : dict
        The tariff as tomllib reads it.
    deposit : dict
        ``amount`` (a fraction of dollars, or None), ``facility``, ``method``, ``channel``,
        ``at_ms``.
    rule : callable

    Raises
    ------
    Refused
        The deposit is not taken.
    """
    facilities = {facility["id"]: facility for facility in doc["facility"]}
    facility = facilities.get(deposit["facility"])
    if facility is None:
        raise Refused("bad_facility")
    if deposit["at_ms"] is None or not 0 <= deposit["at_ms"] < AT_MS_AFTER:
        raise Refused("bad_time")
    amount = deposit["amount"]
    if amount is None or not 0 < amount <= AMOUNT_MAX or (amount / CENT).denominator != 1:
        raise Refused("bad_amount")
    earlier: dict[str, Fraction] = {}
    deducted = added = removed = Fraction(0)
    fees = []
    for fee in doc.get("fee", ()):
        if not _applies(fee, facility, deposit):
            continue
        named = fee.get("base", "deposit")
        if named == "deposit":
            base = amount
        elif named == "running":
            base = amount - deducted
        else:
            base = earlier.get(named, Fraction(0))
        exact = Fraction(fee.get("flat", "0")) + Fraction(fee.get("percent", "0")) / 100 * base
        rounding = fee.get("rounding", {})
        charged = wanted = _rounded(
            exact, rounding.get("mode", "half_up"), Fraction(rounding.get("unit", "0.01"))
        )
        status, cap = _bound(fee, facility, deposit, rule)
        if cap is not None:
            charged = min(wanted, cap)
        # The stack ends at the first fee that cannot be charged.
        if fee.get("mode", "deduct") == "deduct":
            deducted += charged
            if amount - deducted <= 0:
                raise Refused("fees_exceed_deposit")
        else:
            added += charged
        removed += wanted - charged
        if removed > AMOUNT_MAX or amount + added > AMOUNT_MAX:
            raise Refused("overflow")
        earlier[fee["id"]] = charged
        fees.append((fee["id"], _micros(charged), _micros(wanted - charged), status))
    return Quote(_micros(amount + added), _micros(amount - deducted), _micros(removed), tuple(fees))


def credit(
    doc: Doc, deposit: Doc, rule: FeeRule, wanted: int, cents: range
) -> tuple[int | None, int | None, int | None]:
    """Try every deposit of a range: (least payment that credits it, nearest below, nearest above).

    Micro-dollars; None for what there is not.
    """
    least: int | None = None
    below: int | None = None
    above: int | None = None
    for each in cents:
        try:
            found = quote(doc, {**deposit, "amount": each * CENT}, rule)
        except Refused:
            continue
        if found.credited == wanted:
            least = found.paid if least is None else min(least, found.paid)
        elif found.credited < wanted:
            below = found.credited if below is None else max(below, found.credited)
        else:
            above = found.credited if above is None else min(above, found.credited)
    return least, below, above


def refunds(fee: int, credited: int, pieces: list[int]) -> list[int]:
    """Return what of a fee goes back with each piece of the credit that does; micro-dollars."""
    given: list[int] = []
    back = 0
    for piece in pieces:
        back += piece
        given.append(floor(Fraction(fee) * back / credited) - sum(given))
    return given
