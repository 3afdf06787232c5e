"""The review queue: for each event that somebody should look at, all that is needed to judge it.

A queue is a stream of values, and as a file JSON Lines: append to it, pass it on, read it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from securecall.errors import InputError, InputTypeError
from securecall.fraud.call_policy import THRESHOLD_ENDS, Decision, evidence_in
from securecall.fraud.event import Event
from securecall.fraud.json_values import object_of, told_of, typed, value_of

if TYPE_CHECKING:
    from securecall.fraud.refund_case import RefundCase

__all__ = ["Evidence", "ReviewItem", "read_reviews", "review", "write_reviews"]


class Evidence(NamedTuple):
    """One cue of an event: its name with unit, its number, and the threshold it passed if told.

    Source
    ------
    own.
    """

    cue: str
    value: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An event of a call, what was done about it, and why.

    Attributes
    ----------
    call_id : str
        As the ledger and the call records know the call.
    media_start_ms : int
        The instant of the monitor's first audio, epoch milliseconds.
    event : Event
        With its cues.
    decision : Decision
    thresholds : mapping of str to float
        By the names of cues, where an event has none of its own: the cue ``snr_db_least`` is that
        of ``snr_db``, and so is ``snr_db_most``.
    about : mapping of str to str
        What else the host knows: facility, number, file of the recording, ...

    Source
    ------
    own; docs/fraud.md.
    """

    call_id: str
    media_start_ms: int
    event: Event
    decision: Decision
    thresholds: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if type(self.call_id) is not str or not self.call_id:
            raise InputTypeError(f"call_id must be text, not {self.call_id!r}")
        if type(self.media_start_ms) is not int:
            raise InputTypeError(
                f"media_start_ms must be whole epoch milliseconds, not {self.media_start_ms!r}"
            )
        if self.event.id != self.decision.event_id:
            raise InputError(
                f"the decision is about event {self.decision.event_id}, not {self.event.id}"
            )
        for name in ("thresholds", "about"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it travel to another process: a view of a mapping cannot."""
        told = (self.call_id, self.media_start_ms, self.event, self.decision)
        return ReviewItem, (*told, dict(self.thresholds), dict(self.about))

    @property
    def at_ms(self) -> int:
        """When it was decided, epoch milliseconds."""
        return self.media_start_ms + round(self.decision.at_ms)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Each cue beside its threshold: one of `thresholds`, or the event's own."""
        cues = self.event.cues
        return tuple(
            Evidence(name, cues[name], self._threshold(name)) for name in evidence_in(cues)
        )

    def _threshold(self, cue: str) -> float | None:
        own = [self.event.cues.get(f"{cue}_{end}") for end in THRESHOLD_ENDS]
        return self.thresholds.get(cue, next((each for each in own if each is not None), None))

    def as_json(self) -> str:
        """Return it as a line of JSON, without the newline.

        Source
        ------
        own.
        """
        told = {
            "call_id": self.call_id,
            "media_start_ms": self.media_start_ms,
            "event": told_of(self.event),
            "decision": told_of(self.decision),
            "thresholds": told_of(self.thresholds),
            "about": dict(self.about),
        }
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> ReviewItem:
        """Read what `as_json` returned.

        Parameters
        ----------
        line : str

        Raises
        ------
        InputError
            It is no line of a review queue.

        Source
        ------
        own.
        """
        told = object_of(line, [item.name for item in fields(cls)])
        return cls(
            typed("str", told["call_id"], "call_id"),
            typed("int", told["media_start_ms"], "media_start_ms"),
            value_of(Event, told["event"], "event"),
            value_of(Decision, told["decision"], "decision"),
            typed("Mapping[str, float]", told["thresholds"], "thresholds"),
            typed("Mapping[str, str]", told["about"], "about"),
        )

    def wrong(self, **judgement: Any) -> RefundCase:
        """Judge that the disconnect was wrong: the same as `RefundCase.of` of this item.

        Parameters
        ----------
        **judgement
            ``reason``, ``judged_by``, ``judged_at_ms`` and the others of `RefundCase.of`.

        Source
        ------
        own.
        """
        from securecall.fraud.refund_case import RefundCase

        return RefundCase.of(self, **judgement)


def review(
    event: Event, decision: Decision, *, call_id: str, media_start_ms: int,
    thresholds: Mapping[str, float] | None = None, about: Mapping[str, str] | None = None,
) -> ReviewItem | None:  # fmt: skip
    """Return what goes into the review queue about an event, or None if nothing does.

    Parameters
    ----------
    event : Event
    decision : Decision
        About this event.
    call_id : str
    media_start_ms : int
        The instant of the monitor's first audio, epoch milliseconds.
    thresholds, about : mapping, optional

    Raises
    ------
    InputError
        The decision is about another event.
    InputTypeError
        ``call_id`` is no text, or ``media_start_ms`` no whole number.

    Source
    ------
    own; docs/fraud.md.
    """
    if "review" not in decision.actions:
        return None
    return ReviewItem(call_id, media_start_ms, event, decision, thresholds or {}, about or {})


def write_reviews(target: str | Path | TextIO, items: Iterable[ReviewItem]) -> int:
    """Add items to a queue, a line each; return how many there were.

    Parameters
    ----------
    target : str, pathlib.Path or text file
        A path is appended to.
    items : iterable of ReviewItem

    Raises
    ------
    InputError
        The file cannot be written.

    Source
    ------
    own.
    """
    if not isinstance(target, str | Path):
        count = 0
        for item in items:
            target.write(item.as_json() + "\n")
            count += 1
        return count
    try:
        with Path(target).open("a", encoding="utf-8") as file:
            return write_reviews(file, items)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from None


def read_reviews(source: str | Path | Iterable[str]) -> Iterator[ReviewItem]:
    """Read a queue, item by item.

    Parameters
    ----------
    source : str, pathlib.Path, or iterable of str
        A path, or lines.

    Raises
    ------
    InputError
        The file cannot be read, or a line is none of a review queue: file and line are named.

    Source
    ------
    own.
    """
    if isinstance(source, str | Path):
        try:
            with Path(source).open(encoding="utf-8") as file:
                yield from _items(file, f"{source}:")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise InputError(f"{source}: cannot be read: {why}") from None
    else:
        yield from _items(source, "line ")


def _items(lines: Iterable[str], place: str) -> Iterator[ReviewItem]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                item = ReviewItem.from_json(line)
            except (InputError, InputTypeError) as error:
                raise InputError(f"{place}{number}: {error}") from None
            yield item
