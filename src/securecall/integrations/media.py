"""What a wire says, whichever it is: opened, audio, a signal, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["UNITS_PER_MS", "Audio", "Closed", "MediaEvent", "Opened", "Signal"]

UNITS_PER_MS: Final = 16
"""Time is counted in sixteenths of a millisecond: a sample is one at 16 kHz and two at 8 kHz."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A call's audio begins.

    Attributes
    ----------
    call : str
        The id by which the other side knows the call; empty if it has not said one.
    legs : tuple of str
        Which legs it brings, ``called`` and ``calling``.
    told : mapping of str to str
        What else the other side said of the call. Not to be believed more than it is.

    Source
    ------
    own.
    """

    call: str
    legs: tuple[str, ...]
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audio:
    """Some audio of a leg.

    Attributes
    ----------
    leg : str
    payload : bytes
    encoding : {"s16le", "mulaw", "alaw"}
    rate_hz : int
    stamp : int or None
        When it begins by the sender's clock, in `UNITS_PER_MS`; None if the wire has no time.

    Source
    ------
    own.
    """

    leg: str
    payload: bytes = field(repr=False)
    encoding: str = "s16le"
    rate_hz: int = 8000
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What was signalled beside the audio: a digit, a flash.

    Attributes
    ----------
    name : str
        As for `CallMonitor.signal`.
    value : str, int or None
    leg : str
    stamp : int or None
        As of `Audio`.

    Source
    ------
    own.
    """

    name: str
    value: str | int | None
    leg: str = "called"
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The wire brings nothing more.

    Attributes
    ----------
    reason : str
        ``hangup``, ``closed``, or what the other side said.

    Source
    ------
    own.
    """

    reason: str


MediaEvent = Opened | Audio | Signal | Closed
