"""Scores: what was found of what happened, what was not there, how soon, how sure.

A label is found if a report of its kind was detected between ``first_s`` and ``last_s`` of it. One
that comes until ``late_s`` is right, but finds nothing: it is late. Three kinds say that a call
goes elsewhere; one that is taken for another is confused, and counted by itself, but where it ends
the call it is false. So is any other report, unless a label there tolerates its kind; it is put
down to the class of what happened at the time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any, Final

from securecall.fraud.bench.corpora import Clip
from securecall.fraud.bench.distinct import DistinctClips
from securecall.fraud.bench.label import INNOCENT, KINDS, Label, unpacked
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.poisson import interval, share_interval

__all__ = [
    "AT_PER_HOUR", "TALK", "Alarms", "Judged", "Record", "Scores", "judged", "quantile",
    "right_reports", "score",
]  # fmt: skip

#: The class of alarms while nothing but talk goes on.
TALK: Final = "talk"
#: Rates of false alarms at which the share found is told.
AT_PER_HOUR: Final = (0.01, 0.05, 0.1, 1.0)
#: What happens is over so long behind its label's end.
TOLERANT_S: Final = 2.0
CALIBRATION_BINS: Final = 10
CALL_OF_H: Final = 0.25


@dataclass(frozen=True, slots=True)
class Record:
    """A call that was played: a line of the journal. ``played`` is packed."""

    index: int
    seconds: float
    labels: tuple[Label, ...]
    heard: tuple[Heard, ...]
    cpu_s: float = 0.0
    state_bytes: int | None = None
    played: array[int] = field(default_factory=lambda: array("i"))


@dataclass(frozen=True, slots=True)
class Judged:
    """A report: ``found``, ``late``, ``tolerated``, ``confused`` or ``false``, and in what."""

    heard: Heard
    verdict: str
    where: str


def judged(record: Record) -> list[Judged]:
    """Return what the reports of a call are.

    Source
    ------
    own; the windows are told in docs/bench.md.
    """
    made = []
    for one in record.heard:
        if one.kind not in KINDS:
            continue
        at = one.detected_ms / 1000
        around = [label for label in record.labels if label.first_s <= at <= label.last_s]
        own = [label for label in around if label.kind == one.kind]
        if own:
            made.append(Judged(one, "found", own[0].stratum))
        elif any(
            one.kind == label.kind and label.first_s <= at <= label.late_s
            for label in record.labels
        ):
            made.append(Judged(one, "late", ""))
        elif any(
            one.kind in label.tolerated and label.first_s <= at <= label.allowed_s(one.kind)
            for label in record.labels
        ):
            made.append(Judged(one, "tolerated", ""))
        elif confused := [
            label for label in record.labels
            if label.confused_with(one.kind) and label.first_s <= at <= label.late_s
            and one.grade != "disconnect"
        ]:  # fmt: skip
            made.append(Judged(one, "confused", confused[0].kind))
        else:
            made.append(Judged(one, "false", _class(record.labels, at)))
    return made


def right_reports(record: Record, label: Label) -> list[Heard]:
    """Return the reports that found something that happened.

    Source
    ------
    own; docs/bench.md.
    """
    return [
        one for one in record.heard
        if one.kind == label.kind and label.first_s <= one.detected_ms / 1000 <= label.last_s
    ]  # fmt: skip


def _class(labels: Iterable[Label], at: float) -> str:
    """Return what goes on: the innocent thing, or fraud of another kind, or talk."""
    there = [
        label for label in labels
        if label.first_s <= at <= max(label.last_s, label.end_s + TOLERANT_S)
    ]  # fmt: skip
    innocent = [label for label in there if label.kind == INNOCENT]
    if innocent:
        return innocent[-1].stratum
    return f"in {there[-1].kind}" if there else TALK


@dataclass(slots=True)
class Found:
    """How many of some labels were found, with which certainty and how soon."""

    labels: int = 0
    best: list[float] = field(default_factory=list)
    latency_s: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, shares and quantiles."""
        low, high = share_interval(len(self.best), self.labels)
        return {
            "labels": self.labels,
            "found": len(self.best),
            "share": len(self.best) / self.labels if self.labels else None,
            "low_95": low,
            "high_95": high,
            "latency_median_s": quantile(self.latency_s, 0.5),
            "latency_95_s": quantile(self.latency_s, 0.95),
        }


@dataclass(slots=True)
class Alarms:
    """False alarms over some audio."""

    hours: float = 0.0
    instances: int = 0
    count: int = 0
    disconnects: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return counts and exact intervals of the rate."""
        low, high = interval(self.count)
        hours = self.hours or None
        return {
            "hours": self.hours,
            "instances": self.instances,
            "alarms": self.count,
            "per_hour": hours and self.count / hours,
            "low_95": hours and low / hours,
            "high_95": hours and high / hours,
            "disconnects": self.disconnects,
            "disconnects_high_95_per_hour": hours and interval(self.disconnects)[1] / hours,
        }


@dataclass(slots=True)
class Scores:
    """All that is told of a listener; `as_dict` is what ``--json`` prints.

    Attributes
    ----------
    hours, calls : float, int
    kinds : mapping of str to Found
    strata : mapping of (kind, stratum) to Found
    overall : Alarms
    late : mapping of str to int
        Reports of each kind that were right and late.
    confused : mapping of (kind, kind) to int
        Reports of the second kind where the first happened.
    kind_alarms, classes : mapping of str to Alarms
        False alarms of each kind, and in each class of what went on.
    disconnected : int
        Calls with a false alarm of grade ``disconnect``.
    uncut_hours : float
        Hours of calls until the first of those, if any.
    certainty : list of (float, bool)
        Probability and rightness of each report that is found or false.
    distinct : DistinctClips
        False alarms by distinct recording.
    """

    hours: float = 0.0
    calls: int = 0
    kinds: dict[str, Found] = field(default_factory=dict)
    strata: dict[tuple[str, str], Found] = field(default_factory=dict)
    overall: Alarms = field(default_factory=Alarms)
    kind_alarms: dict[str, Alarms] = field(default_factory=dict)
    classes: dict[str, Alarms] = field(default_factory=dict)
    false: dict[str, list[float]] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    confused: dict[tuple[str, str], int] = field(default_factory=dict)
    certainty: list[tuple[float, bool]] = field(default_factory=list)
    disconnected: int = 0
    uncut_hours: float = 0.0
    cpu_s: float = 0.0
    state_bytes: int = 0
    distinct: DistinctClips = field(default_factory=DistinctClips)

    def disconnected_per_1000_calls(self) -> dict[str, float | None]:
        """Return false disconnects per 1 000 calls of 15 minutes, with an exact interval."""
        if not self.uncut_hours:
            return {"rate": None, "low_95": None, "high_95": None}
        low, high = interval(self.disconnected)
        told = {"rate": float(self.disconnected), "low_95": low, "high_95": high}
        # A call that is cut ends: so many of those that would go on for 15 minutes do not.
        return {
            name: 1000 * (1.0 - exp(-CALL_OF_H * mean / self.uncut_hours))
            for name, mean in told.items()
        }

    def curve(self, kind: str) -> list[tuple[float, float, float]]:
        """Return (threshold, false alarms per hour, share found) of a kind, thresholds falling."""
        found = self.kinds[kind]
        false = sorted(self.false.get(kind, ()))
        best = sorted(found.best)
        points = []
        for threshold in sorted({*false, *best}, reverse=True):
            alarms = len(false) - bisect_left(false, threshold)
            share = (len(best) - bisect_left(best, threshold)) / max(found.labels, 1)
            points.append((threshold, alarms / max(self.hours, 1e-9), share))
        return points

    def found_at(self, kind: str) -> dict[float, float]:
        """Return the share found at each rate of `AT_PER_HOUR`, or less."""
        points = self.curve(kind)
        return {
            rate: max((share for _, alarms, share in points if alarms <= rate), default=0.0)
            for rate in AT_PER_HOUR
        }

    def calibration(self) -> tuple[float | None, list[dict[str, float]]]:
        """Return the expected calibration error, and (mean probability, share right) of bins.

        Source
        ------
        Naeini, Cooper, Hauskrecht, AAAI 29 (2015): bins of equal width.
        """
        if not self.certainty:
            return None, []
        error, bins = 0.0, []
        for number in range(CALIBRATION_BINS):
            inside = [
                (sure, right) for sure, right in self.certainty
                if min(int(sure * CALIBRATION_BINS), CALIBRATION_BINS - 1) == number
            ]  # fmt: skip
            if not inside:
                continue
            mean = sum(sure for sure, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            error += abs(mean - share) * len(inside) / len(self.certainty)
            bins.append({"reports": len(inside), "probability": mean, "right": share})
        return error, bins

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        error, bins = self.calibration()
        return {
            "hours": self.hours,
            "calls": self.calls,
            "kinds": {
                kind: {
                    **found.as_dict(),
                    "false": self.kind_alarms[kind].as_dict(),
                    "late": self.late.get(kind, 0),
                    "found_at_false_alarms_per_hour": {
                        f"{rate:g}": share for rate, share in self.found_at(kind).items()
                    },
                    "curve": _thinned(self.curve(kind)),
                }
                for kind, found in self.kinds.items()
            },
            "strata": {"/".join(names): one.as_dict() for names, one in self.strata.items()},
            "false_alarms": self.overall.as_dict(),
            "classes": {name: one.as_dict() for name, one in self.classes.items()},
            "confused": {"/".join(pair): count for pair, count in sorted(self.confused.items())},
            "distinct_clips": self.distinct.as_dict(),
            "disconnected_calls": self.disconnected,
            "disconnected_per_1000_calls_of_15_min": self.disconnected_per_1000_calls(),
            "expected_calibration_error": error,
            "calibration": bins,
            "cpu_s_per_channel_second": self.cpu_s / max(7200 * self.hours, 1e-9),
            "state_bytes": self.state_bytes or None,
        }  # fmt: skip


def _thinned(points: list[tuple[float, float, float]]) -> list[list[float]]:
    """Return at most 200 points of a curve."""
    step = max(1, len(points) // 200)
    return [list(point) for point in points[::step]]


def quantile(values: Iterable[float], share: float) -> float | None:
    """Return a quantile, interpolated; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def score(records: Iterable[Record], clips: Sequence[Clip] = ()) -> Scores:
    """Sum up what a listener made of calls.

    Parameters
    ----------
    records : iterable of Record
    clips : sequence of Clip, optional
        The recordings that were played in them, by number; needed if there were any.

    Source
    ------
    own; docs/bench.md. F. Garwood (1936) and Clopper and Pearson (1934) for the intervals.
    """
    made = Scores(
        kind_alarms={kind: Alarms() for kind in KINDS}, distinct=DistinctClips(clips)
    )  # fmt: skip
    for record in records:
        _count(made, record)
    for one in made.kind_alarms.values():
        one.hours = made.hours
    made.overall.hours = made.hours
    made.kinds = {kind: made.kinds[kind] for kind in KINDS if kind in made.kinds}
    made.strata = dict(
        sorted(made.strata.items(), key=lambda each: (KINDS.index(each[0][0]), each[0]))
    )
    made.classes = dict(sorted(made.classes.items()))
    return made


def _count(made: Scores, record: Record) -> None:
    hours = record.seconds / 3600
    made.hours += hours
    made.calls += 1
    made.cpu_s += record.cpu_s
    made.state_bytes = max(made.state_bytes, record.state_bytes or 0)
    _count_labels(made, record)
    cut_s = record.seconds
    alarms_at: list[tuple[float, bool]] = []
    for one in judged(record):
        if one.verdict == "tolerated":
            continue
        if one.verdict == "late":
            made.late[one.heard.kind] = made.late.get(one.heard.kind, 0) + 1
            continue
        made.certainty.append((one.heard.probability, one.verdict == "found"))
        if one.verdict == "found":
            continue
        if one.verdict == "confused":
            pair = one.where, one.heard.kind
            made.confused[pair] = made.confused.get(pair, 0) + 1
            continue
        cut = one.heard.grade == "disconnect"
        alarms_at.append((one.heard.detected_ms / 1000, cut))
        if cut:
            cut_s = min(cut_s, one.heard.detected_ms / 1000)
        where = made.classes.setdefault(one.where, Alarms())
        for alarms in (made.overall, made.kind_alarms[one.heard.kind], where):
            alarms.count += 1
            alarms.disconnects += cut
        made.false.setdefault(one.heard.kind, []).append(one.heard.probability)
    made.distinct.count(unpacked(record.played), alarms_at)
    made.disconnected += any(cut for _, cut in alarms_at)
    made.uncut_hours += cut_s / 3600


def _count_labels(made: Scores, record: Record) -> None:
    covered = 0.0
    for label in record.labels:
        lasts_s = max(0.0, min(label.last_s, record.seconds) - max(0.0, label.first_s))
        if label.kind == INNOCENT:
            where = made.classes.setdefault(label.stratum, Alarms())
            where.hours += lasts_s / 3600
            where.instances += 1
            covered += lasts_s
            continue
        end_s = max(label.last_s, label.end_s + TOLERANT_S)
        inside = min(end_s, record.seconds) - max(0.0, label.first_s)
        covered += inside
        where = made.classes.setdefault(f"in {label.kind}", Alarms())
        where.hours += inside / 3600
        where.instances += 1
        right = right_reports(record, label)
        kinds = made.kinds.setdefault(label.kind, Found())
        for found in (kinds, made.strata.setdefault((label.kind, label.stratum), Found())):
            found.labels += 1
            if right:
                found.best.append(max(one.probability for one in right))
                first_s = min(one.detected_ms for one in right) / 1000
                found.latency_s.append(first_s - label.evident_s)
    talk = made.classes.setdefault(TALK, Alarms())
    talk.hours += max(0.0, record.seconds - covered) / 3600
    talk.instances += 1
