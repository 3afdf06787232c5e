"""One line of a rules file, checked: when it holds, whom it concerns, what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

__all__ = [
    "CeilingRow",
    "FeeRow",
    "InactivityRow",
    "PerCallRow",
    "RelayRow",
    "Row",
    "StateRow",
    "edges",
]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every rule has: dates, belief, scope and source.

    ``effective_*`` are inclusive days of calls; ``known_*`` is half-open and says when this was
    believed to be the law. An empty tuple of words means *all*.
    """

    kind: ClassVar[str] = "rule"

    regime: str
    effective_from: date
    effective_to: date | None = None
    known_from: date = date.min
    known_to: date | None = None
    citation: str
    source_url: str = ""
    confidence: str = "high"
    medium: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    bill_type: str | None = None
    facility_kind: str | None = None
    adp_min: int = 0
    adp_max: int | None = None
    state: str | None = None
    facility: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    def known(self, known_at: date | None) -> bool:
        """Whether this was believed on a day; None asks for what is believed now."""
        if known_at is None:
            return self.known_to is None
        return self.known_from <= known_at and (self.known_to is None or known_at < self.known_to)

    def in_force(self, day: date) -> bool:
        """Whether calls of that day fall under the row."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    @property
    def edges(self) -> tuple[date, ...]:
        """The first day of the row, and the first day after it if there is one."""
        if self.effective_to is None or self.effective_to == date.max:
            return (self.effective_from,)
        return (self.effective_from, self.effective_to + _DAY)

    @property
    def tiered(self) -> bool:
        """Whether the row is limited to some average daily populations."""
        return self.adp_min > 0 or self.adp_max is not None

    @property
    def population(self) -> str:
        """The average daily populations that the row holds for, in words."""
        if self.adp_max is not None:
            return f"{self.adp_min} to {self.adp_max}"
        return f"{self.adp_min} or more" if self.adp_min else "any"

    @property
    def scope(self) -> str:
        """Whom and which calls the row concerns, in words."""
        parts = [
            " and ".join(self.medium),
            " and ".join(self.jurisdiction),
            (self.bill_type or "").replace("_", " or "),
            self.facility_kind or "",
            f"population {self.population}" if self.tiered else "",
            ", ".join(self.facility),
        ]
        return "; ".join(part for part in parts if part) or "every call"

    def canonical(self) -> str:
        """Return the row as text that changes with any of its values, for digests."""
        values = [f"{item.name}={getattr(self, item.name)!s}" for item in fields(self)]
        return "\x1f".join([self.kind, *values])


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingRow(Row):
    """A federal ceiling on the price of a minute; ``cap`` None says that none applies."""

    kind: ClassVar[str] = "ceilings"

    cap: Decimal | None
    component: str = "none"
    component_max: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow(Row):
    """A state's cap, free-call statute, cost share, policy or contract price."""

    kind: ClassVar[str] = "states"

    cap: Decimal | None
    state_paid_share: Decimal = Decimal(0)
    legal_nature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PerCallRow(Row):
    """Whether a charge for the call itself is barred."""

    kind: ClassVar[str] = "per_call"

    barred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow(Row):
    """What one kind of charge beside the minute's price may cost."""

    kind: ClassVar[str] = "fees"

    fee: str
    channel: str | None = None
    status: str
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRow(Row):
    """What part of the audio ceiling holds for a relay class; 0 is free."""

    kind: ClassVar[str] = "relay"

    relay: str
    share_of_audio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InactivityRow(Row):
    """Days of continuous inactivity before money may be disposed of."""

    kind: ClassVar[str] = "inactivity"

    days: int


def edges(rows: Iterable[Row]) -> tuple[date, ...]:
    """Return the days on which any of some rows begins or has just ended, in order.

    Source
    ------
    own.

    Examples
    --------
    >>> day = date(2026, 4, 5)
    >>> edges([Row(regime="r", effective_from=day, effective_to=day, citation="c")])
    (datetime.date(2026, 4, 5), datetime.date(2026, 4, 6))
    """
    return tuple(sorted({edge for row in rows for edge in row.edges}))
