"""Ears: the monitor of one call, when its sound began and stopped, and what was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from securecall.calls.record import HeardEvent

if TYPE_CHECKING:
    from securecall.calls.tape import Tape
    from securecall.fraud.call_policy import CallPolicy
    from securecall.fraud.event import Event
    from securecall.fraud.monitor import CallMonitor

__all__ = ["DAY_MS", "EVENTS_MAX", "Ears"]

#: A record names so many events of a call; a keypad that is played on makes more.
EVENTS_MAX: Final = 2_000
DAY_MS: Final = 86_400_000
#: Sound that stopped so long before the end was lost; less is a packet or two.
LOST_MS: Final = 1_000


class Ears:
    """The monitor of one call, and what was heard.

    Attributes
    ----------
    monitor : CallMonitor or None
        None while nothing is listened to, and where the sound is heard elsewhere.
    policy : CallPolicy
    since_ms : int
        The instant at which the monitor's clock is 0.
    events : list of Event
    """

    __slots__ = (
        "_done", "_lost", "_parked", "_tape", "events", "heard_ms", "monitor", "open", "policy",
        "since_ms",
    )  # fmt: skip

    def __init__(
        self, monitor: CallMonitor | None, policy: CallPolicy, since_ms: int, tape: Tape | None
    ) -> None:
        self.monitor = monitor
        self.policy = policy
        self.since_ms = since_ms
        self.open = True
        self.events: list[Event] = []
        self.heard_ms: int | None = None
        self._done: list[str] = []
        self._lost: dict[str, float] = {}
        self._parked: CallMonitor | None = None
        self._tape = tape

    def feed(self, frame: Any, leg: str) -> list[Event]:
        """Hear some audio; return the events that it completes."""
        monitor = self.monitor
        if monitor is None:
            return []
        events = monitor.feed(frame, leg)
        if self._lost:
            self.sound(leg)
        return events

    def sound(self, leg: str) -> None:
        """Note that a leg is heard again."""
        if self._lost.pop(leg, None) is not None and self._tape is not None:
            self._tape.note("sound", [leg], {})

    def gap(self, duration_ms: int, leg: str) -> list[Event]:
        """Let audio pass that was lost."""
        monitor = self.monitor
        if monitor is None:
            return []
        if leg not in self._lost:
            self._lost[leg] = self._said("now", monitor.now_ms)
        return self._noted(monitor.feed_gap(duration_ms, leg))

    def signal(self, kind: str, value: Any, at_ms: float | None, leg: str) -> list[Event]:
        """Take in what signalling knows."""
        assert self.monitor is not None, "who takes in signals listens"
        return self._noted(self.monitor.signal(kind, value, at_ms, leg))

    def park(self) -> None:
        """Listen to nothing while the two sides are parted."""
        self._parked, self.monitor = self.monitor, None
        self.open = False

    def unpark(self, away_ms: int) -> list[Event]:
        """Go on listening; the time between was heard by nobody and is evidence of nothing."""
        self.monitor, self._parked = self._parked, None
        self.open = True
        monitor = self.monitor
        if monitor is None:
            return []
        gap_ms = min(away_ms, DAY_MS)
        found = [event for leg in monitor.legs for event in monitor.feed_gap(gap_ms, leg)]
        return self._noted(found)

    def close(self) -> list[Event]:
        """Listen no more; return the events that this makes."""
        monitor = self.monitor or self._parked
        self.monitor = self._parked = None
        self.open = False
        if monitor is None:
            return []
        heard = self._said("now", monitor.now_ms if monitor.legs else None)
        if heard is not None:
            heard = min([heard, *self._lost.values()])
            self.heard_ms = self.since_ms + int(heard)
        return self._noted(monitor.finish())

    def silent_since_ms(self, ended_ms: int) -> int | None:
        """Return when the sound stopped, if it stopped before the end."""
        heard = self.heard_ms
        return heard if heard is not None and ended_ms - heard >= LOST_MS else None

    def keep(self, event: Event, actions: tuple[str, ...]) -> None:
        """Note an event and what was done about it."""
        if len(self.events) < EVENTS_MAX:
            self.events.append(event)
            self._done.append("+".join(actions))

    def heard(self) -> tuple[HeardEvent, ...]:
        """Return the events as a record has them."""
        return tuple(
            HeardEvent(event.id, event.kind, event.grade, round(event.detected_ms), done)
            for event, done in zip(self.events, self._done, strict=True)
            if not event.ended
        )

    def _noted(self, events: list[Event]) -> list[Event]:
        if self._tape is not None:
            self._tape.note("monitor", events)
        return events

    def _said(self, what: str, value: Any) -> Any:
        if self._tape is not None:
            self._tape.note(what, value)
        return value
