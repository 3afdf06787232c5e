"""A folder of recordings, small enough to make for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from securecall.fraud.bench.voices import spoken

__all__ = ["folders"]


def folders(root: Path) -> Path:
    """Write ten speakers with 24 s each, dogs at 16 kHz and creatures without a name."""
    for speaker in range(10):
        for part in range(2):
            path = root / "speech" / f"speaker{speaker}" / f"{part}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, spoken(speaker)[part * 96_000 :][:96_000], 8000)
    for pack in range(6):
        path = root / "household" / f"home{pack}" / "dog_bark.wav"
        path.parent.mkdir(parents=True)
        soundfile.write(path, np.random.default_rng(pack).normal(0, 0.1, 16_000), 16_000)
    for pack in range(4):
        path = root / "household" / f"forest{pack}" / "creature.wav"
        path.parent.mkdir(parents=True)
        soundfile.write(path, np.random.default_rng(pack).normal(0, 0.1, 8_000), 8_000)
    (root / "readme.txt").write_text("no sound")
    return root
