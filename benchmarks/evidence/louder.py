"""The same call on other lines: louder or weaker, brighter or duller, other voices, telephones.

Blocks are moved as 73 numbers, as `_recurrent.pxd` writes them: a level by so many half decibels
over 40, a band beside its level by so many over 30. What there is none of stays nothing. A call is
moved as a whole: who is told by what stays, since a network would learn its few voices by heart.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from securecall.fraud.recurrent import BLOCK

NOISE, QUIET, HIGH, TALK, LEVEL, TALKING, PEAKS, PEAK = 1, 2, 18, 24, 25, 26, 50, 51
HAS_NOISE, HAS_PITCH, PITCH, STRONG, SLOPE = 0, 42, 43, 59, 61
BANDS: Final = 16
#: Half decibels: the loudest gain; how far a tilt spreads, each band, and a curve of five knots.
GAIN, TILT, BAND, CURVE, KNOTS = 10, 6.0, 1.5, 4.0, 5
LEVEL_STEPS, BAND_STEPS, PEAK_STEPS = 40, 30, 40
#: In what band a loudest moment is, of 250 Hz, and those in the middle that it is told beside.
PEAK_BANDS: Final = np.array([0, 1, 10, 11, 12, 13, 14, 15])
PEAK_MIDDLE: Final = slice(4, 8)
#: Bands of hissing sounds, and the one that they are told beside.
SLOPE_BANDS, SLOPE_BESIDE = slice(10, 15), slice(9, 10)
#: How far the pitch of a call spreads: of fifty steps of an octave's 64th.
PITCH_SPREAD: Final = 0.15


def _needed() -> list[int]:
    """Return for each number which other says by 1 that there is one, or 0 that there is none."""
    made = list(range(BLOCK))
    made[NOISE] = HAS_NOISE
    made[QUIET : QUIET + BANDS] = [HAS_NOISE] * BANDS
    made[LEVEL : TALKING + BANDS] = [TALK] * (1 + BANDS)
    made[PITCH] = HAS_PITCH
    made[PEAK : PEAK + len(PEAK_BANDS)] = [PEAKS] * len(PEAK_BANDS)
    made[SLOPE : SLOPE + 5] = [STRONG] * 5
    return made


NEEDED: Final = _needed()


def _curves(random: np.random.Generator, count: int) -> np.ndarray:
    """Return a smooth curve over the bands for each of some calls, and a little for each band."""
    knots = CURVE * random.standard_normal((count, 1, KNOTS))
    at = np.linspace(0, KNOTS - 1, BANDS)
    left = np.minimum(at.astype(int), KNOTS - 2)
    part = at - left
    smooth = knots[..., left] * (1 - part) + knots[..., left + 1] * part
    return smooth + BAND * random.normal(size=(count, 1, BANDS))


def moves(random: np.random.Generator, count: int) -> np.ndarray:
    """Return what is added to every block of so many calls."""
    made = np.zeros((count, 1, BLOCK), np.float32)
    gain = random.integers(-GAIN, GAIN + 1, (count, 1, 1))
    tilt = TILT * random.normal(size=(count, 1, 1)) * (np.arange(BANDS) / BANDS - 0.5)
    talk, quiet = (_curves(random, count) + tilt for _ in range(2))
    made[..., [NOISE, HIGH, LEVEL]] = gain / LEVEL_STEPS
    made[..., QUIET : QUIET + BANDS] = quiet / BAND_STEPS
    made[..., TALKING : TALKING + BANDS] = talk / BAND_STEPS
    peaks = talk[..., PEAK_BANDS] - talk[..., PEAK_MIDDLE].mean(-1, keepdims=True)
    made[..., PEAK : PEAK + len(PEAK_BANDS)] = peaks / PEAK_STEPS
    slopes = talk[..., SLOPE_BANDS] - talk[..., SLOPE_BESIDE]
    made[..., SLOPE : SLOPE + 5] = slopes / PEAK_STEPS
    made[..., PITCH] = PITCH_SPREAD * random.normal(size=(count, 1))
    return made


def moved(blocks: Any, by: Any) -> Any:
    """Return blocks of calls moved, arrays or tensors alike; where there is nothing, nothing is."""
    there = blocks[..., NEEDED]
    there[..., HIGH] = 1  # every block has a loudest frame
    return blocks + by * there
