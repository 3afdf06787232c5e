"""Our own detector, fed as a call would feed it: frames of 20 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall import __version__
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm, samples_of
from securecall.fraud.conform.multi_frequency import SYSTEMS
from securecall.fraud.conform.receivers import OURS, Heard

if TYPE_CHECKING:
    from securecall.fraud import ToneDetector

__all__ = ["Securecall"]

FRAME: Final = samples_of(20)


class Securecall:
    """The detector of this package."""

    name = OURS
    about = f"securecall {__version__}, ToneDetector"
    hears = frozenset({"digits", "tones", *SYSTEMS})

    def __init__(self) -> None:
        from securecall.fraud import ToneDetector

        self._detector = ToneDetector

    def _heard(self, detector: ToneDetector, audio: Pcm, kind: str) -> list[Heard]:
        heard = []
        for at in range(0, len(audio), FRAME):
            for event in detector.feed(audio[at : at + FRAME].tobytes()):
                if event.kind == kind:
                    heard.append(Heard(event.detail, float(event.detected_ms)))
        return heard

    def digits(self, audio: Pcm, standard: str = "bellcore") -> list[Heard]:
        """Return the keys heard."""
        return self._heard(self._detector(SAMPLE_RATE_HZ, dtmf=standard), audio, "dtmf")

    def signals(self, audio: Pcm, system: str) -> list[Heard]:
        """Return the multi-frequency signals heard."""
        return self._heard(self._detector(SAMPLE_RATE_HZ, mf=system), audio, "mf")

    def knows(self, plan: str, tone: str) -> bool:
        """Return True: it is asked for all of them."""
        return True

    def tones(self, audio: Pcm, plan: str = "north_america") -> list[Heard]:
        """Return the tones heard."""
        return self._heard(self._detector(SAMPLE_RATE_HZ, plan=plan), audio, "tone")
