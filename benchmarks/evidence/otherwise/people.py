"""People who are not among the speakers: other throats, other pitch, other melody, other haste.

Of each speaker a dozen are made, by Praat's «Change gender»: the spectral envelope is stretched by
resampling, pitch and duration by overlap and add. They say other recordings of the speaker than a
simulated call would let him say, in another order. What is made is kept beside the recordings.

Source: P. Boersma, D. Weenink, Praat manual, «Sound: Change gender...»; E. Moulines and
F. Charpentier, Pitch-synchronous waveform processing techniques, Speech Communication 9 (1990).
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

import numpy as np

from securecall.errors import BuildError
from securecall.fraud.bench.corpora import Talker
from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.sound import SAMPLE_RATE_HZ, Audio, at_level
from securecall.fraud.conform.levels import Pcm

__all__ = ["PEOPLE", "SPOKEN_DBM0", "person"]

#: So many are made of each speaker, each of so much talk.
PEOPLE: Final = 12
TALK_S: Final = 120.0
SPOKEN_DBM0: Final = -20.0
#: Formants are multiplied by so much: from a tall man's of a woman's, to a child's.
FORMANTS: Final = (0.85, 1.18)
#: The median pitch goes along with them, and strays by so much (sigma of its logarithm).
STRAYS, PITCH = 0.18, (0.6, 1.7)
#: From which to which pitch a voice is looked for, in Hz.
LOWEST_HZ, HIGHEST_HZ = 75.0, 600.0
#: No melody falls lower.
DEEPEST_HZ: Final = 45.0
#: The melody's range and the duration are multiplied by so much.
MELODY: Final = (0.5, 1.5)
DURATION: Final = (0.85, 1.2)
FULL: Final = np.float32(32767)


def person(talker: Talker, number: int, folder: Path | None = None) -> Audio:
    """Return what one of the people who are made of a speaker says, at `SPOKEN_DBM0`.

    Parameters
    ----------
    talker : Talker
    number : int
        Below `PEOPLE`; the same is the same person, who says the same.
    folder : path, optional
        Where what has been made is kept.

    Raises
    ------
    BuildError
        Praat is not on this machine.
    """
    kept = None if folder is None else folder / f"{talker.name}-{_digest(talker)}-{number:02d}.s16"
    if kept is not None and kept.is_file():
        return np.fromfile(kept, "<i2").astype(np.float32) / FULL
    made = np.rint(_made(talker, number) * FULL).clip(-FULL, FULL).astype("<i2")
    if kept is not None:
        _keep(kept, made)
    return made.astype(np.float32) / FULL


def _digest(talker: Talker) -> str:
    """Return some digits that are others for a speaker of the name with other recordings."""
    told = [f"{clip.path} {clip.name} {clip.first} {clip.samples}" for clip in talker.clips]
    return sha256("\n".join(told).encode()).hexdigest()[:8]


def _keep(path: Path, samples: Pcm) -> None:
    """Write a file at once: several processes make the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    samples.tofile(beside)
    beside.replace(path)


def _words(talker: Talker, order: np.random.Generator) -> Audio:
    """Return what a speaker says, some other of his recordings in another order."""
    if not talker.clips:
        return talker.speech()
    parts: list[Audio] = []
    for place in order.permutation(len(talker.clips)).tolist():
        parts.append(talker.clips[place].audio())
        if sum(map(len, parts)) >= TALK_S * SAMPLE_RATE_HZ:
            break
    return np.concatenate(parts)


def _made(talker: Talker, number: int) -> Audio:
    try:
        from parselmouth import Sound
        from parselmouth.praat import call, run
    except ImportError:
        raise BuildError("other people need Praat: pip install praat-parselmouth") from None
    draw = dice(number, talker.name, "people")
    said = Sound(_words(talker, draw.random).astype(np.float64), SAMPLE_RATE_HZ)
    pitch = said.to_pitch(0.01, LOWEST_HZ, HIGHEST_HZ)
    heard_hz = pitch.selected_array["frequency"]
    voiced_hz = heard_hz[heard_hz > 0]
    formants = draw.exactly(*FORMANTS)
    other = float(np.clip(formants * np.exp(STRAYS * draw.random.standard_normal()), *PITCH))
    median_hz = other * float(np.median(voiced_hz)) if len(voiced_hz) else 0.0
    melody, deepest_hz = draw.exactly(*MELODY), other * float(min(voiced_hz, default=0.0))
    if median_hz > deepest_hz:  # Praat goes on for ever where the melody falls below nothing
        melody = min(melody, (median_hz - DEEPEST_HZ) / (median_hz - deepest_hz))
    duration = draw.exactly(*DURATION)
    run(f"random_initializeWithSeedUnsafelyButPredictably: {number}")  # for what has no pitch
    made = call([said, pitch], "Change gender", formants, median_hz, melody, duration)
    return at_level(cast(Audio, made.values[0].astype(np.float32)), SPOKEN_DBM0)
