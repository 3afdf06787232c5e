"""Receivers as this bench plays to them: audio in, what was heard and when out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

__all__ = ["HEARERS", "Alarm", "Hearer", "hearer"]

#: Mean level of the active parts: digits are sent loud, so that loud speech is what simulates them.
LEVELS_DBM0 = {"digits": -15.0, "tones": -20.0}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a receiver says it heard."""

    detail: str
    start_ms: float
    detected_ms: float
    evidence: dict[str, Any]


class Hearer(Protocol):
    """A receiver with a fresh state for each stream."""

    listens: str
    about: str

    def hear(self, samples: np.ndarray) -> list[Alarm]:
        """Return what it says of 8 kHz int16 audio."""
        ...


def _fingerprint(*names: str) -> str:
    """Name a build of ours: another engine or other plans are another detector."""
    import securecall

    root = Path(securecall.__file__).parent
    summed = hashlib.sha256()
    for name in names:
        for path in sorted(root.glob(name)):
            summed.update(path.read_bytes())
    return summed.hexdigest()[:10]


class Ours:
    """`securecall.fraud.ToneDetector`, fed a second at a time."""

    def __init__(self, listens: str, **parameters: Any) -> None:
        self.listens = listens
        self.parameters = parameters
        told = "".join(f" {name}={value}" for name, value in parameters.items())
        self.about = f"securecall ToneDetector{told} {_fingerprint('_dsp*.so', 'fraud/**/*.*')}"

    def hear(self, samples: np.ndarray) -> list[Alarm]:
        """Return the digits, or the tones."""
        from securecall.fraud import ToneDetector

        detector = ToneDetector(sample_rate_hz=8000, **self.parameters)
        kind = "dtmf" if self.listens == "digits" else "tone"
        heard = []
        for at in range(0, len(samples), 8000):
            heard += detector.feed(samples[at : at + 8000].tobytes())
        if hasattr(detector, "finish"):
            heard += detector.finish()
        return [
            Alarm(
                event.detail,
                float(event.start_ms),
                float(event.detected_ms),
                {
                    "end_ms": event.end_ms,
                    "probability": event.probability,
                    "cues": repr(getattr(event, "cues", None)),
                },
            )
            for event in heard
            if event.kind == kind
        ]


class Peer:
    """A receiver of the conformance bench."""

    def __init__(self, name: str, listens: str) -> None:
        from securecall.fraud.conform.receivers import receiver

        self._receiver = receiver(name)
        self.listens = listens
        self.about = self._receiver.about

    def hear(self, samples: np.ndarray) -> list[Alarm]:
        """Return the digits, or the tones; it tells no beginning."""
        if self.listens == "digits":
            heard = self._receiver.digits(samples, "bellcore")
        else:
            heard = self._receiver.tones(samples)
        return [
            Alarm(one.name, one.detected_ms or 0.0, one.detected_ms or 0.0, {}) for one in heard
        ]


HEARERS: dict[str, Callable[[], Hearer]] = {
    "digits": lambda: Ours("digits"),
    "tones": lambda: Ours("tones"),
    "digits-codec": lambda: Ours("digits", dtmf="codec"),
    "tones-monitor": lambda: Ours("tones", plan="monitor"),
    "spandsp-digits": lambda: Peer("spandsp", "digits"),
    "spandsp-tones": lambda: Peer("spandsp", "tones"),
}


def hearer(name: str) -> Hearer:
    """Make a receiver by name; a KeyError names what there is not."""
    return HEARERS[name]()
