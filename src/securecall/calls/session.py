"""Session: a live call that is listened to, and what the policy makes of what is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from securecall.calls.actions import (
    NOTHING,
    Action,
    Actions,
    Alert,
    Listen,
    Note,
    Play,
    Review,
)
from securecall.calls.course import ENDED, PROMPTING, TALKING
from securecall.calls.ears import Ears
from securecall.calls.ending import FRAUD
from securecall.calls.live import LiveCall
from securecall.calls.tape import taped
from securecall.errors import InputError
from securecall.fraud.detector import ToneDetector
from securecall.fraud.review_queue import review

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.record import HeardEvent
    from securecall.calls.terms import Terms
    from securecall.fraud.event import Event
    from securecall.ledger.instant import At

__all__ = ["Session"]


class Session(LiveCall):
    """A live call that is listened to.

    Its monitor begins at acceptance, and its clock is the media's: what was lost must be told with
    `feed_gap`. Audio is not kept. Where many calls are heard by one `MonitorBank`, its events come
    in by `take`, and ``monitor=None`` in the terms keeps the calls from making monitors.

    Parameters
    ----------
    attempt, decision, terms, facility, at, on_end
        As `securecall.calls.held.HeldCall`.

    Raises
    ------
    InputError
        The gate found it privileged: nobody may listen.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ("_digits", "_ears")

    def __init__(
        self, attempt: CallAttempt, decision: Decision, *, terms: Terms, facility: str, at: At,
        on_end: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        if decision.privileged:
            raise InputError(f"call {attempt.call_id!r} is privileged: begin a PrivilegedSession")
        super().__init__(attempt, decision, terms=terms, facility=facility, at=at, on_end=on_end)
        self._ears: Ears | None = None
        self._digits: ToneDetector | None = None

    @property
    def monitored(self) -> bool:
        """Whether its sound went to a monitor."""
        return self._ears is not None

    @property
    def events(self) -> tuple[Event, ...]:
        """What was heard so far."""
        return () if self._ears is None else tuple(self._ears.events)

    def feed(self, frame: Any, leg: str = "called") -> Actions:
        """Hear some audio of a leg; return what the policy asks for.

        Parameters
        ----------
        frame : bytes or buffer of int16
            As the monitor takes it. Before acceptance only digits are listened for, and only where
            the prompts say so; while the two sides are parted and after the end nothing is heard.
        leg : {"called", "calling"}

        Raises
        ------
        InputError, InputTypeError
            As `securecall.fraud.CallMonitor.feed`.

        Source
        ------
        own; docs/calls.md.
        """
        ears = self._ears
        if ears is None:
            return self._feed_digits(frame, leg) if self._digits is not None else NOTHING
        events = ears.feed(frame, leg)
        return self.take(events) if events else NOTHING

    @taped
    def feed_gap(self, duration_ms: int, leg: str = "called") -> Actions:
        """Let audio of a leg pass that was lost; it is evidence of nothing.

        Parameters
        ----------
        duration_ms : int
        leg : {"called", "calling"}

        Raises
        ------
        InputError
            As `securecall.fraud.CallMonitor.feed_gap`.

        Source
        ------
        own; docs/calls.md.
        """
        if self._ears is None:
            return NOTHING
        events = self._ears.gap(duration_ms, leg)
        return self._judge(events) if events else NOTHING

    @taped
    def signal(
        self, kind: str, value: Any = None, at_ms: float | None = None, leg: str = "called"
    ) -> Actions:
        """Take in what signalling knows: as evidence while people talk, as the answer before.

        Parameters
        ----------
        kind, value, at_ms, leg
            As `securecall.fraud.CallMonitor.signal`; milliseconds of audio since acceptance.

        Raises
        ------
        InputError
            As there.

        Source
        ------
        own; docs/calls.md.
        """
        if self._ears is None or self._ears.monitor is None:
            return super().signal(kind, value, at_ms, leg)
        events = self._ears.signal(kind, value, at_ms, leg)
        return self._judge(events) if events else NOTHING

    def take(self, events: Iterable[Event]) -> Actions:
        """Judge events that a monitor found, in its order; return what the policy asks for.

        Parameters
        ----------
        events : iterable of Event
            Of a monitor whose clock began at acceptance.

        Source
        ------
        own; docs/calls.md.
        """
        return self._take(tuple(events))

    @taped
    def _take(self, events: tuple[Event, ...]) -> Actions:
        return self._judge(events) if self._ears is not None and self._ears.open else NOTHING

    @taped
    def staff(self, action: str, by: str, at: At, reason: str | None = None) -> Actions:
        """Do what a member of staff wants: see `securecall.calls.live.LiveCall.staff`.

        ``listen`` and ``barge_in`` too, which a privileged call does not have.

        Parameters
        ----------
        action, by : str
        at : datetime or int
        reason : str, optional

        Raises
        ------
        InputError
            No such action, or it cannot be done now.

        Source
        ------
        own; docs/calls.md.
        """
        if action not in ("listen", "barge_in"):
            return super().staff(action, by, at, reason)
        found = self.tick(at)
        if self.state == ENDED:
            return found
        if self.state != TALKING:
            raise InputError(f"a call that is {self.state} cannot be listened to")
        self._acted(action, by)
        return (*found, Listen(by, speak=action == "barge_in"))

    def sound(self, leg: str) -> None:
        """Note that a leg is heard again after a gap; `feed` does it by itself.

        Parameters
        ----------
        leg : {"called", "calling"}

        Source
        ------
        own.
        """
        if self._ears is not None:
            self._ears.sound(leg)

    def _judge(self, events: Iterable[Event]) -> Actions:
        """Do what the policy says about events; once the call is over, only tell of them."""
        found: list[Action] = []
        ears = self._ears
        assert ears is not None, "events come from ears"
        for event in events:
            decision = ears.policy.decide(event)
            actions = decision.actions
            ears.keep(event, actions)
            if "note" in actions:
                found.append(Note(event, decision))
            if "alert" in actions:
                found.append(Alert(event, decision, decision.reason))
            if "warn" in actions and ears.open:
                found.append(Play(decision.play, "both", "policy"))
            item = review(
                event, decision, call_id=self.call_id, media_start_ms=ears.since_ms,
                about={"facility": self.facility, "person": self.person, "number": self.number},
            )  # fmt: skip
            if item is not None:
                found.append(Review(item))
            if "disconnect" in actions and ears.open:
                found += self._cut_for(event, ears.since_ms)
        return tuple(found)

    def _cut_for(self, event: Event, since_ms: int) -> Actions:
        """End the call for an event at the instant at which it was detected, or part its sides."""
        at_ms = since_ms + int(event.detected_ms)
        cut = self._cut_due(at_ms)
        if self.state == ENDED:
            return cut
        code = FRAUD.get(event.kind, "fraud_detected")
        self._now_ms = max(self._now_ms, at_ms)
        if self._terms.hold:
            return self._pause(at_ms, code)
        return self._finish(at_ms, code, "policy")

    # What the course of the call asks of the ears -------------------------------------------------

    def _ask(self) -> None:
        if self._terms.prompts.inband:
            self._digits = ToneDetector(**self._terms.sound)

    def _feed_digits(self, frame: Any, leg: str) -> Actions:
        """Listen for the digit that answers the prompt; it counts at the next `tick`."""
        if self.state == PROMPTING and leg == "called" and self._digits is not None:
            for event in self._digits.feed(frame):
                if event.kind == "dtmf" and not event.ended:
                    super().signal("dtmf", event.detail)
        return NOTHING

    def _hear(self, since_ms: int) -> None:
        self._digits = None
        if self._decision.monitor:
            monitor = self._terms.new_monitor()
            self._ears = Ears(monitor, self._terms.judge.begin(0.0), since_ms, self._tape)

    def _park(self) -> None:
        if self._ears is not None:
            self._ears.park()

    def _unpark(self, away_ms: int) -> None:
        if self._ears is not None:
            self._post(*self._judge(self._ears.unpark(away_ms)))

    def _quiet(self) -> None:
        self._digits = None
        if self._ears is not None:
            self._post(*self._judge(self._ears.close()))

    def _heard(self) -> tuple[HeardEvent, ...]:
        return () if self._ears is None else self._ears.heard()

    def _silent_since(self, ended_ms: int) -> int | None:
        return None if self._ears is None else self._ears.silent_since_ms(ended_ms)
