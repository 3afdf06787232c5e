"""How many calls a person has placed lately, against the facility's limits by hour and by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall.calls.reasons import Reason, reason
from securecall.errors import StoreError
from securecall.ledger.instant import instant

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Facility

__all__ = ["velocity_reasons"]

HOUR_MS: Final = 3_600_000


def velocity_reasons(
    facility: Facility, directory: Directory, attempt: CallAttempt, at_ms: int
) -> list[Reason]:
    """Return the limit that a person has reached, with the instant from which calls go again.

    A call counts for 60 minutes, and for 24 hours, from when it was placed.
    """
    limits = [
        (span_ms, limit)
        for span_ms, limit in ((HOUR_MS, facility.calls_per_hour),
                               (24 * HOUR_MS, facility.calls_per_day))
        if limit is not None
    ]  # fmt: skip
    free_ms = 0
    for span_ms, limit in limits:
        try:
            placed = directory.placed_since(attempt.person, at_ms - span_ms, at_ms)
        except StoreError as error:
            return [reason("directory_silent", detail=type(error).__name__)]
        if len(placed) >= limit:
            free_ms = max(free_ms, placed[-limit] + span_ms)
    if not free_ms:
        return []
    return [reason("person_velocity", detail=f"until {instant(free_ms).isoformat()}")]
