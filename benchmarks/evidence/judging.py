"""What is found, and what is said of nothing, at any limit of log odds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Final

import numpy as np

from benchmarks.evidence.calls import Batch
from benchmarks.evidence.changes import Changes
from benchmarks.evidence.targets import confused, innocent
from securecall.fraud.bench import INNOCENT
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.poisson import interval, share_interval

#: Alarms that are closer to each other are one: a detector is quiet so long.
APART_S: Final = 30.0
#: Of a call no more changes are looked at, the strongest first.
LOOKED_AT: Final = 300
#: What happened so long around an alarm is what it is put down to.
BEFORE_S, AFTER_S = 3.0, 15.0
#: A limit has so many steps to 1, as it is written in the file.
STEPS: Final = 10_000
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of which a kind would be told though there is none; ``near`` is what happened."""

    log_odds: float
    call: str
    at_s: float
    near: str


@dataclass(frozen=True, slots=True)
class Chance:
    """Something to find: the most log odds that a change had while a report counts."""

    log_odds: float
    stratum: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A kind on some calls: chances of all of them, alarms of the natural ones by strength.

    ``confusions`` are the natural ones' changes of another kind that may be taken for this one.
    """

    kind: str
    hours: float
    chances: tuple[Chance, ...]
    alarms: tuple[Alarm, ...]
    confusions: tuple[Alarm, ...] = ()

    def limit(self, per_hour: float) -> float:
        """Return the least limit at which there are no more false alarms than so many an hour."""
        allowed = int(per_hour * self.hours + 1e-9)
        if not self.alarms:
            return 0.0
        if allowed >= len(self.alarms):
            return floor(self.alarms[-1].log_odds * STEPS) / STEPS
        return (floor(self.alarms[allowed].log_odds * STEPS) + 1) / STEPS

    def false(self, limit: float) -> tuple[Alarm, ...]:
        """Return the false alarms from a limit on."""
        return tuple(alarm for alarm in self.alarms if alarm.log_odds >= limit)

    def rate(self, limit: float) -> tuple[float, float, float]:
        """Return false alarms an hour, with exact limits at 95 %."""
        count = len(self.false(limit))
        low, high = interval(count)
        return count / self.hours, low / self.hours, high / self.hours

    def found(self, limit: float) -> dict[str, tuple[int, int]]:
        """Return by stratum how many are found, and of how many; ``all`` is the first."""
        every = Counter(chance.stratum for chance in self.chances)
        seen = Counter(chance.stratum for chance in self.chances if chance.log_odds >= limit)
        sums = {"all": (sum(seen.values()), sum(every.values()))}
        return sums | {stratum: (seen[stratum], every[stratum]) for stratum in sorted(every)}

    def causes(self, limit: float) -> Counter[str]:
        """Return what false alarms from a limit on are put down to."""
        return Counter(alarm.near for alarm in self.false(limit))


def share(found: int, of: int) -> str:
    """Return a share in words, with its exact limits at 95 %."""
    low, high = share_interval(found, of)
    return f"{found}/{of} {100 * found / of:.0f} % ({100 * low:.0f}-{100 * high:.0f})"


def _near(labels: Sequence[Label], at_s: float) -> str:
    """Return what began last around an instant: the class of something innocent, or a kind."""
    around = [one for one in labels if one.start_s - BEFORE_S <= at_s <= one.end_s + AFTER_S]
    if not around:
        return NOTHING
    last = max(around, key=lambda one: one.start_s)
    return last.stratum if last.kind == INNOCENT else last.kind


def _alarms(call: str, changes: Changes, odds: np.ndarray, where: np.ndarray) -> list[Alarm]:
    """Return the strongest of a call's changes there that are not close to each other."""
    free = np.flatnonzero(where)
    taken: list[Alarm] = []
    for row in free[np.argsort(-odds[free], kind="stable")][:LOOKED_AT]:
        at_s = float(changes.at_s[row])
        if all(abs(at_s - alarm.at_s) > APART_S for alarm in taken):
            taken.append(Alarm(float(odds[row]), call, at_s, _near(changes.labels, at_s)))
    return taken


def judged(kind: str, calls: Sequence[tuple[Batch, Changes]], odds: Sequence[np.ndarray]) -> Judged:
    """Judge the log odds of a kind on some calls."""
    chances: list[Chance] = []
    alarms: list[Alarm] = []
    confusions: list[Alarm] = []
    seconds = 0.0
    for (batch, changes), mine in zip(calls, odds, strict=True):
        for label in changes.happened():
            if label.kind == kind:
                within = mine[changes.within(label.first_s, label.last_s)]
                most = float(within.max()) if len(within) else float("-inf")
                chances.append(Chance(most, label.stratum))
        if batch.natural:
            seconds += changes.seconds
            name = f"{batch.name}/{changes.index}"
            alarms += _alarms(name, changes, mine, innocent(changes, kind))
            confusions += _alarms(name, changes, mine, confused(changes, kind))
    for each in (alarms, confusions):
        each.sort(key=lambda alarm: (-alarm.log_odds, alarm.call, alarm.at_s))
    return Judged(kind, seconds / 3600, tuple(chances), tuple(alarms), tuple(confusions))
