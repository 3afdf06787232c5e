"""MonitorBank: the same as a CallMonitor for thousands of calls at once, without the GIL."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from math import inf
from operator import index
from typing import Any, Literal

from securecall import _cues
from securecall.errors import InputError, InputTypeError
from securecall.fraud.course import Course
from securecall.fraud.event import Event
from securecall.fraud.hearing import SAMPLES_PER_MS, gap_samples
from securecall.fraud.monitoring import Parameters, checked_signal, instant, unsealed
from securecall.fraud.tones import TonePlan

__all__ = ["MonitorBank"]

CHANNELS_MAX = 1_000_000


class MonitorBank:
    """Watches many calls at once; events equal a CallMonitor's with the same legs, bit for bit.

    Not for two threads at once.

    Parameters
    ----------
    channels : int
        Calls: 1 to a million.
    sample_rate_hz, plan, max_false_alarms_per_hour, report_ends, detectors
        As for `CallMonitor`. Audio is s16le.
    legs : sequence of {"called", "calling"}
        Of every call. With both, rows are pairs: called, calling.

    Raises
    ------
    InputError
        A parameter that is not known or out of range.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from array import array
    >>> from securecall.fraud import MonitorBank
    >>> frames = memoryview(array("h", bytes(2 * 3 * 160))).cast("B").cast("h", (3, 160))
    >>> MonitorBank(3).feed(frames)
    []
    """

    __slots__ = ("_courses", "_parameters", "_watches")

    def __init__(
        self, channels: int, sample_rate_hz: int = 8000, *,
        plan: TonePlan | str | None = "north_america",
        max_false_alarms_per_hour: float | None = None, report_ends: bool = False,
        legs: Iterable[str] = ("called",), detectors: Iterable[Any] | None = None,
    ) -> None:  # fmt: skip
        if type(channels) is not int or not 1 <= channels <= CHANNELS_MAX:
            raise InputError(f"channels must be 1 to {CHANNELS_MAX:,}, not {channels!r}")
        if legs is None:
            raise InputTypeError("legs must be given: every call of a bank has the same")
        self._parameters = Parameters(
            sample_rate_hz, "s16le", plan=plan, report_ends=report_ends, legs=legs,
            max_false_alarms_per_hour=max_false_alarms_per_hour, detectors=detectors,
        )  # fmt: skip
        self._watches = _cues.Watches(
            self._parameters.hearing.setup, channels, tuple(self._numbers.values())
        )
        # A call of which nothing was heard yet has no course: most of a bank's memory is C's.
        self._courses: dict[int, Course] = {}

    @property
    def _numbers(self) -> dict[str, int]:
        return self._parameters.numbers or {}

    @property
    def channels(self) -> int:
        """How many calls there are."""
        return self._watches.count

    @property
    def legs(self) -> tuple[str, ...]:
        """Legs of every call, in the order of their rows."""
        return tuple(self._numbers)

    def feed(self, frames: Any, lengths: Any = None, gap_ms: Any = None) -> list[tuple[int, Event]]:
        """Hear a row of samples a leg of each call; return (channel, event), by channel.

        Parameters
        ----------
        frames : buffer of int16, shape (channels, samples) or, of two legs, (channels, 2, samples)
            C-contiguous; not changed, not kept.
        lengths : buffer of int32, shape (channels,) or (channels, 2), optional
            How many samples of each row count; the rest is not looked at.
        gap_ms : sequence of int, shape (channels,) or (channels, 2), optional
            Milliseconds that were lost before each row.

        Raises
        ------
        InputError
            Shapes that do not fit, a length beyond a row, a gap below 0 or beyond a day.
        InputTypeError
            Other types.
        MemoryError
            There was no memory for the events of this call. The audio was heard; go on.

        Source
        ------
        own; docs/fraud.md.
        """
        pairs = self._watches.legs == 2
        try:
            rows = _rows(frames, "h", 3) if pairs else frames
            counts = _rows(lengths, "i", 2) if pairs and lengths is not None else lengths
            found = self._watches.feed(rows, counts, self._gaps(gap_ms, pairs))
        except (TypeError, ValueError, BufferError) as error:
            other = str(error).startswith(("Buffer dtype", "Big-endian", "Little-endian"))
            if other or not isinstance(error, ValueError):
                raise InputTypeError(f"frames must be int16, lengths int32: {error}") from None
            raise InputError(f"frames, lengths or gap_ms: {error}") from None
        made: list[tuple[int, Event]] = []
        for channel, items in found:
            self._course(channel).hold(items)
            for event in self._release(channel):
                made.append((channel, event))
        return made

    def signal(
        self, channel: int, name: str, value: Any = None, at_ms: float | None = None,
        leg: str = "called",
    ) -> list[Event]:  # fmt: skip
        """Take in what signalling knows of a call, as `CallMonitor.signal` does.

        Parameters
        ----------
        channel : int
            The call, from 0.
        name, value, at_ms, leg
            As for `CallMonitor.signal`.

        Raises
        ------
        InputError
            There is no such channel, or as `CallMonitor.signal`.

        Source
        ------
        own; docs/fraud.md.
        """
        channel = self._mine(channel)
        number = checked_signal(name, value, leg)
        now = self._watches.come(channel)
        at = instant(now / SAMPLES_PER_MS if at_ms is None else at_ms)
        course = self._course(channel)
        course.reach(now)
        course.signal(name, value, at * SAMPLES_PER_MS, number)
        return self._release(channel)

    def finish(self, channel: int) -> list[Event]:
        """End what lasts in a call, because it is over; return the events that this makes.

        Parameters
        ----------
        channel : int
            The call, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/fraud.md.
        """
        channel = self._mine(channel)
        course = self._course(channel)
        if course.due < inf:
            course.reach(self._watches.come(channel))
        course.hold(self._watches.finish(channel))
        self._watches.wake(channel, inf)
        now = max(self._watches.now(channel, number) for number in self._numbers.values())
        return course.end(now)

    def reset(self, channel: int) -> None:
        """Begin a channel anew, for another call.

        Parameters
        ----------
        channel : int
            The call, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/fraud.md.
        """
        self._watches.reset(self._mine(channel))
        self._courses.pop(channel, None)

    def save(self, channel: int) -> bytes:
        """Return what a call remembers; `CallMonitor.restore` can go on with it, and `restore`.

        Parameters
        ----------
        channel : int
            The call, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/fraud.md.
        """
        channel = self._mine(channel)
        heard = [[leg, 0] for leg in self._numbers]
        course = self._course(channel)
        course.reach(self._watches.come(channel))
        return self._parameters.sealed(course, self._watches.save(channel), {"heard": heard})

    def restore(self, channel: int, saved: bytes) -> None:
        """Have a channel go on where another call was when it was saved.

        Parameters
        ----------
        channel : int
            The call, from 0.
        saved : bytes
            What `save` returned, here or of a `CallMonitor` with the same parameters.

        Raises
        ------
        InputError
            There is no such channel, or it was saved with other parameters or by another version.
        InputTypeError
            Not bytes.

        Source
        ------
        own; docs/fraud.md.
        """
        channel = self._mine(channel)
        told, engine = unsealed(saved)
        if not self._parameters.same(told["parameters"]):
            raise InputError("saved: this state was saved by a monitor with other parameters")
        course = self._parameters.course_of(told)
        try:
            self._watches.load(channel, engine)
        except ValueError as error:
            raise InputError(f"saved: {error}") from None
        self._courses[channel] = course
        self._watches.wake(channel, course.due)

    def _course(self, channel: int) -> Course:
        course = self._courses.get(channel)
        if course is None:
            course = self._courses[channel] = self._parameters.course()
        return course

    def _release(self, channel: int) -> list[Event]:
        """Let a call hear what its time has come for; the engine says when there is more."""
        course = self._course(channel)
        made = course.release(self._watches.come(channel))
        self._watches.wake(channel, course.due)
        return made

    def _mine(self, channel: int) -> int:
        if type(channel) is not int or not 0 <= channel < self._watches.count:
            raise InputError(f"channel must be 0 to {self._watches.count - 1}, not {channel!r}")
        return channel

    def _gaps(self, gap_ms: Any, pairs: bool) -> array[int] | None:
        """Return lost samples a row."""
        if gap_ms is None:
            return None
        try:
            flat = [each for pair in gap_ms for each in pair] if pairs else gap_ms
            return array("i", [gap_samples(index(each)) for each in flat])
        except TypeError as error:
            raise InputError(f"gap_ms must be a whole number a leg: {error}") from None


def _rows(buffer: Any, kind: Literal["h", "i"], dimensions: int) -> memoryview:
    """Return a buffer with the legs of a call as rows of their own."""
    view = memoryview(buffer)
    if view.ndim != dimensions or view.shape is None or view.shape[1] != 2:
        raise ValueError(f"two legs a call: {dimensions} dimensions, the second of 2")
    if view.itemsize != array(kind).itemsize or view.format not in (kind, f"<{kind}", "l"):
        raise TypeError(f"not {view.format!r}")
    if not view.c_contiguous:
        raise ValueError("not contiguous")
    if 0 in view.shape:
        raise ValueError("no samples: say with lengths that none of a row count")
    return view.cast("B").cast(kind, (view.shape[0] * 2, *view.shape[2:]))
