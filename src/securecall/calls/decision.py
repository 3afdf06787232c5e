"""Decision: what a gate answers, with every reason, the limits, and who may hear."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from securecall.calls.reasons import Reason
from securecall.notebook import table

__all__ = ["Decision", "Limits", "Reason"]

_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call may last, and from what.

    Attributes
    ----------
    max_ms : int
        The longest that it may last if it began at the decision's instant.
    balance_ms : int or None
        The time that the money allows; None: no end is in sight, or nobody has to pay.
    first_increment : Decimal
        What must be there for the call to begin, dollars: its first increment.
    closes_at : datetime or None
        The instant at which schedule, terminal hours or maintenance end every call; None: none
        does within the next week.
    governs : {"facility", "relay", "courtesy", "person", "schedule", "terminal", "maintenance"}
        Where ``max_ms`` comes from.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> closes = datetime(2026, 5, 1, 22, 0, tzinfo=UTC)
    >>> limits = Limits(900_000, None, Decimal("0.12"), closes, "facility")
    >>> limits.left_ms(datetime(2026, 5, 1, 21, 50, tzinfo=UTC))
    600000
    """

    max_ms: int
    balance_ms: int | None
    first_increment: Decimal
    closes_at: datetime | None = None
    governs: str = "facility"

    def left_ms(self, at: datetime) -> int:
        """Return how long a call may last that is accepted at an instant, money apart.

        A telephone rings for a while: what the schedule leaves is counted from acceptance.

        Parameters
        ----------
        at : datetime or int

        Source
        ------
        own; docs/calls.md.
        """
        if self.closes_at is None:
            return self.max_ms
        return max(min(self.max_ms, (self.closes_at - at) // _MS), 0)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a gate answers.

    Attributes
    ----------
    call_id : str
    allowed : bool
        Whether no reason refuses.
    reasons : tuple of Reason
        Everything that was found, in the order of the table; see docs/calls.md for what is left
        out when an earlier check fails.
    limits : Limits
    privileged : bool
        Whether the call is with an attorney, a clergyman, a consulate, an ombudsman or a physician:
        never monitored, never recorded. True also where nobody could tell.
    monitor : bool
        Whether audio goes to the fraud monitor.
    record : bool
        Whether the host may record the call.
    billable : bool
        Whether any time of it costs the one who pays anything.
    at : datetime
        The instant, aware UTC.
    courtesy : bool
        Whether it is a courtesy call: free, short, counted.
    identity : {"none", "pin", "voice", "pin+voice"}
        What was verified; ``none`` also where the facility asks for nothing.

    Source
    ------
    own; docs/calls.md.
    """

    call_id: str
    allowed: bool
    reasons: tuple[Reason, ...]
    limits: Limits
    privileged: bool
    monitor: bool
    record: bool
    billable: bool
    at: datetime
    courtesy: bool = False
    identity: str = "none"

    def _repr_html_(self) -> str:
        """Return every reason as a table."""
        return table(
            f"{self.call_id}: {'allowed' if self.allowed else 'refused'}",
            ("", "code", "what is so", "what would change it"),
            [(each.severity, each.code, each.text, each.remedy) for each in self.reasons],
        )

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """The reasons that refuse the call."""
        return tuple(each for each in self.reasons if each.refuses)

    @property
    def alerts(self) -> tuple[Reason, ...]:
        """What staff are to be told of, whether or not the call is placed."""
        return tuple(each for each in self.reasons if not each.refuses)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(each.code for each in self.reasons)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON takes them.

        Source
        ------
        own.
        """
        values = asdict(self)
        values["at"] = self.at.isoformat()
        values["reasons"] = [asdict(each) for each in self.reasons]
        limits = values["limits"]
        limits["first_increment"] = f"{self.limits.first_increment:f}"
        closes = self.limits.closes_at
        limits["closes_at"] = None if closes is None else closes.isoformat()
        return values
