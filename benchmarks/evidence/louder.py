"""The same call on other lines: louder or weaker, brighter or duller, another telephone.

Blocks are moved as 73 numbers, as `_recurrent.pxd` writes them: a level by so many half decibels
over 40, a band beside its level by so many over 30. What there is none of stays nothing.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from securecall.fraud.recurrent import BLOCK

NOISE, QUIET, HIGH, TALK, LEVEL, TALKING, PEAKS, PEAK = 1, 2, 18, 24, 25, 26, 50, 51
HAS_NOISE: Final = 0
BANDS: Final = 16
#: Half decibels: the loudest gain, and how far a tilt and each band of a telephone spread.
GAIN, TILT, BAND = 10, 6.0, 1.5
LEVEL_STEPS, BAND_STEPS, PEAK_STEPS = 40, 30, 40
#: In what band a loudest moment is, of 250 Hz, and the one in the middle that it is told beside.
PEAK_BANDS: Final = np.array([0, 1, 10, 11, 12, 13, 14, 15])
PEAK_MIDDLE: Final = 5.5


def _needed() -> list[int]:
    """Return for each number which other says by 1 that there is one, or 0 that there is none."""
    made = list(range(BLOCK))
    made[NOISE] = HAS_NOISE
    made[QUIET : QUIET + BANDS] = [HAS_NOISE] * BANDS
    made[LEVEL : TALKING + BANDS] = [TALK] * (1 + BANDS)
    made[PEAK : PEAK + len(PEAK_BANDS)] = [PEAKS] * len(PEAK_BANDS)
    return made


NEEDED: Final = _needed()


def moves(random: np.random.Generator, count: int) -> np.ndarray:
    """Return what is added to every block of so many calls."""
    made = np.zeros((count, 1, BLOCK), np.float32)
    gain = random.integers(-GAIN, GAIN + 1, (count, 1, 1))
    tilt = TILT * random.normal(size=(count, 1, 1))
    bands = BAND * random.normal(size=(count, 1, BANDS)) + tilt * (np.arange(BANDS) / BANDS - 0.5)
    made[..., [NOISE, HIGH, LEVEL]] = gain / LEVEL_STEPS
    for first in (QUIET, TALKING):
        made[..., first : first + BANDS] = bands / BAND_STEPS
    peaks = tilt * (PEAK_BANDS - PEAK_MIDDLE) / BANDS
    made[..., PEAK : PEAK + len(PEAK_BANDS)] = peaks / PEAK_STEPS
    return made


def moved(blocks: Any, by: Any) -> Any:
    """Return blocks of calls moved, arrays or tensors alike; where there is nothing, nothing is."""
    there = blocks[..., NEEDED]
    there[..., HIGH] = 1  # every block has a loudest frame
    return blocks + by * there
