"""The closed lists of words that records, tariffs and results use.

The order of each list is the engine's numbering; `STATUSES` is also the order of precedence, first
what is worst.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "BILL_TYPES",
    "CLASSES",
    "DAYS",
    "FINALS",
    "JURISDICTIONS",
    "KINDS",
    "MEDIA",
    "RELAYS",
    "REJECTED",
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

MEDIA: Final = ("audio", "video")
BILL_TYPES: Final = ("prepaid", "inmate_debit", "direct_bill", "collect", "prepaid_collect")
RELAYS: Final = ("none", "trs", "vrs", "tty", "asl", "cts")
JURISDICTIONS: Final = ("intrastate", "interstate", "international")
CLASSES: Final = ("local", *JURISDICTIONS, "any")
KINDS: Final = ("prison", "jail")
SWITCHES: Final = ("increment_start", "call_start", "split")
FINALS: Final = ("whole", "prorate")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
