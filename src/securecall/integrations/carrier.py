"""What carries a wire to a monitor or a session: each leg's audio at its time, and the signals."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

from securecall.errors import InputError, WireError
from securecall.fraud.signalled import RFC4733_KEYS
from securecall.integrations.g711_bytes import s16le
from securecall.integrations.limits import AUDIO_BYTES_MAX, DIGITS_PER_S_MAX
from securecall.integrations.media import UNITS_PER_MS, Audio, Closed, MediaEvent, Opened, Signal
from securecall.integrations.media_clock import TOLERANCE, MediaClock, Piece

__all__ = ["Carrier", "Listener"]

KEYS = frozenset(RFC4733_KEYS)


class Listener(Protocol):
    """Who is carried to: a `CallMonitor`, a session of `securecall.calls`, or one of your own."""

    def feed(self, frame: bytes, leg: str = "called") -> Iterable[Any] | None:
        """Hear some audio of a leg."""

    def feed_gap(self, duration_ms: int, leg: str = "called") -> Iterable[Any] | None:
        """Let time pass on a leg of which nothing is known."""

    def signal(
        self, kind: str, value: Any, at_ms: float | None, leg: str
    ) -> Iterable[Any] | None:  # fmt: skip
        """Take in what was signalled of a leg: only the called one can accept a call."""


class Carrier:
    r"""Takes what a wire says to a listener, and returns what the listener says to it.

    Parameters
    ----------
    listener : Listener
        Made for audio of ``sample_rate_hz`` and ``encoding``.
    sample_rate_hz : {8000, 16000}
    encoding : {"s16le", "mulaw", "alaw"}
        G.711 becomes 16 bits if the listener wants them; nothing else is changed.

    Attributes
    ----------
    opened : Opened or None
    closed : Closed or None
        What the wire said of itself.
    clocks : dict of str to MediaClock

    Source
    ------
    own; docs/integrations.md.

    Examples
    --------
    >>> from securecall.fraud import CallMonitor
    >>> from securecall.integrations.audiosocket import AudioSocket
    >>> from securecall.integrations.carrier import Carrier
    >>> wire, carrier = AudioSocket(), Carrier(CallMonitor(legs=["called"]))
    >>> hello = b"\x01\x00\x10" + bytes(16)
    >>> [found for event in wire.feed_bytes(hello) for found in carrier.take(event, at_ms=0)]
    []
    >>> carrier.opened.legs
    ('called',)
    """

    __slots__ = (
        "_digits", "_encoding", "_hears", "_listener", "_now", "_rate_hz", "_since", "clocks",
        "closed", "opened",
    )  # fmt: skip

    def __init__(
        self, listener: Listener, *, sample_rate_hz: int = 8000, encoding: str = "s16le"
    ) -> None:
        if sample_rate_hz not in (8000, 16000):
            raise InputError(f"sample_rate_hz must be 8000 or 16000, not {sample_rate_hz!r}")
        self._listener, self._rate_hz, self._encoding = listener, sample_rate_hz, encoding
        self.opened: Opened | None = None
        self.closed: Closed | None = None
        self.clocks: dict[str, MediaClock] = {}
        self._now = self._since = 0
        # A session listens from its acceptance on; whoever has no such word listens already.
        self._hears: bool = getattr(listener, "monitored", True)
        self._digits: deque[int] = deque(maxlen=DIGITS_PER_S_MAX)

    def take(self, event: MediaEvent, at_ms: float) -> list[Any]:
        """Take in one thing that the wire said.

        Parameters
        ----------
        event : MediaEvent
        at_ms : float
            When it came, in milliseconds since the wire was opened, by a clock that only goes
            forward; what goes back counts as now.

        Raises
        ------
        WireError
            Audio of another form than the listener's, of a leg that was not announced or before
            any was, or more digits than anybody can press.

        Source
        ------
        own.
        """
        now = self._now = max(self._now, round(at_ms * UNITS_PER_MS))
        begun = self._with_listener(at_ms)
        if isinstance(event, Audio):
            return begun + self._audio(event, now)
        if isinstance(event, Signal):
            return begun + self._signal(event, now)
        if isinstance(event, Opened):
            return begun + self._open(event)
        self.closed = event
        for leg, clock in self.clocks.items():
            begun += self._tell(leg, clock.flush())
        return begun

    def tick(self, at_ms: float) -> list[Any]:
        """Let time pass; a leg that brings nothing holds the other back no longer than a second.

        Parameters
        ----------
        at_ms : float
            As for `take`.

        Source
        ------
        own.
        """
        now = self._now = max(self._now, round(at_ms * UNITS_PER_MS))
        made = self._with_listener(at_ms)
        for leg, clock in self.clocks.items():
            made += self._tell(leg, clock.idle(now))
        return made

    def listener_begins(self, at_ms: float) -> list[Any]:
        """Know that the listener's clock begins now: a session's does when it is accepted.

        Of a session it is seen by itself, with the next that comes; of a listener of one's own say
        it right before. Instants of signals count from there, and both legs are there at once.

        Parameters
        ----------
        at_ms : float
            As for `take`.

        Source
        ------
        own.
        """
        now = self._now = max(self._now, round(at_ms * UNITS_PER_MS))
        made = []
        for leg, clock in self.clocks.items():
            made += self._tell(leg, clock.flush() + clock.idle(now, TOLERANCE))
        self._since = now
        return made

    def _with_listener(self, at_ms: float) -> list[Any]:
        """See whether a session has begun to listen since the last that came."""
        if self._hears or not self._listener.monitored:  # type: ignore[attr-defined]
            return []
        self._hears = True
        return self.listener_begins(at_ms)

    def _open(self, event: Opened) -> list[Any]:
        if self.opened is not None:
            raise WireError("audio", "a wire is opened once")
        self.opened = event
        self.clocks = {leg: MediaClock() for leg in event.legs}
        # A gap of nothing says which legs there are, before either has brought anything.
        return [found for leg in event.legs for found in self._listener.feed_gap(0, leg=leg) or ()]

    def _audio(self, event: Audio, now: int) -> list[Any]:
        clock = self.clocks.get(event.leg)
        if clock is None:
            raise WireError("audio", f"there is no leg {event.leg!r} of {(*self.clocks,)}")
        if event.rate_hz != self._rate_hz:
            raise WireError(
                "audio", f"is of {event.rate_hz} Hz; the listener hears {self._rate_hz}"
            )
        if len(event.payload) > AUDIO_BYTES_MAX:
            raise WireError(
                "audio", f"{len(event.payload)} bytes at once; the most is {AUDIO_BYTES_MAX}"
            )
        samples = event.payload
        if event.encoding != self._encoding:
            if self._encoding != "s16le":
                raise WireError(
                    "audio", f"is {event.encoding}; the listener hears {self._encoding}"
                )
            samples = s16le(event.payload, event.encoding)
        elif event.encoding == "s16le":
            s16le(samples, "s16le")  # refuses half a sample
        width = 2 if self._encoding == "s16le" else 1
        units = len(samples) // width * (1000 * UNITS_PER_MS // self._rate_hz)
        made = self._tell(event.leg, clock.take(samples, units, now, event.stamp))
        for leg, other in self.clocks.items():
            if leg != event.leg:
                made += self._tell(leg, other.idle(now))
        return made

    def _signal(self, event: Signal, now: int) -> list[Any]:
        second = 1000 * UNITS_PER_MS
        if len(self._digits) == DIGITS_PER_S_MAX and now - self._digits[0] < second:
            raise WireError(
                "signals", f"more than {DIGITS_PER_S_MAX} in a second: nobody presses keys so"
            )
        self._digits.append(now)
        if event.name == "dtmf" and str(event.value).upper() not in KEYS:
            raise WireError("signals", f"{str(event.value)[:40]!r} is no key ({RFC4733_KEYS})")
        clock = self.clocks.get(event.leg)
        at = now
        if event.stamp is not None and clock is not None:
            at = clock.where(event.stamp, now)
        at = max(at - self._since, 0)
        return list(
            self._listener.signal(event.name, event.value, at / UNITS_PER_MS, event.leg) or ()
        )

    def _tell(self, leg: str, pieces: list[Piece]) -> list[Any]:
        made: list[Any] = []
        for piece in pieces:
            if isinstance(piece, int):
                made += self._listener.feed_gap(piece, leg=leg) or ()
            else:
                made += self._listener.feed(piece, leg=leg) or ()
        return made
