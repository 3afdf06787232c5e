"""Open JTalk, which reads Japanese with hidden Markov models.

Source: K. Oura, S. Sako, K. Tokuda, Japanese text-to-speech synthesis system: Open JTalk, 2010.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.speakers import pypi
from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.reading import told

SPEED: Final = (0.9, 1.12)
HALF_TONES: Final = (-1.0, 1.0)


class OpenJTalk(Engine):
    """The voice that comes with pyopenjtalk."""

    __slots__ = ()

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        pypi.importable(self.python)
        import pyopenjtalk

        for line in told(voice.language, draw):
            # Vanilla: what pyopenjtalk adds to Open JTalk's reading wants a dictionary of 70 MB.
            yield pyopenjtalk.tts(
                line, draw.uniform(*SPEED), draw.uniform(*HALF_TONES), use_vanilla=True
            )
