"""The pencil: what a call must have cost, walked increment by increment along its price curve.

It knows neither the ledger's solver nor its settlement: it lays increments end to end until the
call is over, and reads the price off the curve.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from securecall.calls.record import CallRecord
from securecall.rating.call import Call
from securecall.rating.curve import PriceCurve
from securecall.rating.tariff import Tariff

__all__ = ["Owed", "curve_of", "owed", "walk"]


class Owed(NamedTuple):
    """What a call costs: the end of its last increment, and its price to there."""

    bought_ms: int
    total_micros: int


def curve_of(record: CallRecord, tariff: Tariff) -> PriceCurve:
    """Return the price curve of a call from its acceptance on."""
    assert record.accepted_ms is not None, "a call that nobody accepted has no price"
    return tariff.curve(
        Call(
            record.facility, record.number, record.accepted_ms, medium=record.medium,
            bill_type=record.bill_type, relay=record.relay, privileged=record.privileged,
        )
    )  # fmt: skip


def walk(curve: PriceCurve, duration_ms: int) -> Iterator[Owed]:
    """Yield where each increment ends that begins before the call does, and the price to there.

    Source
    ------
    charging law, rules 1 and 5: an increment is owed in full at the instant it begins, and one
    that would begin where the call ends is not.
    """
    bought_ms = 0
    while bought_ms < duration_ms:
        bought_ms = curve.next(bought_ms)
        yield Owed(bought_ms, curve.total_micros(bought_ms))


def owed(curve: PriceCurve, duration_ms: int) -> Owed:
    """Return what a call of a duration costs."""
    pieces = deque(walk(curve, duration_ms), maxlen=1)
    return pieces[0] if pieces else Owed(0, 0)
