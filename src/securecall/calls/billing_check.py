"""The fifth and sixth stages of the admission check: whether the call can be billed, and paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from securecall.calls.facility import Courtesy
from securecall.calls.lidb import BillingAnswer
from securecall.calls.money_check import Means, means_of
from securecall.calls.reasons import Reason, reason
from securecall.errors import InputTypeError, StoreError

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Facility
    from securecall.calls.lidb import Billability
    from securecall.ledger.ledger import Ledger
    from securecall.rating.tariff import Tariff

__all__ = ["billing_of", "courtesy_of", "line_reasons"]

DAY_MS: Final = 86_400_000
#: What a courtesy call is for: that somebody comes to pay. A silent directory is not among them.
_EASED: Final = frozenset(("account_missing", "billing_denied", "billing_unknown"))


def line_reasons(
    facility: Facility, lidb: Billability | None, attempt: CallAttempt, at_ms: int
) -> list[Reason]:
    """Return what the billing directory says against billing the line called."""
    if attempt.bill_type not in facility.lidb_bill_types:
        return []
    assert lidb is not None, "the gate was made with a billing directory"
    try:
        answer = lidb.ask(
            attempt.number, bill_type=attempt.bill_type, at_ms=at_ms,
            timeout_ms=facility.lidb_timeout_ms,
        )  # fmt: skip
    except (OSError, StoreError):  # TimeoutError is an OSError
        answer = None
    except Exception as error:  # what it was sent may have been anything: nobody is billed on it
        return [reason("billing_silent", detail=f"it raised {type(error).__name__}")]
    if answer is not None and not isinstance(answer, BillingAnswer):
        raise InputTypeError(f"lidb.ask must return a BillingAnswer or None, not {answer!r}")
    if answer is None:
        return [reason("billing_silent", detail=f"within {facility.lidb_timeout_ms} ms")]
    if answer.status == "billable":
        return []
    return [reason(f"billing_{answer.status}", detail=answer.why)]


def billing_of(
    ledger: Ledger, tariff: Tariff, facility: Facility, attempt: CallAttempt, at_ms: int,
    *, lidb: Billability | None, ask_lidb: bool, split: bool = False,
) -> Means:  # fmt: skip
    """Say whether a call can be billed and paid; nothing moves.

    The billing directory is asked only about calls that cost something, because each question costs
    something too, and not about numbers that may not be called anyway.
    """
    means = means_of(ledger, tariff, attempt, facility.id, at_ms, split=split)
    if means.billable and ask_lidb:
        lines = line_reasons(facility, lidb, attempt, at_ms)
        means = replace(means, reasons=(*lines, *means.reasons))
    return means


def courtesy_of(
    facility: Facility, directory: Directory, attempt: CallAttempt, found: list[Reason], at_ms: int
) -> Courtesy | None:
    """Return the courtesy that turns a refusal into a short free call, or None.

    Every reason that refuses must be one that a courtesy call is for.
    """
    refusing = {each.code for each in found if each.refuses}
    courtesy = facility.courtesy
    if courtesy is None or not refusing or not refusing <= _EASED:
        return None
    period_ms = courtesy.period_days * DAY_MS
    try:
        used = directory.courtesy_since(attempt.number, at_ms - period_ms)
    except StoreError:
        return None
    return courtesy if used < courtesy.calls else None


def eased(found: list[Reason], courtesy: Courtesy) -> list[Reason]:
    """Return reasons with a courtesy call's in place of those that refuse."""
    alert = reason("courtesy_call", detail=f"up to {courtesy.max_ms // 1000} s")
    return [*(each for each in found if not each.refuses), alert]


NOT_ASKED: Final = Means((), True, 0, Decimal(0))
"""What is known of the money where it was not asked for."""
