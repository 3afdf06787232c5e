"""Counts of what a receiver found of what was sent, and what that is worth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from securecall.fraud.conform.limits import Expected, meets
from securecall.fraud.conform.matching import Match

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """What one receiver made of one row, or of one case of it.

    Attributes
    ----------
    sent, found : int
    extra, missed : Counter
        What was heard and not sent, and the other way round, by name.
    latencies_ms : list of float
        From onset to report.
    """

    sent: int = 0
    found: int = 0
    extra: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)

    def add(self, sent: int, match: Match) -> None:
        """Count a stream."""
        self.sent += sent
        self.found += match.found
        self.extra.update(match.extra)
        self.missed.update(match.missed)
        self.latencies_ms += match.latencies_ms

    def take(self, other: Tally) -> None:
        """Count what another one counted, too."""
        self.sent += other.sent
        self.found += other.found
        self.extra.update(other.extra)
        self.missed.update(other.missed)
        self.latencies_ms += other.latencies_ms

    @property
    def too_much(self) -> int:
        """How many were heard that were not sent."""
        return self.extra.total()

    @property
    def rate(self) -> float:
        """The share of what was sent that was found."""
        return self.found / self.sent if self.sent else 0.0

    @property
    def clean_rate(self) -> float:
        """The same, less what was heard and not sent; 0 at least."""
        return max(0, self.found - self.too_much) / self.sent if self.sent else 0.0

    @property
    def latency_ms(self) -> tuple[float, float] | None:
        """Median and worst, or None if nothing is known of it."""
        if not self.latencies_ms:
            return None
        return median(self.latencies_ms), max(self.latencies_ms)

    def meets(self, expect: Expected, latency_ms_most: float | None) -> bool | None:
        """Return whether all that is required is met; None if nothing is."""
        met = meets(expect, self.sent, self.found, self.too_much)
        late = self.latency_ms
        if met and latency_ms_most is not None and late is not None:
            return late[1] <= latency_ms_most
        return met

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        late = self.latency_ms
        return {
            "sent": self.sent,
            "found": self.found,
            "extra": dict(self.extra.most_common()),
            "missed": dict(self.missed.most_common()),
            "rate": round(self.rate, 6),
            "latency_ms_median": None if late is None else late[0],
            "latency_ms_worst": None if late is None else late[1],
        }
