"""The last stage of the admission check: how long the call may last, and what sets that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securecall.calls.decision import Limits
from securecall.calls.reasons import Reason, reason
from securecall.ledger.instant import instant

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.facility import Courtesy, Facility
    from securecall.calls.money_check import Means

__all__ = ["limits_of"]


def limits_of(
    facility: Facility,
    attempt: CallAttempt,
    means: Means,
    at_ms: int,
    *,
    person_max_ms: int | None = None,
    courtesy: Courtesy | None = None,
) -> tuple[Limits, list[Reason]]:
    """Return the limits of a call, and what they say against it.

    The shortest governs; of two that are equal the one that stands first here.
    """
    relay = attempt.relay_class != "none" and facility.relay_max_call_ms is not None
    longest = [(facility.longest_ms(attempt.relay_class), "relay" if relay else "facility")]
    if person_max_ms is not None:
        longest.append((person_max_ms, "person"))
    if courtesy is not None:
        longest.append((courtesy.max_ms, "courtesy"))
    max_ms, governs = min(longest, key=lambda each: each[0])
    closes_ms, what = facility.closes_ms(at_ms, facility.terminals.get(attempt.terminal))
    found = []
    if closes_ms is not None and closes_ms - at_ms < max_ms:
        max_ms, governs = closes_ms - at_ms, what
        if 0 < max_ms < facility.least_call_ms:
            found.append(reason("no_time_left", detail=f"{max_ms // 1000} s"))
    free = courtesy is not None
    return Limits(
        max_ms,
        None if free else means.balance_ms,
        means.first_increment * 0 if free else means.first_increment,
        None if closes_ms is None else instant(closes_ms),
        governs,
    ), found
