"""Flite, a small Festival in C.

Source: A. W. Black, K. Lenzo, Flite: a small fast run-time synthesis engine, SSW4 2001.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from benchmarks.speakers import debian
from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.reading import told

STRETCH: Final = (0.9, 1.15)


class Flite(Engine):
    """Voices that are linked into Flite."""

    __slots__ = ()

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "said.wav"
            for line in told(voice.language, draw):
                stretch = f"duration_stretch={draw.uniform(*STRETCH):.2f}"
                debian.run(
                    self.root,
                    ["flite", "-voice", voice.says, "--setf", stretch, "-t", line, "-o", str(path)],
                )
                yield soundfile.read(path, dtype="float32")
