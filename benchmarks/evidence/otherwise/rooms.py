"""Rooms that are not still: a car, a radio, people, and somebody who walks about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.evidence.otherwise.endings import as_float
from securecall.fraud.bench.corpora import Corpora
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.sound import (
    FRAME,
    SAMPLE_RATE_HZ,
    Audio,
    at_level,
    band,
    filtered,
    narrow,
    noise,
    response,
)
from securecall.fraud.conform.levels import Pcm

__all__ = ["lived_in"]

#: One of ten is drawn.
ROOMS: Final = (
    "car", "car", "car", "radio", "radio", "radio", "people", "walking", "walking", "moving",
)  # fmt: skip
COLOURS: Final = (0.0, -3.0, -6.0)
#: A walk in decibels has a step so often; seconds.
STEP_S: Final = 0.2
#: Where the microphone is off, the room is; where the line is cut, too.
MUTED: Final = frozenset({"mute", "first_ringback"})
CUT: Final = frozenset({"cellular_gap", "bump", "packet_loss"})
#: A frame without a sample beyond this has no line.
NO_LINE: Final = 16


def _frames_db(db: NDArray[np.float64]) -> Audio:
    """Return factors by sample from decibels by frame."""
    return cast(Audio, np.repeat(10.0 ** (db / 20.0), FRAME).astype(np.float32))


def _walk(draw: Dice, frames: int, back_s: float, spread_db: float) -> NDArray[np.float64]:
    """Return decibels by frame that wander about 0.

    Source
    ------
    G. E. Uhlenbeck and L. S. Ornstein, On the theory of the Brownian motion, Phys. Rev. 36 (1930).
    """
    each = round(STEP_S * SAMPLE_RATE_HZ / FRAME)
    steps = frames // each + 8
    kept = np.exp(-STEP_S / back_s)
    pushed = draw.random.standard_normal(steps) * np.sqrt(1.0 - kept * kept)
    where = np.empty(steps)
    now = float(draw.random.standard_normal())
    for step, push in enumerate(pushed.tolist()):
        now = where[step] = kept * now + push
    where = np.convolve(where, np.ones(5) / 5, mode="same")
    return spread_db * np.interp(np.arange(frames) / each, np.arange(steps), where)


def _open(samples: Pcm, labels: Sequence[Label]) -> Audio:
    """Return 1 where a microphone is open and there is a line, by sample, else 0."""
    frames = len(samples) // FRAME
    made = np.ones(frames, np.float32)
    rows = samples[: frames * FRAME].reshape(frames, FRAME).astype(np.int32)
    silent = np.abs(rows).max(axis=1) <= NO_LINE
    per_s = SAMPLE_RATE_HZ / FRAME
    for label in labels:
        within = slice(max(0, int(label.start_s * per_s)), int(label.end_s * per_s) + 1)
        if label.stratum in MUTED:
            made[within] = 0.0
        elif label.stratum in CUT:
            made[within][silent[within]] = 0.0
    return np.repeat(made, FRAME)


def _lasting(draw: Dice, count: int, fade_s: float) -> Audio:
    """Return how much of a sound is there: from the beginning or later on, to the end or not."""
    first = 0 if draw.chance(0.5) else int(draw.exactly(5, 200) * SAMPLE_RATE_HZ)
    end = count if draw.chance(0.5) else first + int(draw.exactly(20, 150) * SAMPLE_RATE_HZ)
    at = np.arange(count, dtype=np.float32)
    fade = np.float32(fade_s * SAMPLE_RATE_HZ)
    made = np.ones(count, np.float32)
    if first:
        made = np.clip((at - first) / fade, 0, 1)
    if end < count:
        made *= np.clip((end - at) / fade, 0, 1)
    return cast(Audio, made)


def _car(draw: Dice, count: int) -> Audio:
    """Return noise that swells and falls."""
    colour = band(60, 3000, draw.one_of((-3.0, -6.0, -9.0)))
    made = noise(draw.random, count, draw.exactly(-54, -36), colour)
    frames = count // FRAME
    if draw.chance(0.5):
        swell = _walk(draw, frames, draw.exactly(3, 15), draw.exactly(2, 6))
    else:
        turn = 2 * np.pi / (draw.exactly(8, 40) * SAMPLE_RATE_HZ / FRAME)
        swell = draw.exactly(3, 8) * np.sin(turn * np.arange(frames) + draw.exactly(0, 6))
    return cast(Audio, made * _frames_db(swell) * _lasting(draw, count, draw.exactly(0.3, 8)))


def _unnoted(*_: object) -> None:
    """Nobody counts these recordings."""


def _programme(draw: Dice, count: int, corpora: Corpora) -> Audio:
    """Return talk and music, one after the other."""
    made = np.zeros(count, np.float32)
    at = 0
    while at < count:
        length = min(count - at, int(draw.exactly(8, 40) * SAMPLE_RATE_HZ))
        if draw.chance(0.4):
            piece = corpora.sound("music", draw, length / SAMPLE_RATE_HZ, _unnoted)[:length]
        else:
            voice = draw.one_of(corpora.talkers).speech()
            first = draw.whole(0, max(0, len(voice) - length))
            piece = voice[first : first + length]
        made[at : at + len(piece)] = piece
        at += max(len(piece), FRAME)
    return made


def _voices(draw: Dice, count: int, corpora: Corpora, several: bool) -> Audio:
    """Return a radio, or several people who talk at once."""
    made = np.zeros(count, np.float32)
    if several:
        for _ in range(draw.whole(3, 8)):
            voice = np.resize(draw.one_of(corpora.talkers).speech(), count)
            made += np.roll(voice, draw.whole(0, count))
    else:
        made = _programme(draw, count, corpora)
        most = float(np.abs(made).max()) or 1.0
        made = np.tanh(3.0 * made / most).astype(np.float32)
    loudspeaker = band(draw.exactly(150, 400), draw.exactly(2000, 3500), draw.exactly(-3, 1))
    made = at_level(filtered(made, response(loudspeaker)), draw.exactly(-46, -26))
    return cast(Audio, made * _lasting(draw, count, draw.exactly(0.02, 0.5)))


def _walked(samples: Audio, draw: Dice) -> Audio:
    """Return a leg whose level and brightness wander, voice and room alike."""
    frames = len(samples) // FRAME
    louder = _frames_db(_walk(draw, frames, draw.exactly(2, 15), draw.exactly(1.5, 5)))
    brighter = _frames_db(_walk(draw, frames, draw.exactly(2, 15), draw.exactly(0.5, 3)))
    high = filtered(samples, response(band(1500, 3900)))
    return cast(Audio, (samples + high * (brighter - 1)) * louder)


def lived_in(samples: Pcm, labels: Sequence[Label], corpora: Corpora, draw: Dice) -> Pcm:
    """Return a leg with something in the room, all along or for a while."""
    room = draw.one_of(ROOMS)
    is_open = _open(samples, labels)
    count = len(is_open)
    made = as_float(samples[:count])
    if room == "car":
        made = made + _car(draw, count) * is_open
    elif room in ("radio", "people"):
        made = made + _voices(draw, count, corpora, room == "people") * is_open
    else:
        if room == "walking":
            colour = band(100, 3500, draw.one_of(COLOURS))
            made = made + noise(draw.random, count, draw.exactly(-60, -40), colour) * is_open
        made = _walked(made, draw)
    return narrow(made)
