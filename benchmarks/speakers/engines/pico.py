"""SVOX Pico, the engine of Android 1.6, as a module of Python."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.corpora.package import Unreachable
from benchmarks.speakers import pypi
from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.kept import Kept
from benchmarks.speakers.reading import told

RATE_HZ: Final = 16_000
#: Per cent of the usual.
SPEED, PITCH = (85, 112), (92, 108)


class Pico(Engine):
    """Voices of Pico, one for each language."""

    __slots__ = ()

    def fetch(self) -> dict[str, str]:
        built = all(Kept(self.python).version(package) for package in self.source.packages)
        if not built and not shutil.which("cc"):
            raise Unreachable("Pico is built from its source: apt install gcc python3-dev")
        return super().fetch()

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        pypi.importable(self.python)
        from ttspico import TtsEngine

        engine = TtsEngine(voice.says)
        for line in told(voice.language, draw):
            engine.rate = round(draw.uniform(*SPEED))
            engine.pitch = round(draw.uniform(*PITCH))
            said = engine.speak(line)
            yield np.frombuffer(bytes(said or b""), "<i2").astype(np.float32), RATE_HZ
