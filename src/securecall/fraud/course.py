"""The course of a call: items of the engine in their order, detectors that hear them, events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from math import inf
from typing import Any, Final

from securecall.fraud.cues import CUES, ITEM_VALUES, LEGS, Heard
from securecall.fraud.event import Event
from securecall.fraud.finding import Detector, Explain, Finding
from securecall.fraud.hearing import SAMPLES_PER_MS, Hearing
from securecall.fraud.json_values import told_of, value_of
from securecall.fraud.signalled import signalled

__all__ = ["Course"]

RECENT: Final = 60_000 * SAMPLES_PER_MS
RECENT_MOST: Final = 64
#: Places in an instant: what signalling told, events, cues; behind all legs the wakes.
SIGNAL: Final = -2
EVENT: Final = -1
WAKING: Final = len(LEGS)
CHANGE: Final = CUES.index("change")
SPOKEN: Final = "spoken"
SETTING_UP: Final = ("dial", "stutter", "ringback")
SOURCES_TO_DISCONNECT: Final = 2

ZEROS: Final = (0.0,) * ITEM_VALUES

_NAMES: Final = ("tone", "dtmf", "mf")


class Course:
    """What a monitor keeps of a call beside the engine's state; its detectors' view of the call.

    Items are taken in any order and heard in that of (when they were known, leg), as far as every
    leg has come: how the audio was cut, and how the legs' pieces followed each other, is no matter.

    Parameters
    ----------
    hearing : Hearing
    makers : mapping of str to callable
        Of detectors.
    explain : callable
    least : mapping of str to float
        Of each kind, the probability below which nothing is told.

    Source
    ------
    own.
    """

    __slots__ = (
        "_asking", "_by_kind", "_changes", "_detectors", "_explain", "_going", "_hearing", "_held",
        "_ids", "_least", "_open", "_order", "_recent", "answered_ms", "legs", "ringing_ms", "told",
    )  # fmt: skip

    def __init__(
        self, hearing: Hearing, makers: Mapping[str, Callable[[], Detector]], explain: Explain,
        least: Mapping[str, float],
    ) -> None:  # fmt: skip
        self._hearing = hearing
        self._explain = explain
        self._least = least
        self._detectors: tuple[Detector, ...] = tuple(make() for make in makers.values())
        # Changes are most of what the engine tells; they are nothing where nobody listens.
        self._changes = any(CUES[CHANGE] in each.hears for each in self._detectors)
        self._by_kind: dict[str, tuple[tuple[int, Detector], ...]] = {}
        self._held: list[tuple[Any, ...]] = []
        self._order = 0
        self._ids = 0
        self._asking = 0
        self._going: dict[str, int] = {}
        self._open: dict[tuple[str, str], Event] = {}
        self._recent: deque[tuple[Any, ...]] = deque(maxlen=RECENT_MOST)
        self.legs: tuple[str, ...] = ()
        self.answered_ms: float | None = None
        self.ringing_ms: float | None = None
        self.told: float = -1

    @property
    def busy(self) -> bool:
        """Whether something waits for its time."""
        return bool(self._held)

    @property
    def due(self) -> float:
        """The sample at which something has its time; infinity if nothing waits for it."""
        return self._held[0][0] if self._held else inf

    def recent(self) -> list[Heard]:
        """Return what was heard in the last minute."""
        return [self._heard(*entry) for entry in self._recent]

    def wake(self, at_ms: float) -> None:
        """Let the detector that hears now hear again at an instant."""
        at = max(at_ms * SAMPLES_PER_MS, self.told)
        self._hold(at, WAKING, self._asking, None)

    def hold(self, items: Iterable[tuple[Any, ...]]) -> None:
        """Keep items of the engine until their time comes."""
        for at, leg, kind, what in items:
            if kind != CHANGE or self._changes:
                self._hold(at, leg, kind, what)

    def signal(self, name: str, value: Any, at: float, leg: int = 0) -> None:
        """Keep what signalling told of a leg."""
        self._hold(at, leg, SIGNAL, (name, value))

    def reach(self, horizon: float) -> None:
        """Know that everything up to an instant was heard."""
        self.told = max(self.told, horizon)

    def _hold(self, at: float, leg: int, kind: int, what: Any) -> None:
        self._order += 1
        heappush(self._held, (at, leg, kind, self._order, what))

    def release(self, horizon: float, last: float = inf) -> list[Event]:
        """Let be heard what was known up to an instant, and wakes up to the last one."""
        made: list[Event] = []
        held = self._held
        while held and held[0][0] <= horizon:
            at, leg, kind, _, what = heappop(held)
            self.told = max(self.told, at)
            if leg != WAKING:
                made += self._one(at, leg, kind, what)
            elif at <= last:
                woken = self._detectors[kind]
                item = Heard(at / SAMPLES_PER_MS, "", "wake", at / SAMPLES_PER_MS)
                made += self._found(kind, woken, item)
        if horizon < inf:
            self.told = max(self.told, horizon)
        return made

    def end(self, now: float) -> list[Event]:
        """Let everything be heard that is left, and end what lasts."""
        made = self.release(inf, now)
        at_ms = now / SAMPLES_PER_MS
        made += self._tell(Heard(at_ms, "", "end", at_ms))
        if self._hearing.report_ends:
            for event in sorted(self._open.values(), key=lambda each: each.id):
                made.append(_ended(event, at_ms, at_ms, event.detail))
        self._open.clear()
        return made

    def _one(self, at: int, leg: int, kind: int, what: Any) -> list[Event]:
        """Hear one item."""
        if kind > EVENT and kind != CHANGE:
            # Most cues are for nobody's ears: the last minute's are kept for who looks back.
            name = CUES[kind]
            if name != SPOKEN and not self._wanting(name):
                self._keep(at, leg, kind, what)
                return []
        made: list[Event] = []
        if kind == EVENT and what[0] != _NAMES.index("mf"):
            what = self._numbered(leg, what)
        elif kind == SIGNAL and what[0] in ("dtmf", "flash"):
            self._ids += 1
            what = (*what, self._ids)
        item = self._heard(at, leg, kind, what)
        if item.event is not None and item.kind != "mf":
            if self._hearing.report_ends or not item.event.ended:
                made.append(item.event)
        if kind != CHANGE:
            self._keep(at, leg, kind, what)
        if self.answered_ms is None:
            self._follow(item)
        return made + self._tell(item)

    def _keep(self, at: int, leg: int, kind: int, what: Any) -> None:
        """Keep an item for a minute."""
        recent = self._recent
        recent.append((at, leg, kind, what))
        while recent[0][0] < at - RECENT:
            recent.popleft()

    def _numbered(self, leg: int, raw: Sequence[Any]) -> tuple[Any, ...]:
        """Return an event of the ears with a number of this call."""
        key = f"{leg} {raw[2]}"
        if raw[3]:
            number = self._going.pop(key, 0)
        else:
            self._ids += 1
            number = self._going[key] = self._ids
        return (*raw[:2], number, *raw[3:])

    def _heard(self, at: float, leg: int, kind: int, what: Any) -> Heard:
        """Return an item in words."""
        at_ms = at / SAMPLES_PER_MS
        if kind == EVENT:
            event = self._hearing.event(what, LEGS[leg])
            return Heard(at_ms, LEGS[leg], event.kind, event.start_ms, event)
        if kind == SIGNAL:
            name, value = what[:2]
            if len(what) > 2:
                event = replace(signalled(what[2], name, value, at_ms), leg=LEGS[leg])
                return Heard(at_ms, LEGS[leg], event.kind, at_ms, event, (), name, value)
            return Heard(at_ms, LEGS[leg], "signal", at_ms, None, (), name, value)
        start, values = what
        return Heard(at_ms, LEGS[leg], CUES[kind], start / SAMPLES_PER_MS, None, _whole(values))

    def _follow(self, item: Heard) -> None:
        """Follow how far the call is: set up, ringing, answered."""
        outside = "called" if "called" in self.legs else "calling"
        if item.name == "answer" or (item.kind == SPOKEN and item.leg == outside):
            self.answered_ms, self.ringing_ms = item.at_ms, None
        elif item.kind == "tone" and item.event is not None:
            if item.event.ended:
                # It rang, and rings no more: somebody has answered, though nobody has spoken yet.
                if item.event.detail == "ringback":
                    self.ringing_ms = None
            elif item.event.detail.startswith(SETTING_UP):
                self.ringing_ms = item.event.start_ms

    def _tell(self, item: Heard) -> list[Event]:
        """Let all detectors that want it hear an item."""
        made: list[Event] = []
        for place, detector in self._wanting(item.kind):
            made += self._found(place, detector, item)
        return made

    def _wanting(self, kind: str) -> tuple[tuple[int, Detector], ...]:
        """Return who hears items of a kind."""
        wanting = self._by_kind.get(kind)
        if wanting is None:
            wanting = self._by_kind[kind] = tuple(
                (place, each) for place, each in enumerate(self._detectors) if kind in each.hears
            )
        return wanting

    def _found(self, place: int, detector: Detector, item: Heard) -> list[Event]:
        """Let a detector hear an item; return events of what it finds."""
        self._asking = place
        made: list[Event] = []
        for finding in detector.hear(item, self):
            made += self._ending(finding, item) if finding.ended else self._new(finding, item)
        return made

    def _new(self, found: Finding, item: Heard) -> list[Event]:
        finding = self._explain(found, self.recent())
        if finding is None or finding.probability < self._least.get(finding.kind, 0.0):
            return []
        grade = finding.grade
        if grade == "disconnect" and len(set(finding.sources)) < SOURCES_TO_DISCONNECT:
            grade = "alert"
        self._ids += 1
        event = Event(
            self._ids, finding.kind, grade, finding.start_ms, finding.end_ms, item.at_ms,
            finding.probability, finding.detail, finding.level_dbm0, dict(finding.cues), False,
            finding.leg,
        )  # fmt: skip
        made = []
        if finding.end_ms is None:
            before = self._open.pop((finding.kind, finding.key), None)
            if before is not None and self._hearing.report_ends:
                made.append(_ended(before, finding.start_ms, item.at_ms, before.detail))
            self._open[finding.kind, finding.key] = event
            return [*made, event]
        made.append(event)
        if self._hearing.report_ends:
            made.append(_ended(event, finding.end_ms, item.at_ms, event.detail))
        return made

    def _ending(self, finding: Finding, item: Heard) -> list[Event]:
        event = self._open.pop((finding.kind, finding.key), None)
        if event is None or not self._hearing.report_ends:
            return []
        end_ms = item.at_ms if finding.end_ms is None else finding.end_ms
        return [_ended(event, end_ms, item.at_ms, finding.detail)]

    def plain(self) -> dict[str, Any]:
        """Return what is remembered, as JSON takes it."""
        return {
            "held": [[*entry[:3], _saved(entry[2], entry[4])] for entry in sorted(self._held)],
            "ids": self._ids, "going": self._going,
            "open": [[key, told_of(event)] for (_, key), event in self._open.items()],
            "recent": [(*entry[:3], _saved(entry[2], entry[3])) for entry in self._recent],
            "legs": self.legs, "answered_ms": self.answered_ms,
            "ringing_ms": self.ringing_ms, "told": self.told,
            "detectors": {each.kind: each.save() for each in self._detectors},
        }  # fmt: skip

    def load(self, told: Mapping[str, Any]) -> None:
        """Remember what `plain` returned."""
        self._held = [(*entry[:3], place, entry[3]) for place, entry in enumerate(told["held"])]
        self._order = len(self._held)
        self._ids = told["ids"]
        self._going = dict(told["going"])
        self._open = {}
        for key, event in told["open"]:
            one = value_of(Event, event, "event")
            self._open[one.kind, key] = one
        self._recent = deque((tuple(entry) for entry in told["recent"]), maxlen=RECENT_MOST)
        self.legs = tuple(told["legs"])
        self.answered_ms, self.ringing_ms = told["answered_ms"], told["ringing_ms"]
        self.told = told["told"]
        for each in self._detectors:
            each.load(told["detectors"][each.kind])


def _whole(values: Sequence[float]) -> tuple[float, ...]:
    """Return a cue's numbers with the zeros that are not kept: all but changes have few."""
    return (*values, *ZEROS[len(values) :])


def _saved(kind: int, what: Any) -> Any:
    """Return what is kept of an item as it is saved; wakes, events and signals as they are."""
    return what if kind < 0 or what is None else (what[0], _whole(what[1]))


def _ended(event: Event, end_ms: float, at_ms: float, detail: str) -> Event:
    """Return the second event of what is over."""
    return replace(
        event, end_ms=end_ms, detected_ms=at_ms, probability=1.0, detail=detail, cues={},
        ended=True,
    )  # fmt: skip
