"""Where somebody speaks in a recording, leg by leg, as stretches of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall.fraud.recording import Recording
from securecall.fraud.speech import Activity, SpeechDetector

if TYPE_CHECKING:
    from numpy import int16
    from numpy.typing import NDArray

__all__ = ["JOIN_MS", "Talk"]

FRAME_MS: Final = 20
JOIN_MS: Final = 500
"""Silence between words that still belongs to a stretch."""


class Talk:
    """Hears speech on the legs of a recording, while its blocks pass.

    Parameters
    ----------
    recording : Recording

    Attributes
    ----------
    stretches : dict of str to list of tuple
        Of each leg, (from_ms, to_ms); pauses of up to half a second are part of a stretch.
    spoken_ms : dict of str to int
        Of each leg, frames of speech alone.

    Source
    ------
    own.
    """

    __slots__ = ("_ears", "_frames", "_open", "spoken_ms", "stretches")

    def __init__(self, recording: Recording) -> None:
        self._ears = {leg: SpeechDetector(recording.heard_hz) for leg in recording.legs}
        self._frames = 0
        self._open = dict.fromkeys(recording.legs, False)
        self.stretches: dict[str, list[tuple[int, int]]] = {leg: [] for leg in recording.legs}
        self.spoken_ms = dict.fromkeys(recording.legs, 0)

    def take(self, block: NDArray[int16]) -> None:
        """Hear the next block, int16, shape (samples, legs)."""
        frames = 0
        for place, (leg, ear) in enumerate(self._ears.items()):
            told = ear.feed(block[:, place].copy())
            frames = len(told)
            for n, activity in enumerate(told, self._frames):
                self._frame(leg, n * FRAME_MS, activity)
        self._frames += frames

    def _frame(self, leg: str, at_ms: int, activity: Activity) -> None:
        found = self.stretches[leg]
        if activity is Activity.SPEECH:
            self.spoken_ms[leg] += FRAME_MS
            if self._open[leg] and at_ms - found[-1][1] <= JOIN_MS:
                found[-1] = (found[-1][0], at_ms + FRAME_MS)
            else:
                found.append((at_ms, at_ms + FRAME_MS))
            self._open[leg] = True
        elif activity is not Activity.SILENCE:  # another sound in between parts two stretches
            self._open[leg] = False
