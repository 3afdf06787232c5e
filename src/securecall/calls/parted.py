"""What a review cost those who were parted for it, where nothing was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall.calls.ending import ENDINGS
from securecall.money import dollars
from securecall.rating.call import Call

if TYPE_CHECKING:
    from decimal import Decimal

    from securecall.calls.record import CallRecord
    from securecall.ledger.instant import At
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.giving_back import Refund
    from securecall.rating.tariff import Tariff

__all__ = ["give_back_parted", "parted_cost"]

RULE: Final = "review_pause"


def parted_cost(record: CallRecord, tariff: Tariff) -> Decimal:
    """Return what the time cost in which the two sides were parted for a review.

    It is what the call cost less what a call shorter by that time would have cost. It is 0 where
    the review, or what it was for, ended the call.

    Parameters
    ----------
    record : CallRecord
    tariff : Tariff
        The one that the call was rated by.

    Source
    ------
    own; docs/calls.md. The charging law knows no pause: the line is held, so time runs on.
    """
    guilty = record.reason == "review_confirmed" or ENDINGS[record.reason].by == "policy"
    if record.paused_ms == 0 or record.accepted_ms is None or guilty or record.total_micros == 0:
        return dollars(0)
    shorter = tariff.rate(
        Call(
            record.facility, record.number, record.accepted_ms,
            record.duration_ms - record.paused_ms, record.medium, record.bill_type,
            relay=record.relay, privileged=record.privileged,
        )
    )  # fmt: skip
    return dollars(max(record.total_micros - shorter.total_micros, 0))


def give_back_parted(
    record: CallRecord, *, ledger: Ledger, tariff: Tariff, at: At
) -> Refund | None:
    """Give back what a review cost that found nothing; asked again, the answer is the same.

    Parameters
    ----------
    record : CallRecord
    ledger : Ledger
    tariff : Tariff
    at : datetime or int

    Returns
    -------
    Refund or None
        None where it cost nothing, or the review was right.

    Source
    ------
    own; docs/calls.md.
    """
    cost = parted_cost(record, tariff)
    if not cost:
        return None
    return ledger.refund(
        record.call_id, at=at, request_id=f"{RULE}:{record.call_id}", policy="amount", amount=cost
    )
