"""What the detectors of changes share: a network that remembers decides, and trees say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from securecall.fraud.cues import VALUES, Heard
from securecall.fraud.detectors.remembering import Remembering
from securecall.fraud.finding import CallView, Finding
from securecall.fraud.forest import Weighed, evidence
from securecall.fraud.recurrent import KINDS, network

__all__ = ["ByEvidence", "at_operating_point"]

#: Where in a change the log odds of the kinds stand: those of the trees, those of the network.
SCORES: Final = len(VALUES["change"])
ODDS: Final = SCORES + len(KINDS)
#: What the network takes for a kind is told only if the trees give it so much: it remembers more
#: than they know, and on a line of which it has learnt nothing they know better. On calls that
#: neither had seen 1 to 2 % of what is right has less; docs/decisions/0301.
TREES_LEAST: Final = -2.0
SOURCE_LOG_ODDS: Final = 0.7
"""A source speaks for a kind with so much: it doubles the odds."""
PARTS_TOLD: Final = 8


@dataclass(slots=True)
class ByEvidence(Remembering):
    """Hears changes of the outside leg and tells those that the network takes for its kind.

    The network has the course of the call before it and says how sure it is; the trees, which can
    be read, say which numbers speak for it. A call ends only if both are sure and two sources say
    so. What was told is not told again for ``quiet_ms``. Only if it becomes certain enough for the
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
        number = KINDS.index(self.kind)
        log_odds = item.values[ODDS + number]
        least = self.alert_log_odds if self.least_log_odds is None else self.least_log_odds
        trees = item.values[SCORES + number]
        if log_odds < least or trees < TREES_LEAST or not self.is_there(item.number):
            return ()
        certain = (
            self.disconnect_log_odds is not None and log_odds >= self.disconnect_log_odds
            and trees >= evidence().kinds[self.kind].disconnect
        )  # fmt: skip
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
            network().kinds[self.kind].probability(log_odds), self.words(item, sources), item.leg,
            self.cues(item, weighed, log_odds, least), sources, item.at_ms,
        )]  # fmt: skip

    @classmethod
    def is_there(cls, number: Callable[[str], float]) -> bool:
        """Return whether what the network takes for the kind is there to be measured.

        Parameters
        ----------
        number : callable
            Returns a number of the change by its name.

        Source
        ------
        own.
        """
        return True

    def ends_calls(self, item: Heard, sources: Sequence[str]) -> bool:
        """Return whether what speaks for a change is enough to end a call over it.

        Source
        ------
        own.
        """
        return len(sources) > 1

    def cues(
        self, item: Heard, weighed: Weighed, log_odds: float, least: float
    ) -> dict[str, float]:
        """Return the network's log odds, the trees', and what weighed most with these.

        Source
        ------
        own.
        """
        told = {
            "log_odds": log_odds, "log_odds_least": least, "trees_log_odds": weighed.log_odds,
        }  # fmt: skip
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
            detector.least_log_odds = network().kinds[detector.kind].log_odds(probability)
        return detector

    return made
