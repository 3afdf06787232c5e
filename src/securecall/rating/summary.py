"""What rated call records came to: sums by facility, jurisdiction, hour, ceiling, length, status.

`securecall.rating.summarizer` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from securecall.rating.call import Call
from securecall.rating.words import REJECTED

__all__ = ["MINUTES_MAX", "CeilingSum", "HourSum", "PlaceSum", "Summary"]

#: Calls of this many minutes and more are counted together.
MINUTES_MAX: Final = 60

_ZERO: Final = Decimal("0.000000")


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """What the calls of one facility and jurisdiction came to.

    Attributes
    ----------
    facility, jurisdiction : str
    calls : int
        Rows that have a price; unanswered calls have one, of 0.
    billed_ms : int
    net, tax, total, state_paid, saved : Decimal
        Dollars; ``saved`` is what ceilings took off the net.
    """

    facility: str
    jurisdiction: str
    calls: int
    billed_ms: int
    net: Decimal
    tax: Decimal
    total: Decimal
    state_paid: Decimal
    saved: Decimal


@dataclass(frozen=True, slots=True)
class HourSum:
    """What the calls that began in one hour of the facilities' own clocks came to.

    Attributes
    ----------
    hour : int
        0 to 23.
    calls : int
    total, saved : Decimal
    """

    hour: int
    calls: int
    total: Decimal
    saved: Decimal


@dataclass(frozen=True, slots=True)
class CeilingSum:
    """What one rule did.

    Attributes
    ----------
    source : str or None
        The regime, or ``contract``; None for answered calls on which no ceiling was found (a rule
        that bars connect fees may still have lowered their price).
    calls : int
        Calls that it governed, whether it bit or not.
    bitten : int
        Calls that would have cost more without regulation.
    saved : Decimal
    """

    source: str | None
    calls: int
    bitten: int
    saved: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    """What a month of call records came to. Made by `securecall.rating.summarizer`.

    Attributes
    ----------
    rows : int
        All of them, rejected ones too.
    statuses : dict of str to int
        Rows by status, those that occur, worst first.
    by_place : tuple of PlaceSum
        By facility and jurisdiction, those that occur.
    by_hour : tuple of HourSum
        All 24.
    by_ceiling : tuple of CeilingSum
        Largest saving first.
    by_minute : tuple of int
        Answered calls by whole minutes of duration; the last has `MINUTES_MAX` and more.
    first, last : datetime or None
        The earliest and the latest start of a row that has a price, UTC.
    most_saved, most_shared : Call or None
        The call on which ceilings saved most, and the one of which a state paid most; the first of
        them in a tie, None where there is none.
    """

    rows: int
    statuses: dict[str, int]
    by_place: tuple[PlaceSum, ...]
    by_hour: tuple[HourSum, ...]
    by_ceiling: tuple[CeilingSum, ...]
    by_minute: tuple[int, ...]
    first: datetime | None
    last: datetime | None
    most_saved: Call | None
    most_shared: Call | None

    @property
    def calls(self) -> int:
        """Rows that have a price."""
        return self.statuses.get("ok", 0) + self.statuses.get("unanswered", 0)

    @property
    def rejected(self) -> int:
        """Rows that somebody must look at."""
        return sum(count for status, count in self.statuses.items() if status in REJECTED)

    @property
    def total(self) -> Decimal:
        """What customers pay, dollars."""
        return self._sum("total")

    @property
    def net(self) -> Decimal:
        """The price before what states pay and before taxes, dollars."""
        return self._sum("net")

    @property
    def tax(self) -> Decimal:
        """All taxes, dollars."""
        return self._sum("tax")

    @property
    def state_paid(self) -> Decimal:
        """What states pay, dollars."""
        return self._sum("state_paid")

    @property
    def saved(self) -> Decimal:
        """What ceilings took off the net, dollars."""
        return self._sum("saved")

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(place, name) for place in self.by_place), _ZERO)

    def to_dict(self) -> dict[str, Any]:
        """Return the sums as plain values; money stays ``Decimal``, to be written as text.

        Source
        ------
        own.
        """
        return {
            "rows": self.rows,
            "rejected": self.rejected,
            "statuses": dict(self.statuses),
            "by_facility": [
                {
                    "facility": place.facility,
                    "jurisdiction": place.jurisdiction,
                    "calls": place.calls,
                    "total": place.total,
                    "tax": place.tax,
                    "saved_by_ceilings": place.saved,
                    "state_paid": place.state_paid,
                }
                for place in self.by_place
            ],
            "by_hour": [
                {"hour": one.hour, "calls": one.calls, "total": one.total, "saved": one.saved}
                for one in self.by_hour
            ],
            "by_ceiling": [
                {
                    "source": one.source,
                    "calls": one.calls,
                    "bitten": one.bitten,
                    "saved": one.saved,
                }
                for one in self.by_ceiling
            ],
            "by_minute": list(self.by_minute),
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
        }
