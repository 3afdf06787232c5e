"""Voices and sounds that are not among the recordings: other people, other microphones.

A network that hears few speakers learns them by heart: on calls of other seeds with the same
voices it found twice as many lines of another bandwidth as with voices that it did not know.

Source: T. Ko, V. Peddinti, D. Povey, S. Khudanpur, Audio augmentation for speech recognition,
Interspeech 2015 (speed); the microphones are own; for the people see `people`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

import numpy as np

from benchmarks.evidence.otherwise.lines import FurtherOut
from benchmarks.evidence.otherwise.people import PEOPLE, person
from benchmarks.evidence.otherwise.recordings import recorded
from securecall.fraud.bench import Call, Simulator
from securecall.fraud.bench.corpora import Clip, Corpora, Talker
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.sound import (
    HALF,
    SAMPLE_RATE_HZ,
    Audio,
    filtered,
    response,
    samples_of,
)

__all__ = ["Varied", "call_of", "varied"]

#: Sounds are played so many times as fast.
SLOWEST, FASTEST = 0.9, 1.2
#: Dice for so many recordings.
RECORDINGS: Final = 1 << 30
#: Decibels by which a microphone strays from flat, in the mean, and over how many hertz.
STRAYS_DB, OVER_HZ = 3.0, 500.0
#: Decibels an octave of its tilt beside: dull ones are commoner than sharp ones.
DULLEST_DB, SHARPEST_DB = -6.0, 3.0
HZ: Final = np.arange(HALF + 1) * (SAMPLE_RATE_HZ / (2 * HALF))


def faster(samples: Audio, speed: float) -> Audio:
    """Return samples played so many times as fast: pitch and formants go along."""
    import soxr

    rates = round(SAMPLE_RATE_HZ * speed), SAMPLE_RATE_HZ
    return cast(Audio, soxr.resample(samples, *rates, quality="MQ").astype(np.float32))


def microphone(draw: Dice) -> tuple[float, ...]:
    """Return the taps of a microphone that is not flat."""
    knots = np.arange(0, SAMPLE_RATE_HZ / 2 + OVER_HZ, OVER_HZ)
    db = np.interp(HZ, knots, STRAYS_DB * draw.random.standard_normal(len(knots)))
    db += draw.exactly(DULLEST_DB, SHARPEST_DB) * np.log2(np.maximum(HZ, 125.0) / 1000.0)
    return tuple(response(10.0 ** (db / 20.0)).tolist())


@dataclass(frozen=True, slots=True)
class Varied(Talker):
    """One of the people who are made of a speaker, by a microphone and in a recording of his."""

    person: int = 0
    recording: int = 0
    taps: tuple[float, ...] = ()
    folder: Path | None = None

    def speech(self) -> Audio:
        """Return what there is of the talker, so heard."""
        return _speech(self)

    def said(self, first: int, end: int) -> list[tuple[Clip, int, int]]:
        """Return nothing: which recordings these are is not counted."""
        return []


@lru_cache(maxsize=6)
def _speech(talker: Varied) -> Audio:
    plain = Talker(talker.name, talker.clips, talker.number)
    said = person(plain, talker.person, talker.folder)
    heard = filtered(said, np.array(talker.taps, np.float32))
    return recorded(heard, dice(talker.recording, talker.name, "recording"))


class _Sounds(Corpora):
    """Corpora whose sounds are played faster or slower."""

    __slots__ = ()

    def sound(
        self, name: str, draw: Dice, seconds: float, note: Callable[[Clip, int, int], object]
    ) -> Audio:
        speed = draw.exactly(SLOWEST, FASTEST)
        made = faster(super().sound(name, draw, seconds * speed + 0.1, note), speed)
        return made[: samples_of(seconds)]


def varied(
    corpora: Corpora, draw: Dice, folder: Path | None = None, more: Sequence[Talker] = ()
) -> Corpora:
    """Return corpora of which each voice and each sound is another; people are kept in a folder."""
    made = _Sounds(corpora.split, corpora.recordings)
    made.talkers = tuple(
        Varied(
            **{each.name: getattr(talker, each.name) for each in fields(Talker)},
            person=draw.whole(0, PEOPLE - 1), recording=draw.whole(0, RECORDINGS),
            taps=microphone(draw), folder=folder,
        )
        for talker in (*corpora.talkers, *more)
    )  # fmt: skip
    return made


def call_of(
    simulator: Simulator, index: int, folder: Path | None = None, more: Sequence[Talker] = ()
) -> Call:
    """Return the call of a number with voices, sounds and lines that no simulated call has."""
    draw = dice(simulator.seed, simulator.corpora.split, index, "voices")
    other = FurtherOut(
        simulator.seed, varied(simulator.corpora, draw, folder, more), call_s=simulator.call_s,
        kinds=simulator.kinds,
    )  # fmt: skip
    return other.call(index)
