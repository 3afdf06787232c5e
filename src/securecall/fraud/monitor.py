"""CallMonitor: what is happening in a call, as events, from the audio of one leg or both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from securecall.errors import InputError, InputTypeError
from securecall.fraud.cues import LEGS
from securecall.fraud.event import Event
from securecall.fraud.hearing import SAMPLES_PER_MS, gap_samples, refuse_frame
from securecall.fraud.monitoring import (
    Parameters,
    checked_signal,
    instant,
    no_leg,
    parameters_of,
    unsealed,
    watch_of,
)  # fmt: skip
from securecall.fraud.tones import TonePlan

__all__ = ["CallMonitor", "bench_listener"]

SETTLED: Final = 200 * SAMPLES_PER_MS
"""A leg has so much audio, and gets more, when it is settled which legs there are."""

LATE: Final = 6000 * SAMPLES_PER_MS
"""A leg that comes first when another has so much audio was not there before."""


class CallMonitor:
    """Watches a call and says what is heard: fraud, and digits and tones as they come.

    Audio may come in pieces of any length; the events are the same, bit for bit. Not for two
    threads at once.

    Events come in the order in which they were known, as soon as every leg of the call has come so
    far. With ``legs`` given, the pieces of both may follow each other in any way, even one leg as
    a whole and then the other. Without, a leg takes part from its first piece on: legs that are fed
    in turn are settled when one of them gets a further piece behind its first 200 ms, and until
    then nothing is told. A leg that comes later is heard from the call's beginning if the other has
    had less than 6 s, else from where the other is; it is told of from then on.

    Parameters
    ----------
    sample_rate_hz : {8000, 16000}
    encoding : {"s16le", "mulaw", "alaw"}
    plan : str, TonePlan or None
        Call-progress tones, as for `ToneDetector`.
    max_false_alarms_per_hour : float, optional
        How many of each kind may be told in an hour of calls, by the curves of
        `securecall.fraud.operating`; None for the detectors' own limits.
    report_ends : bool
        Have a second event when what was told is over.
    legs : sequence of {"called", "calling"}, optional
        Which legs there are: the outside, and the facility's.
    detectors : sequence, optional
        Names of detectors (`securecall.fraud.detectors.DETECTORS`), and classes of one's own; None
        for all.

    Raises
    ------
    InputError
        A parameter that is not known or out of range.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud import CallMonitor
    >>> monitor = CallMonitor()
    >>> monitor.feed(bytes(320)), monitor.finish()
    ([], [])
    """

    __slots__ = ("_busy", "_course", "_heard", "_numbers", "_parameters", "_watch")

    def __init__(
        self, sample_rate_hz: int = 8000, encoding: str = "s16le", *,
        plan: TonePlan | str | None = "north_america",
        max_false_alarms_per_hour: float | None = None, report_ends: bool = False,
        legs: Iterable[str] | None = None, detectors: Iterable[Any] | None = None,
    ) -> None:  # fmt: skip
        self._begin(Parameters(
            sample_rate_hz, encoding, plan=plan, report_ends=report_ends, legs=legs,
            max_false_alarms_per_hour=max_false_alarms_per_hour, detectors=detectors,
        ))  # fmt: skip

    def _begin(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._watch = watch_of(parameters)
        self._course = parameters.course()
        self._numbers = dict(parameters.numbers or {})
        self._heard = dict.fromkeys(self._numbers.values(), 0)
        self._busy = self._watch.open

    def feed(self, frame: Any, leg: str = "called") -> list[Event]:
        """Hear some audio of a leg; return the events that it completes.

        Parameters
        ----------
        frame : bytes or buffer of int16
            Any length, also none; for mu-law and A-law a byte a sample.
        leg : {"called", "calling"}

        Raises
        ------
        InputError
            An odd number of bytes of 16-bit samples, or no such leg.
        InputTypeError
            Neither bytes nor int16.
        MemoryError
            There was no memory for the events of this call. The audio was heard; go on.

        Source
        ------
        own; docs/fraud.md.
        """
        try:
            number = self._numbers[leg]
        except (KeyError, TypeError):
            number = self._join(leg)
        try:
            found = self._watch.feed(number, frame)
        except (ValueError, TypeError, BufferError) as error:
            refuse_frame(error)
        if found or self._busy:
            return self._take(number, found)
        return []

    def feed_gap(self, duration_ms: int, leg: str = "called") -> list[Event]:
        """Let audio of a leg pass that was lost; it is evidence of nothing.

        Parameters
        ----------
        duration_ms : int
            Whole milliseconds, 0 to a day.
        leg : {"called", "calling"}

        Raises
        ------
        InputError
            Not a whole number of milliseconds, from 0 to a day, or no such leg.

        Source
        ------
        own; docs/fraud.md.
        """
        samples = gap_samples(duration_ms)
        try:
            number = self._numbers[leg]
        except (KeyError, TypeError):
            number = self._join(leg)
        return self._take(number, self._watch.gap(number, samples))

    def signal(
        self, name: str, value: Any = None, at_ms: float | None = None, leg: str = "called"
    ) -> list[Event]:
        """Take in what signalling knows: it is heard among the rest at its instant.

        Parameters
        ----------
        name : str
            ``answer``, ``diversion``, ``transfer``, ``hold``, ``resume``, ``reinvite``, ``codec``,
            ``dtmf`` or ``flash``.
        value : str or number, optional
            Of dtmf a key or its RFC 4733 code; of flash how long it was in milliseconds; of
            others what there is to know: a number, a codec's name.
        at_ms : float, optional
            Milliseconds of audio since the monitor began; by default now. What is told later than
            audio behind it was heard is heard at once.
        leg : {"called", "calling"}
            Whose it is: who pressed the key.

        Raises
        ------
        InputError
            Another name, a value that does not fit it, an instant below 0, or no such leg.

        Source
        ------
        RFC 4733 (2006), clause 3.2, for dtmf and flash; own.
        """
        number = checked_signal(name, value, leg)
        at = instant(self.now_ms if at_ms is None else at_ms)
        if not self._watch.open:
            self._course.reach(min(self._clocks()))
        self._course.signal(name, value, at * SAMPLES_PER_MS, number)
        return [] if self._watch.open else self._release()

    def finish(self) -> list[Event]:
        """End what lasts, because the call is over; return the events that this makes.

        Source
        ------
        own; docs/fraud.md.
        """
        found = [*self._watch.close()] if self._watch.open else []
        for number in self._numbers.values():
            found += self._watch.finish(number)
        self._course.hold(found)
        self._busy = False
        return self._course.end(max(self._clocks(), default=0))

    @property
    def now_ms(self) -> float:
        """Milliseconds of audio that all legs of the call have had."""
        return min(self._clocks(), default=0) / SAMPLES_PER_MS

    @property
    def legs(self) -> tuple[str, ...]:
        """Legs that take part so far."""
        return tuple(self._numbers)

    def save(self) -> bytes:
        """Return all that the monitor remembers, its parameters among it; no audio, no voice print.

        Raises
        ------
        InputTypeError
            A detector of one's own saves what JSON does not take.

        Source
        ------
        own; docs/fraud.md.
        """
        heard = {"heard": [[leg, self._heard[number]] for leg, number in self._numbers.items()]}
        if not self._watch.open:
            self._course.reach(min(self._clocks()))
        return self._parameters.sealed(self._course, self._watch.save(), heard)

    @classmethod
    def restore(cls, state: bytes, detectors: Iterable[Any] | None = None) -> CallMonitor:
        """Return a monitor that goes on where another was when it was saved, bit for bit.

        Parameters
        ----------
        state : bytes
            What `save` returned.
        detectors : sequence, optional
            As for the monitor that was saved; needed only if some were one's own.

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            Saved by another version, damaged, or with other detectors.

        Source
        ------
        own; docs/fraud.md.
        """
        told, engine = unsealed(state)
        made = cls.__new__(cls)
        made._begin(parameters_of(told["parameters"], detectors))
        made._course = made._parameters.course_of(told)
        try:
            made._watch.load(engine)
        except ValueError as error:
            raise InputError(f"saved: {error}") from None
        made._numbers = {leg: LEGS.index(leg) for leg, _ in told["heard"]}
        made._heard = {LEGS.index(leg): heard for leg, heard in told["heard"]}
        made._busy = made._watch.open or made._course.busy
        return made

    def _clocks(self) -> list[int]:
        now = self._watch.now
        return [now(number) for number in self._numbers.values()]

    def _take(self, number: int, found: Any) -> list[Event]:
        """Take in items of a leg; return events."""
        self._course.hold(found)
        if self._watch.open:
            if self._heard[number] < SETTLED:
                self._heard[number] = self._watch.now(number)
                return []
            self._course.hold(self._watch.close())
            self._heard = dict.fromkeys(self._heard, 0)
        return self._release()

    def _release(self) -> list[Event]:
        made = self._course.release(min(self._clocks(), default=0))
        self._busy = self._course.busy
        return made

    def _join(self, leg: str) -> int:
        """Let a leg take part that has not yet; return its number."""
        if not isinstance(leg, str):
            raise InputTypeError(f"a leg is {' or '.join(LEGS)}, not {leg!r}")
        if leg not in LEGS:
            raise no_leg(leg)
        if self._parameters.numbers is not None:
            raise InputError(f"this monitor was made for legs={tuple(self._parameters.numbers)!r}")
        number = LEGS.index(leg)
        now = max(self._clocks(), default=0)
        if not self._watch.open and now >= LATE:
            self._course.hold(self._watch.gap(number, now))
        self._watch.join(number)
        self._heard[number] = 0
        self._numbers[leg] = number
        self._numbers = {each: self._numbers[each] for each in LEGS if each in self._numbers}
        self._course.legs = tuple(self._numbers)
        self._busy = True
        return number


def bench_listener() -> CallMonitor:
    """Return a monitor as `securecall bench` measures it: both legs, the detectors' own limits.

    Source
    ------
    own; docs/bench.md.
    """
    return CallMonitor(legs=LEGS)
