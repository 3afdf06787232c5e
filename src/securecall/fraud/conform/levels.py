"""Levels: dBm0 and amplitudes, and how samples become 16 bits.

A sine that just fills 16 bits is +3.14 dBm0 (A-law's overload point, ITU-T G.711 table 2a note);
all else follows from that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FULL_SCALE_DBM0",
    "SAMPLE_RATE_HZ",
    "Pcm",
    "Samples",
    "amplitude",
    "level_dbm0",
    "pcm",
    "samples_of",
]

SAMPLE_RATE_HZ: Final = 8000
FULL_SCALE_DBM0: Final = 3.14

#: Audio in the making; 1.0 is full scale.
Samples = NDArray[np.float64]
#: Audio as receivers get it.
Pcm = NDArray[np.int16]


def amplitude(sine_dbm0: float) -> float:
    """Return the peak of a sine of a level, full scale being 1.0.

    Source
    ------
    ITU-T G.711 table 2a: a full-scale sine is +3.14 dBm0.
    """
    return float(10 ** ((sine_dbm0 - FULL_SCALE_DBM0) / 20))


def level_dbm0(samples: Samples) -> float:
    """Return the level of the mean power of some samples.

    Source
    ------
    The same: half the square of full scale is +3.14 dBm0.
    """
    return float(10 * np.log10(np.mean(np.square(samples)) / 0.5) + FULL_SCALE_DBM0)


def samples_of(ms: float) -> int:
    """Return the nearest whole number of samples."""
    return round(ms * SAMPLE_RATE_HZ / 1000)


def pcm(samples: Samples) -> Pcm:
    """Round to 16 bits; what is louder than full scale is clipped, as a line does it.

    Two tones at 0 dBm0 each are clipped: their peaks are 2.9 dB above full scale.
    """
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
