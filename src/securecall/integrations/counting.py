"""What there is to count of calls, events, decisions and postings; adapters make counters of it.

A counter is for graphs and alarms: in most systems it is a binary fraction. Money is counted in the
ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import singledispatch
from typing import Final, NamedTuple, TypeAlias

from securecall.calls.decision import Decision
from securecall.calls.record import CallRecord
from securecall.errors import InputTypeError
from securecall.fraud.event import Event
from securecall.ledger.values.posting import Posting

__all__ = ["COUNTERS", "Add", "Counter", "tell"]

# Takes a counter's name, what to add, and a word for each of its labels.
Add: TypeAlias = Callable[[str, float, dict[str, str]], object]


class Counter(NamedTuple):
    """A counter: its name, what it counts, and the labels that tell its series apart."""

    name: str
    about: str
    labels: tuple[str, ...]


COUNTERS: Final = {
    counter.name: counter
    for counter in (
        Counter("securecall_decisions", "Decisions of a gate", ("code",)),
        Counter("securecall_calls", "Calls that ended", ("facility", "reason", "status")),
        Counter("securecall_call_seconds", "Time from acceptance to the end", ("facility",)),
        Counter("securecall_charged_dollars", "What calls were charged, for graphs", ("facility",)),
        Counter("securecall_warnings", "Warnings that time runs out", ("facility",)),
        Counter("securecall_events", "Events heard on the line", ("kind", "grade")),
        Counter("securecall_posted_records", "Rated records by what became of them", ("code",)),
        Counter("securecall_posted_dollars", "What was posted of rated records", ()),
    )
}
"""Every counter by its name. Source: own; docs/counters.md."""


def tell(value: object, add: Add) -> None:
    """Count a value: a decision, the record of a call, an event, a posting.

    Raises
    ------
    InputTypeError
        There is nothing to count of it.

    Source
    ------
    own; docs/counters.md.

    Examples
    --------
    >>> event = Event(1, "keypad", "alert", 0.0, None, 60.0, 0.9, "5", -12.0)
    >>> tell(event, lambda name, amount, labels: print(name, amount, labels))
    securecall_events 1 {'kind': 'keypad', 'grade': 'alert'}
    """
    for name, amount, *words in _counts(value):
        labels = dict(zip(COUNTERS[name].labels, words, strict=True))
        add(name, amount, labels)


_Counts: TypeAlias = Iterator[tuple[str, float] | tuple[str, float, *tuple[str, ...]]]


@singledispatch
def _counts(value: object) -> _Counts:
    raise InputTypeError(
        "value must be a Decision, CallRecord, Event or Posting to be counted, not "
        f"{type(value).__name__}"
    )


@_counts.register
def _of_decision(value: Decision) -> _Counts:
    for reason in value.reasons:
        yield "securecall_decisions", 1, reason.code
    if value.allowed:
        yield "securecall_decisions", 1, "allowed"


@_counts.register
def _of_record(value: CallRecord) -> _Counts:
    yield "securecall_calls", 1, value.facility, value.reason, value.status
    yield "securecall_call_seconds", value.duration_ms / 1000, value.facility
    yield "securecall_charged_dollars", value.total_micros / 1_000_000, value.facility
    yield "securecall_warnings", len(value.warnings_ms), value.facility
    for event in value.events:
        yield "securecall_events", 1, event.kind, event.grade


@_counts.register
def _of_event(value: Event) -> _Counts:
    if not value.ended:  # told a second time when it was over
        yield "securecall_events", 1, value.kind, value.grade


@_counts.register
def _of_posting(value: Posting) -> _Counts:
    said = {"posted": value.posted, "already_posted": value.already, "free": value.free}
    for code, count in {**said, **value.refused}.items():
        yield "securecall_posted_records", count, code
    yield "securecall_posted_dollars", value.posted_micros / 1_000_000
