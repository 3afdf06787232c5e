"""A record of a call of the day's facility, as a live call would leave it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.calls.day.days import quiet

from securecall.calls.day.place import tariff
from securecall.calls.record import CallRecord
from securecall.rating.call import Call

__all__ = ["a_record"]

OPENS_MS = quiet().opens_ms


def a_record(duration_ms: int = 95_000, **changes: Any) -> CallRecord:
    """Make the record of a call of ``fam-1`` that was charged what it costs."""
    accepted_ms = OPENS_MS + 3_600_000
    rated = tariff().rate(Call("county", "+17132200004", accepted_ms, duration_ms))
    made = CallRecord(
        "c-1", "county", "p-1", "+17132200004", "A-0001", "audio", "prepaid", "none", ("fam-1",),
        accepted_ms - 9_000, accepted_ms - 8_000, accepted_ms - 3_000, accepted_ms,
        accepted_ms + duration_ms, duration_ms, 0, 1_200_000, rated.billed_ms, rated.net_micros,
        rated.tax_micros, rated.total_micros, 0, 0, rated.jurisdiction, rated.rate_class,
        rated.rate_id, None, "ok", "completed_caller_hangup", "caller", "16", (), (), (), (), None,
        False, True, True, "pin", "", ("c-1:start", "c-1"),
    )  # fmt: skip
    return replace(made, **changes)
