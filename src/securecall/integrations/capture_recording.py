"""A capture beside recordings: its legs heard one by one, and as blocks for pictures of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.fraud.detector import ToneDetector
from securecall.fraud.event import Event
from securecall.fraud.listening import Heard
from securecall.fraud.recording import Recording
from securecall.integrations.capture import read_capture
from securecall.integrations.carrier import Carrier, Listener
from securecall.integrations.media import Audio, Closed, Opened, Signal

if TYPE_CHECKING:
    from numpy import int16
    from numpy.typing import NDArray

__all__ = ["capture_recording", "hear_capture"]

RATE_HZ: Final = 8000
BLOCK_BYTES: Final = 2 * RATE_HZ


def hear_capture(
    path: str | Path, legs: Mapping[str, str] | None = None, **ears: Any
) -> Iterator[Heard]:
    """Yield what is heard on each leg of a capture; what was lost is evidence of nothing.

    Parameters
    ----------
    path, legs
        As for `securecall.integrations.capture.read_capture`; legs may have any names here.
    **ears
        For `ToneDetector`: ``dtmf``, ``mf``, ``plan``.

    Raises
    ------
    InputError, WireError
        As `read_capture`.

    Source
    ------
    own; docs/integrations.md.
    """
    detectors: dict[str, ToneDetector] = {}
    for leg, found in _carried(path, legs, detectors, ears):
        yield Heard(leg, found)
    for leg, detector in detectors.items():
        yield from (Heard(leg, event) for event in detector.finish())


def capture_recording(path: str | Path, legs: Mapping[str, str] | None = None) -> Recording:
    """Return a capture as a recording of its legs, 8 kHz, for pictures; what was lost is silent.

    Parameters
    ----------
    path, legs
        As for `hear_capture`.

    Raises
    ------
    InputError, WireError
        As `read_capture`.

    Source
    ------
    own.
    """
    names: tuple[str, ...] = ()
    last_ms = 0.0
    for event, at_ms in read_capture(path, legs):
        names = event.legs if isinstance(event, Opened) else names
        last_ms = max(last_ms, at_ms)
    samples = round(last_ms) * RATE_HZ // 1000
    source = _blocks(path, legs, names)
    return Recording(
        str(path), RATE_HZ, names, samples=samples, about="pcap, RTP G.711", source=source
    )  # fmt: skip


class _Ear:
    """A leg's detector, as a listener."""

    def __init__(self, detector: ToneDetector) -> None:
        self._detector = detector

    def feed(self, frame: bytes, leg: str = "called") -> list[Event]:
        return self._detector.feed(frame)

    def feed_gap(self, duration_ms: int, leg: str = "called") -> list[Event]:
        return self._detector.feed_gap(duration_ms)

    def signal(self, kind: str, value: Any, at_ms: float | None, leg: str) -> list[Event]:
        return self._detector.signal(kind, value, at_ms)


class _Tape:
    """A leg's samples until a block of all legs is whole."""

    def __init__(self) -> None:
        self.samples = bytearray()

    def feed(self, frame: bytes, leg: str = "called") -> None:
        self.samples += frame

    def feed_gap(self, duration_ms: int, leg: str = "called") -> None:
        self.samples += bytes(16 * duration_ms)

    def signal(self, kind: str, value: Any, at_ms: float | None, leg: str) -> None:
        return


def _each(
    path: str | Path, legs: Mapping[str, str] | None, make: Any
) -> Iterator[tuple[str, list[Any]]]:  # fmt: skip
    """Carry each leg to a listener of its own; yield what they say."""
    carriers: dict[str, Carrier] = {}
    for event, at_ms in read_capture(path, legs):
        if isinstance(event, Opened):
            for leg in event.legs:
                carriers[leg] = Carrier(make(leg))
                yield leg, carriers[leg].take(Opened("", (leg,)), at_ms)
        elif isinstance(event, Audio | Signal):
            yield event.leg, carriers[event.leg].take(event, at_ms)
        for leg, carrier in carriers.items():
            if isinstance(event, Closed):
                yield leg, carrier.take(event, at_ms)
            else:
                yield leg, carrier.tick(at_ms)


def _carried(
    path: str | Path, legs: Mapping[str, str] | None, detectors: dict[str, ToneDetector],
    ears: dict[str, Any],
) -> Iterator[tuple[str, Event]]:  # fmt: skip
    def make(leg: str) -> Listener:
        detectors[leg] = ToneDetector(RATE_HZ, report_ends=True, **ears)
        return _Ear(detectors[leg])

    for leg, found in _each(path, legs, make):
        yield from ((leg, event) for event in found)


def _blocks(
    path: str | Path, legs: Mapping[str, str] | None, names: tuple[str, ...]
) -> Iterator[NDArray[int16]]:
    """Yield a second of all legs after the other."""
    import numpy as np

    tapes = {leg: _Tape() for leg in names}

    def block(size: int) -> NDArray[int16]:
        parts = [
            np.frombuffer(tape.samples[:size].ljust(size, b"\0"), "<i2") for tape in tapes.values()
        ]
        for tape in tapes.values():
            del tape.samples[:size]
        return np.stack(parts, axis=1)

    for _ in _each(path, legs, tapes.__getitem__):
        while all(len(tape.samples) >= BLOCK_BYTES for tape in tapes.values()):
            yield block(BLOCK_BYTES)
    while rest := max((len(tape.samples) for tape in tapes.values()), default=0):
        yield block(min(rest, BLOCK_BYTES))
