"""Session: a live call that is listened to, and what the policy makes of what is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from securecall.calls.actions import NOTHING, Action, Actions, Alert, Note, Play, Review
from securecall.calls.ending import FRAUD
from securecall.calls.live import LiveCall
from securecall.calls.record import HeardEvent
from securecall.errors import InputError
from securecall.fraud.monitor import CallMonitor
from securecall.fraud.review_queue import review

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.terms import Terms
    from securecall.fraud.call_policy import CallPolicy
    from securecall.fraud.event import Event
    from securecall.ledger.instant import At

__all__ = ["Session"]

#: A record names so many events of a call; a keypad that is played on makes more.
EVENTS_MAX: Final = 2_000


class Session(LiveCall):
    """A live call that is listened to.

    Its monitor begins at acceptance, and its clock is the media's: what was lost must be told with
    `feed_gap`. Audio is not kept.

    Parameters
    ----------
    attempt, decision, terms, facility, at, on_end
        As `securecall.calls.live.LiveCall`.

    Attributes
    ----------
    events : list of Event
        What was heard.

    Raises
    ------
    InputError
        The gate found it privileged: nobody may listen.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ("_done", "_lost", "_monitor", "_parked", "_policy", "events")

    def __init__(
        self, attempt: CallAttempt, decision: Decision, *, terms: Terms, facility: str, at: At,
        on_end: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        if decision.privileged:
            raise InputError(f"call {attempt.call_id!r} is privileged: begin a PrivilegedSession")
        super().__init__(attempt, decision, terms=terms, facility=facility, at=at, on_end=on_end)
        self._monitor: CallMonitor | None = None
        self._parked: CallMonitor | None = None
        self._policy: CallPolicy | None = None
        self._lost: dict[str, float] = {}
        self.events: list[Event] = []
        self._done: list[str] = []

    @property
    def monitored(self) -> bool:
        """Whether its sound went to a monitor."""
        return self._policy is not None

    def feed(self, frame: Any, leg: str = "called") -> Actions:
        """Hear some audio of a leg; return what the policy asks for.

        Parameters
        ----------
        frame : bytes or buffer of int16
            As the monitor takes it. Before acceptance and after the end it is not heard.
        leg : {"called", "calling"}

        Raises
        ------
        InputError, InputTypeError
            As `securecall.fraud.CallMonitor.feed`.

        Source
        ------
        own; docs/calls.md.
        """
        monitor = self._monitor
        if monitor is None:
            return NOTHING
        events = monitor.feed(frame, leg)
        if self._lost:
            self._lost.pop(leg, None)
        return self._judge(events) if events else NOTHING

    def feed_gap(self, duration_ms: int, leg: str = "called") -> Actions:
        """Let audio of a leg pass that was lost; it is evidence of nothing.

        Raises
        ------
        InputError
            As `securecall.fraud.CallMonitor.feed_gap`.

        Source
        ------
        own; docs/calls.md.
        """
        monitor = self._monitor
        if monitor is None:
            return NOTHING
        self._lost.setdefault(leg, monitor.now_ms)
        events = monitor.feed_gap(duration_ms, leg)
        return self._judge(events) if events else NOTHING

    def signal(self, kind: str, value: Any = None, at_ms: float | None = None) -> Actions:
        """Take in what signalling knows: as evidence while people talk, as the answer before.

        Parameters
        ----------
        kind, value, at_ms
            As `securecall.fraud.CallMonitor.signal`; milliseconds of audio since acceptance.

        Raises
        ------
        InputError
            As there.

        Source
        ------
        own; docs/calls.md.
        """
        if self._monitor is None:
            return super().signal(kind, value, at_ms)
        events = self._monitor.signal(kind, value, at_ms)
        return self._judge(events) if events else NOTHING

    def _judge(self, events: Iterable[Event]) -> Actions:
        """Do what the policy says about events; once the call is over, only tell of them."""
        found: list[Action] = []
        policy = self._policy
        assert policy is not None, "a monitor has a policy"
        for event in events:
            decision = policy.decide(event)
            actions = decision.actions
            self._keep(event, actions)
            if "note" in actions:
                found.append(Note(event, decision))
            if "alert" in actions:
                found.append(Alert(event, decision, decision.reason))
            if "warn" in actions and self._monitor is not None:
                found.append(Play(decision.play, "both", "policy"))
            item = review(
                event, decision, call_id=self.call_id, media_start_ms=self.accepted_ms or 0,
                about={"facility": self.facility, "person": self.person, "number": self.number},
            )  # fmt: skip
            if item is not None:
                found.append(Review(item))
            if "disconnect" in actions and self._monitor is not None:
                found += self._cut_for(event)
        return tuple(found)

    def _keep(self, event: Event, actions: tuple[str, ...]) -> None:
        if len(self.events) < EVENTS_MAX:
            self.events.append(event)
            self._done.append("+".join(actions))

    def _heard(self) -> tuple[HeardEvent, ...]:
        return tuple(
            HeardEvent(event.id, event.kind, event.grade, round(event.detected_ms), done)
            for event, done in zip(self.events, self._done, strict=True)
            if not event.ended
        )

    def _cut_for(self, event: Event) -> Actions:
        """End the call for an event at the instant at which it was detected, or part its sides."""
        assert self.accepted_ms is not None, "who is heard has accepted"
        at_ms = self.accepted_ms + int(event.detected_ms)
        cut = self._cut_due(at_ms)
        if not self.running:
            return cut
        code = FRAUD.get(event.kind, "fraud_detected")
        self._now_ms = max(self._now_ms, at_ms)
        if self._terms.hold:
            return self._pause(at_ms, code)
        return self._finish(at_ms, code, "policy")

    def _hear(self) -> None:
        if self._decision.monitor:
            self._monitor = CallMonitor(**self._terms.monitor)
            self._policy = self._terms.judge.begin(0.0)

    def _park(self) -> None:
        self._parked, self._monitor = self._monitor, None

    def _unpark(self) -> None:
        self._monitor, self._parked = self._parked, None

    def _quiet(self) -> None:
        monitor = self._monitor or self._parked
        self._monitor = self._parked = None
        if monitor is not None:
            self._pending = (*self._pending, *self._judge(monitor.finish()))
