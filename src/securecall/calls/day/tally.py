"""Tally: what happened in a day, counted as it passes, in memory that does not grow with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from securecall.calls.record import CallRecord

__all__ = ["BIN_MS", "Burn", "Strip", "Tally", "outcome_of"]

STRIPS_MAX: Final = 14
BIN_MS: Final = 5 * 60_000
HOUR_MS: Final = 3_600_000


@dataclass(slots=True)
class Burn:
    """What was available on one account, change by change, and where its calls were cut.

    Attributes
    ----------
    moves : list of (int, int, str)
        Instant, micro-dollars, and what it was: ``increment``, ``deposit``, ``refund``, ...
    cutoffs : list of (int, str)
        Instants at which the money ended a call, and its id.
    timers : list of (int, int, str)
        When a host was told a cutoff, the cutoff, and of which call.
    """

    account: str
    opening_micros: int
    moves: list[tuple[int, int, str]] = field(default_factory=list)
    cutoffs: list[tuple[int, str]] = field(default_factory=list)
    timers: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def moved(self) -> list[tuple[int, int]]:
        """When cutoffs were told that another one of the same call took the place of later."""
        last: dict[str, tuple[int, int]] = {}
        found = []
        for told_ms, cutoff_ms, call_id in self.timers:
            if call_id in last and last[call_id][1] < cutoff_ms:
                found.append(last[call_id])
            last[call_id] = (told_ms, cutoff_ms)
        return found


@dataclass(frozen=True, slots=True)
class Strip:
    """One call that was heard: what truly happened in it, and what was heard and done.

    Attributes
    ----------
    labels : tuple of (float, float, str, bool)
        Seconds from and to, what, and whether it is fraud.
    events : tuple of (float, str, str, str)
        Seconds, kind, grade, what was done.
    """

    call_id: str
    at_ms: int
    seconds: float
    reason: str
    labels: tuple[tuple[float, float, str, bool], ...]
    events: tuple[tuple[float, str, str, str], ...]


def outcome_of(record: CallRecord) -> str:
    """Return what became of an attempt: ``denied``, ``not_accepted`` or ``talked``."""
    if record.status == "denied":
        return "denied"
    return "not_accepted" if record.accepted_ms is None else "talked"


@dataclass(slots=True)
class Tally:
    """What happened in a day.

    Attributes
    ----------
    hours : Counter of (int, str)
        Attempts by hour after opening and by what became of them.
    endings, denials, reviews, events, acts : Counter of str
        Records by ending; refusing reasons; what a desk decided; events heard by kind and grade;
        what families and staff did.
    live : dict of int to int
        The most calls at once in each five minutes after opening.
    orders : list of (int, int, str)
        Lockdowns and the like: from, to, what.
    """

    opens_ms: int
    hours: Counter[tuple[int, str]] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    denials: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    warnings: Counter[int] = field(default_factory=Counter)
    live: dict[int, int] = field(default_factory=dict)
    orders: list[tuple[int, int, str]] = field(default_factory=list)
    strips: list[Strip] = field(default_factory=list)
    talked_ms: int = 0
    billed_ms: int = 0
    privileged: int = 0
    offered_frames: int = 0
    heard_privileged: int = 0
    sounding: int = 0

    def record(self, record: CallRecord) -> None:
        """Count a record."""
        outcome = outcome_of(record)
        self.hours[(record.dialed_ms - self.opens_ms) // HOUR_MS, outcome] += 1
        self.outcomes[outcome] += 1
        self.statuses[record.status] += 1
        self.endings[record.reason] += 1
        if record.status == "denied":
            self.denials.update(record.reasons)
        self.talked_ms += record.duration_ms
        self.billed_ms += record.billed_ms
        self.privileged += record.privileged
        self.warnings.update(record.warnings_ms)
        self.events.update(f"{each.kind} {each.grade}" for each in record.events)

    def alive(self, at_ms: int, calls: int) -> None:
        """Note how many calls are live."""
        place = (at_ms - self.opens_ms) // BIN_MS
        if calls > self.live.get(place, 0):
            self.live[place] = calls

    def strip(self, strip: Strip) -> None:
        """Keep a call that was heard, if there are not many yet."""
        if len(self.strips) < STRIPS_MAX:
            self.strips.append(strip)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON takes them."""
        return {
            "attempts": sum(self.outcomes.values()),
            "outcomes": dict(sorted(self.outcomes.items())),
            "statuses": dict(sorted(self.statuses.items())),
            "endings": dict(sorted(self.endings.items())),
            "denials": dict(sorted(self.denials.items())),
            "events": dict(sorted(self.events.items())),
            "acts": dict(sorted(self.acts.items())),
            "warnings": {str(left): n for left, n in sorted(self.warnings.items())},
            "by_hour": [
                {"hour": hour, "outcome": what, "calls": n}
                for (hour, what), n in sorted(self.hours.items())
            ],
            "most_live": max(self.live.values(), default=0),
            "talked_ms": self.talked_ms, "billed_ms": self.billed_ms,
            "privileged": self.privileged, "privileged_frames_offered": self.offered_frames,
            "privileged_frames_heard": self.heard_privileged, "with_sound": self.sounding,
        }  # fmt: skip
