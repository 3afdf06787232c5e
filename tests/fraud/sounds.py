"""Sounds of a line for tests: tones, digits, silence and noise, full scale 1.0, and their samples.

Own arithmetic, apart from `securecall.fraud.conform`: a mistake there must not hide one here.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from securecall.fraud.g711 import ALAW, MULAW

__all__ = [
    "COLUMNS_HZ", "KEYS", "MF", "ROWS_HZ", "companded", "digit", "heard", "noise", "pair", "pcm",
    "silence", "sine",
]  # fmt: skip

Sound = np.ndarray[Any, np.dtype[np.float64]]
Pcm = np.ndarray[Any, np.dtype[np.int16]]

KEYS: Final = "123A456B789C*0#D"
ROWS_HZ: Final = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
FULL_SCALE_DBM0: Final = 3.14  # of a sine

# ITU-T Q.320 and Q.441: the tones of each system by their index, and the two of each signal.
R1: Final = {
    "1": (700, 900), "2": (700, 1100), "3": (900, 1100), "4": (700, 1300), "5": (900, 1300),
    "6": (1100, 1300), "7": (700, 1500), "8": (900, 1500), "9": (1100, 1500), "0": (1300, 1500),
    "ST3P": (700, 1700), "STP": (900, 1700), "KP": (1100, 1700), "KP2": (1300, 1700),
    "ST": (1500, 1700),
}  # fmt: skip
R2_PLACES: Final = (
    (0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4), (0, 5), (1, 5),
    (2, 5), (3, 5), (4, 5),
)  # fmt: skip
FORWARD_HZ: Final = (1380, 1500, 1620, 1740, 1860, 1980)
BACKWARD_HZ: Final = (1140, 1020, 900, 780, 660, 540)
MF: Final = {
    "r1": R1,
    "r2_forward": {
        str(number + 1): (FORWARD_HZ[one], FORWARD_HZ[two])
        for number, (one, two) in enumerate(R2_PLACES)
    },
    "r2_backward": {
        str(number + 1): (BACKWARD_HZ[one], BACKWARD_HZ[two])
        for number, (one, two) in enumerate(R2_PLACES)
    },
}


def sine(hz: float, dbm0: float, ms: float, phase: float = 0.0, rate_hz: int = 8000) -> Sound:
    """Return a sine of a level."""
    turns = 2 * np.pi * hz / rate_hz * np.arange(round(ms * rate_hz / 1000))
    return 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20) * np.sin(turns + phase)


def pair(
    low_hz: float, high_hz: float, ms: float, *, low_dbm0: float = -10.0, high_dbm0: float = -10.0,
    phases: tuple[float, float] = (0.3, 1.1), rate_hz: int = 8000,
) -> Sound:  # fmt: skip
    """Return two sines at once."""
    low = sine(low_hz, low_dbm0, ms, phases[0], rate_hz)
    return low + sine(high_hz, high_dbm0, ms, phases[1], rate_hz)


def digit(
    key: str, ms: float = 50.0, *, low_off: float = 0, high_off: float = 0, **rest: Any
) -> Sound:
    """Return a key's tones, each as far off its frequency as is said (0.015 is +1.5 %)."""
    row, column = divmod(KEYS.index(key), 4)
    return pair(ROWS_HZ[row] * (1 + low_off), COLUMNS_HZ[column] * (1 + high_off), ms, **rest)


def silence(ms: float, rate_hz: int = 8000) -> Sound:
    """Return nothing, for a while."""
    return np.zeros(round(ms * rate_hz / 1000))


def noise(dbm0: float, ms: float, seed: int, rate_hz: int = 8000) -> Sound:
    """Return white noise of a level in the whole band."""
    drawn = np.random.default_rng(seed).standard_normal(round(ms * rate_hz / 1000))
    return drawn * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20) / np.sqrt(2)


def pcm(*sounds: Sound) -> Pcm:
    """Return sounds one after the other as samples; what is louder than full scale is clipped."""
    whole = np.concatenate(sounds) * 32768
    return np.clip(np.rint(whole), -32768, 32767).astype(np.int16)


def companded(samples: Pcm, encoding: str) -> bytes:
    """Return the bytes of mu-law or A-law whose samples are nearest."""
    table = np.asarray(MULAW if encoding == "mulaw" else ALAW, dtype=np.int64)
    order = np.argsort(table, kind="stable")
    middles = (table[order][1:] + table[order][:-1]) / 2
    return order[np.searchsorted(middles, samples)].astype(np.uint8).tobytes()


def heard(events: Any, kind: str = "dtmf") -> str:
    """Return what began, in order."""
    return " ".join(event.detail for event in events if event.kind == kind and not event.ended)
