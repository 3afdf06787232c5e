"""The closed lists of words that records, tariffs and results use.

The order of each list is the engine's numbering; `STATUSES` is also the order of precedence, first
what is worst.
"""

from __future__ import annotations

from typing import Final

from securecall.regulation.words import BILL_TYPES, FEE_KINDS, JURISDICTIONS, MEDIA, RELAYS

__all__ = [
    "BILL_TYPES",
    "CLASSES",
    "DAYS",
    "FEE_KINDS",
    "FINALS",
    "JURISDICTIONS",
    "KINDS",
    "MEDIA",
    "REJECTED",
    "RELAYS",
    "STATUSES",
    "SWITCHES",
]

STATUSES: Final = (
    "bad_facility",
    "bad_time",
    "bad_duration",
    "bad_number",
    "bad_medium",
    "bad_bill_type",
    "unanswered",
    "no_rate",
    "overflow",
    "ok",
)
# A row with one of these has no amounts: somebody must look at it.
REJECTED: Final = frozenset(STATUSES) - {"ok", "unanswered"}

CLASSES: Final = ("local", *JURISDICTIONS, "any")
KINDS: Final = ("prison", "jail")
SWITCHES: Final = ("increment_start", "call_start", "split")
FINALS: Final = ("whole", "prorate")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
