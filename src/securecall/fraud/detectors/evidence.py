"""What the detectors of changes share: trees weigh a leg before and after, a limit decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from securecall.fraud.cues import VALUES, Heard
from securecall.fraud.detectors.remembering import Remembering
from securecall.fraud.finding import CallView, Finding
from securecall.fraud.forest import Weighed, evidence

__all__ = ["ByEvidence", "at_operating_point"]

SCORES: Final = len(VALUES["change"])
#: The order in which the engine has them.
KINDS: Final = tuple(evidence().kinds)
SOURCE_LOG_ODDS: Final = 0.7
"""A source speaks for a kind with so much: it doubles the odds."""
PARTS_TOLD: Final = 8


@dataclass(slots=True)
class ByEvidence(Remembering):
    """Hears changes of the outside leg and tells those that the trees take for its kind.

    What was told is not told again for ``quiet_ms``. Only if it becomes certain enough for the
    grade ``disconnect`` within ``growing_ms``, that is an event of its own.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = ""
    hears: ClassVar[tuple[str, ...]] = ("change",)
    #: Least log odds of an alert, and of what ends a call; the latter needs two sources too.
    alert_log_odds: ClassVar[float] = 0.0
    disconnect_log_odds: ClassVar[float | None] = None
    quiet_ms: ClassVar[float] = 30_000.0
    growing_ms: ClassVar[float] = 5_000.0

    #: Least log odds of what is told; None for those of an alert. What has less than an alert is a
    #: note.
    least_log_odds: float | None = None
    told_ms: float = -1e9
    certain_ms: float = -1e9

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        """Hear a change.

        Source
        ------
        own.
        """
        outside = "called" if "called" in call.legs else "calling"
        if item.kind != "change" or item.leg != outside:
            return ()
        log_odds = item.values[SCORES + KINDS.index(self.kind)]
        least = self.alert_log_odds if self.least_log_odds is None else self.least_log_odds
        if log_odds < least:
            return ()
        certain = self.disconnect_log_odds is not None and log_odds >= self.disconnect_log_odds
        new = item.at_ms >= self.told_ms + self.quiet_ms
        grown = item.at_ms <= self.told_ms + self.growing_ms and self.certain_ms < self.told_ms
        if not new and not (certain and grown):
            return ()
        weighed = evidence().kinds[self.kind].weigh(item.values)
        sources = weighed.sources(SOURCE_LOG_ODDS)
        certain = certain and self.ends_calls(item, sources)
        if not new and not certain:
            return ()
        if new:
            self.told_ms = item.at_ms
        if certain:
            self.certain_ms = item.at_ms
        grade = "alert" if log_odds >= self.alert_log_odds else "note"
        return [Finding(
            self.kind, "disconnect" if certain else grade, item.start_ms,
            evidence().kinds[self.kind].probability(log_odds), self.words(item, sources), item.leg,
            self.cues(item, weighed, least), sources, item.at_ms,
        )]  # fmt: skip

    def ends_calls(self, item: Heard, sources: Sequence[str]) -> bool:
        """Return whether what speaks for a change is enough to end a call over it.

        Source
        ------
        own.
        """
        return len(sources) > 1

    def cues(self, item: Heard, weighed: Weighed, least: float) -> dict[str, float]:
        """Return the numbers that weighed most, each with the log odds that it made.

        Source
        ------
        own.
        """
        told = {"log_odds": weighed.log_odds, "log_odds_least": least}
        for name, part in weighed.parts[:PARTS_TOLD]:
            told[name] = item.number(name)
            told[f"{name}_log_odds"] = part
        return told

    def words(self, item: Heard, sources: Sequence[str]) -> str:
        """Return in a few words what was found.

        Source
        ------
        own.
        """
        return " and ".join(sources) or "several small changes"


def at_operating_point(
    maker: Callable[[], Any], probability: float | None
) -> Callable[[], Any]:  # fmt: skip
    """Return what makes the same detector with another limit, if it is one of these.

    Parameters
    ----------
    maker : callable
    probability : float or None
        The least that is told; None leaves the detector's own limit.

    Source
    ------
    own; `securecall.fraud.operating`.
    """

    def made() -> Any:
        detector = maker()
        if probability is not None and isinstance(detector, ByEvidence):
            detector.least_log_odds = evidence().kinds[detector.kind].log_odds(probability)
        return detector

    return made
