"""Talkers without recordings: pulses and breath through moving formants.

Nobody takes it for a person, but it has what detectors look at: syllables of 100 to 300 ms, voiced
and voiceless, a pitch that moves, formants that glide, pauses between words, plosives that begin
with a burst. A talker is a number; the same number always speaks alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.sound import SAMPLE_RATE_HZ, Audio, at_level, samples_of

__all__ = ["babble", "spoken"]

WINDOW: Final = 256
HOP: Final = WINDOW // 2
SECONDS: Final = 40.0
#: First and second formant of some vowels in Hz. Source: Peterson and Barney, JASA 24 (1952), men.
VOWELS: Final = (
    (270, 2290), (390, 1990), (530, 1840), (660, 1720), (730, 1090), (570, 840), (440, 1020),
    (300, 870), (640, 1190), (490, 1350),
)  # fmt: skip


def _formants(centres: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return amplitudes of frames at the bins of the window: resonances one after the other."""
    hz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
    made = np.ones((len(centres), len(hz)))
    for one in range(centres.shape[1]):
        centre, width = centres[:, one : one + 1], widths[:, one : one + 1]
        made *= centre**2 / np.hypot(centre**2 - hz**2, width * hz)
    return made


def _syllables(draw: Dice, frames: int, size: float) -> tuple[NDArray[np.float64], ...]:
    """Return loudness, share of voice, and formants of each frame."""
    loud, voiced = np.zeros(frames), np.zeros(frames)
    centres = np.zeros((frames, 4))
    centres[:] = np.array([500.0, 1500.0, 2500.0, 3400.0]) * size
    at = 0
    while at < frames:
        for _ in range(draw.whole(1, 4)):  # a word
            vowel = draw.one_of(VOWELS)
            onset = max(2, round(draw.exactly(0.03, 0.10) * SAMPLE_RATE_HZ / HOP))
            length = max(4, round(draw.around(0.13, 0.4, 0.06, 0.4) * SAMPLE_RATE_HZ / HOP))
            end = min(frames, at + onset + length)
            fricative = draw.chance(0.5)
            strength = draw.exactly(0.5, 1.0)
            if at + onset < frames and fricative:
                loud[at : at + onset] = 0.15 * strength
                centres[at : at + onset, 1:3] = np.array([2200.0, 3200.0])
            count = end - at - onset
            if count > 0:
                bow = np.sin(np.pi * (np.arange(count) + 1) / (count + 1)) ** 0.5
                loud[at + onset : end] = strength * bow
                voiced[at + onset : end] = 1.0
                glide = np.linspace(0, 1, count)
                centres[at + onset : end, 0] = vowel[0] * size * (0.9 + 0.2 * glide)
                centres[at + onset : end, 1] = vowel[1] * size * (1.1 - 0.15 * glide)
            at = end
            if at >= frames:
                break
        at += round(draw.around(0.08, 0.8, 0.0, 0.5) * SAMPLE_RATE_HZ / HOP)
    return loud, voiced, centres


def _talk(draw: Dice, count: int) -> Audio:
    """Return speech of a drawn talker."""
    random = draw.random
    pitch_hz, size = draw.exactly(85, 240), draw.exactly(0.95, 1.2)
    frames = count // HOP + 2
    loud, voiced, centres = _syllables(draw, frames, size)
    length = (frames + 1) * HOP
    # The pitch wanders: a random walk that is pulled back, in steps of 64 ms.
    steps = length // 512 + 2
    walk = np.convolve(random.normal(0, 0.08, steps + 8), np.hanning(9) / 2, mode="valid")
    pitch = pitch_hz * np.exp(np.interp(np.arange(length), np.arange(len(walk)) * 512, walk))
    turns = np.cumsum(pitch / SAMPLE_RATE_HZ)
    pulses = np.diff(np.floor(turns), prepend=0.0) * np.sqrt(SAMPLE_RATE_HZ / pitch)
    breath = random.normal(0, 1, length)
    smooth = np.repeat(voiced, HOP)[:length]
    source = pulses[: len(smooth)] * smooth + breath[: len(smooth)] * (1 - 0.92 * smooth)
    window = np.hanning(WINDOW + 1)[:-1] ** 0.5
    framed = np.lib.stride_tricks.sliding_window_view(source, WINDOW)[::HOP][: frames - 1]
    widths = np.broadcast_to(np.array([70.0, 100.0, 140.0, 250.0]) * size, centres.shape)
    shaped = np.fft.rfft(framed * window, axis=1)
    shaped *= (_formants(centres, widths) * loud[:, None])[: len(shaped)]
    made = np.fft.irfft(shaped, WINDOW, axis=1) * window
    whole = np.zeros((len(made) + 1, HOP))
    whole[:-1] += made[:, :HOP]
    whole[1:] += made[:, HOP:]
    return whole.reshape(-1)[:count].astype(np.float32)


@lru_cache(maxsize=64)
def spoken(talker: int) -> Audio:
    """Return 40 s of a synthetic talker, its active parts at -20 dBm0.

    Source
    ------
    own; formants of Peterson and Barney (1952).
    """
    return at_level(_talk(dice(talker, "voice"), samples_of(SECONDS)), -20.0)


def babble(draw: Dice, seconds: float) -> Audio:
    """Return several talkers at once, as a television in the next room."""
    count = samples_of(seconds)
    made = np.zeros(count, np.float32)
    for _ in range(3):
        voice = spoken(draw.whole(0, 39) + 10_000)
        made += np.resize(np.roll(voice, draw.whole(0, len(voice))), count)
    return at_level(made, -20.0)
