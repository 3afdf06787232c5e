"""Whether somebody can pay for a call, asked of tariff and ledger without moving anything."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from securecall.calls.attempt import CallAttempt
from securecall.calls.reasons import Reason, reason
from securecall.errors import CallRejected, StoreError, Unknown
from securecall.money import dollars
from securecall.rating.call import Call

if TYPE_CHECKING:
    from securecall.calls.directory import Directory
    from securecall.ledger.ledger import Ledger
    from securecall.rating.curve import PriceCurve
    from securecall.rating.tariff import Tariff

__all__ = ["Means", "call_of", "curve_of", "is_known", "means_of"]

#: What the ledger answers, and the reason that it is; late is a clock that stands wrong.
_REASONS: Final = {
    "insufficient_funds": "insufficient_funds",
    "spending_limit": "spending_limit",
    "account_closed": "account_closed",
    "late": "account_ahead",
}


@dataclass(frozen=True, slots=True)
class Means:
    """What the money says about a call.

    Attributes
    ----------
    reasons : tuple of Reason
    billable : bool
        Whether any time of it costs the one who pays anything.
    balance_ms : int or None
        The time that the money allows.
    first_increment : Decimal
        Dollars.
    """

    reasons: tuple[Reason, ...]
    billable: bool
    balance_ms: int | None
    first_increment: Decimal


def call_of(attempt: CallAttempt, facility: str, at_ms: int, *, privileged: bool) -> Call:
    """Return an attempt as the tariff takes it, as if it were accepted at an instant."""
    return Call(
        facility, attempt.number, at_ms, medium=attempt.medium, bill_type=attempt.bill_type,
        account=attempt.accounts[0] if attempt.accounts else None, call_id=attempt.call_id,
        relay=attempt.relay_class, privileged=privileged,
    )  # fmt: skip


def curve_of(
    tariff: Tariff, attempt: CallAttempt, facility: str, at_ms: int, *, privileged: bool = False
) -> PriceCurve:
    """Return what an attempt costs after any time, if it is accepted at an instant."""
    return tariff.curve(call_of(attempt, facility, at_ms, privileged=privileged))


def means_of(ledger: Ledger, tariff: Tariff, attempt: CallAttempt, facility: str,
             at_ms: int, *, split: bool = False) -> Means:  # fmt: skip
    """Ask whether a call can be paid for at least its first increment.

    Returns
    -------
    Means
        A call that never costs anything needs no account. Where the tariff has no price, or nobody
        is named who pays, the ledger is not asked.
    """
    try:
        curve = curve_of(tariff, attempt, facility, at_ms)
    except CallRejected as error:
        found = reason("no_rate", detail=str(error))
        return Means((found,), True, 0, Decimal(0))
    if curve.reach_micros(0) is None:
        return Means((), False, None, Decimal(0))
    first = dollars(curve.total_micros(curve.next(0)))
    if not attempt.accounts:
        return Means((reason("account_missing"),), True, 0, first)
    try:
        asked = ledger.admits(attempt.accounts, curve, at=at_ms, split=split)
    except Unknown as error:
        return Means((reason("account_unknown", detail=error.id),), True, 0, first)
    except StoreError as error:
        return Means((reason("ledger_silent", detail=type(error).__name__),), True, 0, first)
    if asked.refused:
        code = _REASONS[asked.code]
        if code == "insufficient_funds" and attempt.bill_type == "direct_bill":
            code = "credit_limit"
        return Means((reason(code),), True, 0, first)
    left = None if asked.cutoff_ms is None else asked.cutoff_ms - at_ms
    return Means((), True, left, first)


def is_known(ledger: Ledger, directory: Directory, call_id: str) -> bool:
    """Return whether ledger or directory has had a call of an id; one that is silent has not."""
    try:
        ledger.call(call_id)
    except (Unknown, StoreError):
        try:
            return directory.was_placed(call_id)
        except StoreError:
            return False
    return True
