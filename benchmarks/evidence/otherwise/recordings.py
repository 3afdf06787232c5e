"""Recordings that were made elsewhere than in a studio, or treated afterwards.

What noise a recording has of its own comes and goes with the talk, and in its pauses a monitor
measures it together with the line's. Nearly all recordings of the development part are very clean
there or very noisy, and hardly one has what lies between; docs/decisions/0304-who-speaks.md.

Source: own; the room is J. A. Moorer's, About this reverberation business, Computer Music Journal
3 (1979): noise that falls off exponentially.
"""

from __future__ import annotations

from typing import Final, cast

import numpy as np

from benchmarks.evidence.otherwise.endings import as_float
from benchmarks.evidence.otherwise.people import SPOKEN_DBM0
from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.dice import Dice
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

__all__ = ["recorded"]

#: How often a recording has noise of its own, a room, a dull microphone, squeezed levels, gates
#: between its words, and a coder that it was kept by.
NOISY, ROOMY, DULL, SQUEEZED, GATED, KEPT = 0.6, 0.35, 0.35, 0.3, 0.15, 0.2
NOISE_DBM0: Final = (-70.0, -40.0)
NOISE_TILT: Final = (-9.0, 3.0)
#: Hums and fans: so many of the noises have one, at so much below them.
HUMS, HUM_DB = 0.2, (-6.0, 6.0)
#: Seconds until a room's sound has fallen by 60 dB, and what is direct against it, in dB.
FALLS_S: Final = (0.12, 0.6)
DIRECT_DB: Final = (-2.0, 12.0)
ROOM_S_MOST: Final = 0.5
#: Where a dull recording ends, in Hz.
ENDS_HZ: Final = (1500.0, 3200.0)
#: What is softer by so many dB is made louder by this share of it, over so many frames.
SQUEEZE: Final = (0.2, 0.6)
FOLLOWS_FRAMES: Final = 10
SOFTEST: Final = 1e-3
#: A gate shuts below this, and leaves nothing.
SHUT_DBM0: Final = (-55.0, -40.0)
KEEPERS: Final = ("gsm", "g726", "g722")
#: What is louder than full scale was never recorded.
FULL: Final = np.float32(0.99)


def recorded(samples: Audio, draw: Dice) -> Audio:
    """Return speech as another recording would have it, at `SPOKEN_DBM0`; the same for one draw."""
    made = samples
    if draw.chance(ROOMY):
        made = in_a_room(made, draw)
    if draw.chance(DULL):
        made = filtered(made, response(band(30.0, draw.exactly(*ENDS_HZ))))
    if draw.chance(SQUEEZED):
        made = squeezed(made, draw.exactly(*SQUEEZE))
    if draw.chance(NOISY):
        made = made + own_noise(len(made), draw)
    if draw.chance(GATED):
        made = gated(made, draw.exactly(*SHUT_DBM0))
    if draw.chance(KEPT):
        made = as_float(coded(narrow(np.clip(made, -FULL, FULL)), draw.one_of(KEEPERS)))
    return at_level(made, SPOKEN_DBM0)


def in_a_room(samples: Audio, draw: Dice) -> Audio:
    """Return what a microphone in a room hears."""
    falls_s, direct_db = draw.exactly(*FALLS_S), draw.exactly(*DIRECT_DB)
    count = int(min(ROOM_S_MOST, falls_s) * SAMPLE_RATE_HZ)
    at_s = np.arange(count) / SAMPLE_RATE_HZ
    room = draw.random.standard_normal(count) * 10.0 ** (-3.0 * at_s / falls_s)
    room[: draw.whole(16, 80)] = 0.0
    room *= 10.0 ** (-direct_db / 20.0) / np.sqrt(np.sum(np.square(room)))
    room[0] = 1.0
    size = 1 << (len(samples) + count - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(room, size), size)
    return cast(Audio, heard[: len(samples)].astype(np.float32))


def own_noise(count: int, draw: Dice) -> Audio:
    """Return a recording's own noise."""
    level_dbm0, tilt_db = draw.exactly(*NOISE_DBM0), draw.exactly(*NOISE_TILT)
    made = noise(draw.random, count, level_dbm0, band(60.0, 3900.0, tilt_db))
    if draw.chance(HUMS):
        at_s = np.arange(count, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)
        hum = np.sin(2 * np.pi * np.float32(draw.exactly(45.0, 400.0)) * at_s)
        made += at_level(hum.astype(np.float32), level_dbm0 + draw.exactly(*HUM_DB))
    return made


def _levels(samples: Audio) -> np.ndarray:
    """Return the smoothed root mean squares of frames."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    window = np.ones(FOLLOWS_FRAMES) / FOLLOWS_FRAMES
    return np.sqrt(np.convolve(power, window, mode="same"))


def _times(samples: Audio, factors: np.ndarray) -> Audio:
    """Return samples times factors of their frames, which glide."""
    middle = np.arange(len(factors)) * FRAME + FRAME // 2
    by = np.interp(np.arange(len(samples)), middle, factors)
    return cast(Audio, (samples * by).astype(np.float32))


def squeezed(samples: Audio, share: float) -> Audio:
    """Return speech whose soft parts are louder, and so is what lies between them."""
    if len(samples) < FRAME:
        return samples
    levels = np.maximum(_levels(samples), SOFTEST)
    return _times(samples, levels**-share)


def gated(samples: Audio, below_dbm0: float) -> Audio:
    """Return speech with nothing where it is softer than a level."""
    if len(samples) < FRAME:
        return samples
    least = np.sqrt(0.5) * 10.0 ** ((below_dbm0 - 3.14) / 20.0)
    return _times(samples, (_levels(samples) >= least).astype(np.float64))
