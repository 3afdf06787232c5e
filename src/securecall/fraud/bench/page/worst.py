"""Which misses and false alarms are worth a look: the worst of each kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.score import Record, Scores, judged, right_reports

__all__ = ["Case", "false_alarms", "misses"]

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Case:
    """A miss or a false alarm.

    Attributes
    ----------
    record : Record
    from_s, to_s : float
        What it is about.
    what : str
        In words.
    label : Label or None
        What was missed.
    heard : Heard or None
        What was false.
    """

    record: Record
    from_s: float
    to_s: float
    what: str
    label: Label | None = None
    heard: Heard | None = None


def _varied(
    things: Sequence[Thing], most: int, sort_of: Callable[[Thing], Hashable]
) -> list[Thing]:
    """Return the first things, but one of each sort before a second of any."""
    seen: dict[Hashable, int] = {}
    rounds = []
    for place, thing in enumerate(things):
        sort = sort_of(thing)
        seen[sort] = seen.get(sort, 0) + 1
        rounds.append((seen[sort], place, thing))
    rounds.sort(key=lambda each: each[:2])
    return [thing for _, _, thing in rounds[:most]]


def misses(records: Sequence[Record], scores: Scores, kind: str, most: int) -> list[Case]:
    """Return the worst misses of a kind: of the strata in which most is found.

    Source
    ------
    own.
    """
    shares = {
        names[1]: len(found.best) / found.labels
        for names, found in scores.strata.items()
        if names[0] == kind
    }
    missed = [
        (record, label)
        for record in records
        for label in record.labels
        if label.kind == kind and not right_reports(record, label)
    ]
    missed.sort(key=lambda each: (-shares[each[1].stratum], each[0].index, each[1].start_s))
    return [
        Case(
            record, label.start_s, label.end_s,
            f"missed: {label.stratum}" + (f" ({label.detail})" if label.detail else "")
            + f"; of its stratum {100 * shares[label.stratum]:.0f} % were found",
            label=label,
        )
        for record, label in _varied(missed, most, lambda each: each[1].stratum)
    ]  # fmt: skip


def false_alarms(records: Sequence[Record], kind: str, most: int) -> list[Case]:
    """Return the worst false alarms of a kind: those that would disconnect, then the surest.

    Source
    ------
    own.
    """
    found = [
        (record, one)
        for record in records
        for one in judged(record)
        if one.verdict == "false" and one.heard.kind == kind
    ]
    found.sort(
        key=lambda each: (
            each[1].heard.grade != "disconnect", -each[1].heard.probability, each[0].index,
            each[1].heard.detected_ms,
        )
    )  # fmt: skip
    return [
        Case(
            record, one.heard.start_ms / 1000, one.heard.detected_ms / 1000,
            f"false alarm, {one.heard.grade}, {one.heard.probability:.2f} sure, while: {one.where}",
            heard=one.heard,
        )
        for record, one in _varied(found, most, lambda each: each[1].where)
    ]  # fmt: skip
