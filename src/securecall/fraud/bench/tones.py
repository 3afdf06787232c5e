"""Sounds that switches and telephones send: digits, tones, cadences, clicks.

Frequencies and times are written here apart from the detector's own plans, so that a wrong figure
in one of them shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.sound import SAMPLE_RATE_HZ, Audio, samples_of
from securecall.fraud.conform.levels import amplitude

__all__ = [
    "KEYS", "beeps", "cadence", "cas", "click", "dial", "digits", "multi_frequency", "ringback",
    "sas", "sit", "steady", "stutter",
]  # fmt: skip

ROWS_HZ: Final = (697, 770, 852, 941)
COLUMNS_HZ: Final = (1209, 1336, 1477, 1633)
KEYS: Final = "123A456B789C*0#D"
#: R1: two of six. Source: ITU-T Q.320.
R1_HZ: Final = {
    "1": (700, 900), "2": (700, 1100), "3": (900, 1100), "4": (700, 1300), "5": (900, 1300),
    "6": (1100, 1300), "7": (700, 1500), "8": (900, 1500), "9": (1100, 1500), "0": (1300, 1500),
    "K": (1100, 1700), "S": (1500, 1700),
}  # fmt: skip


def steady(hz: Sequence[float], seconds: float, dbm0: float, draw: Dice) -> Audio:
    """Return tones together, each of a level, with edges of 2 ms."""
    count = samples_of(seconds)
    at = np.arange(count)
    made = np.zeros(count)
    for one in hz:
        start = draw.random.uniform(0, 2 * np.pi)
        made += np.sin(2 * np.pi * one / SAMPLE_RATE_HZ * at + start)
    made *= amplitude(dbm0)
    edge = min(16, count // 2)
    slope = (np.arange(edge) + 0.5) / max(edge, 1)
    made[:edge] *= slope
    made[count - edge :] *= slope[::-1]
    return made.astype(np.float32)


def silence(seconds: float) -> Audio:
    """Return nothing, for a while."""
    return np.zeros(samples_of(seconds), np.float32)


def cadence(
    hz: Sequence[float], times_s: Sequence[float], dbm0: float, draw: Dice, *, off: float = 0.0
) -> Audio:
    """Return a tone that is on and off by turns; ``off`` detunes it by a share."""
    parts = [
        steady([one * (1 + off) for one in hz], time, dbm0, draw) if at % 2 == 0 else silence(time)
        for at, time in enumerate(times_s)
    ]
    return np.concatenate(parts)


def digits(keys: str, dbm0: float, on_s: float, off_s: float, draw: Dice) -> Audio:
    """Return DTMF: each tone at a level, the high one up to 2 dB louder. Source: ITU-T Q.23."""
    parts = []
    for key in keys:
        at = KEYS.index(key)
        twist = draw.exactly(0.0, 2.0)
        low = steady([ROWS_HZ[at // 4]], on_s, dbm0, draw)
        parts += [low + steady([COLUMNS_HZ[at % 4]], on_s, dbm0 + twist, draw), silence(off_s)]
    return np.concatenate(parts)


def multi_frequency(keys: str, dbm0: float, draw: Dice) -> Audio:
    """Return R1 digits between KP and ST: 68 ms each, KP 100 ms. Source: ITU-T Q.320, Q.321."""
    parts = []
    for key in f"K{keys}S":
        length = 0.100 if key == "K" else 0.068
        parts += [steady(R1_HZ[key], length, dbm0, draw), silence(0.068)]
    return np.concatenate(parts)


def dial(seconds: float, draw: Dice) -> Audio:
    """Return dial tone. Source: precise tone plan."""
    return steady((350, 440), seconds, -16.0, draw)


def stutter(seconds: float, draw: Dice) -> Audio:
    """Return recall dial tone: three bursts of 0.1 s, then continuous."""
    bursts = cadence((350, 440), (0.1, 0.1, 0.1, 0.1, 0.1, 0.1), -16.0, draw)
    return np.concatenate([bursts, dial(seconds, draw)])


def ringback(rings: int, draw: Dice, *, kind: str = "north_america") -> Audio:
    """Return ringing tone of a network. Source: precise tone plan; ITU-T E.180 Supplement 2."""
    hz, once = {
        "north_america": ((440, 480), (2.0, 4.0)),
        "pbx": ((440, 480), (1.0, 3.0)),
        "uk": ((400, 450), (0.4, 0.2, 0.4, 2.0)),
        "itu_425": ((425,), (1.0, 4.0)),
    }[kind]
    level = draw.exactly(-24, -19)
    return cadence(hz, (once * rings)[:-1], level, draw, off=draw.exactly(-0.003, 0.003))


def sit(name: str, draw: Dice) -> Audio:
    """Return special information tones: reorder, vacant code, no circuit, intercept.

    Source: Bellcore SR-2275; see docs/tones.md.
    """
    low, high = (913.8, 985.2), (1370.6, 1428.5)
    first, second, lengths = {
        "reorder": (low[0], high[1], (0.274, 0.380, 0.380)),
        "vacant_code": (low[1], high[0], (0.380, 0.274, 0.380)),
        "no_circuit": (low[1], high[1], (0.380, 0.380, 0.380)),
        "intercept": (low[0], high[0], (0.274, 0.274, 0.380)),
    }[name]
    parts = [
        steady([hz], length, -20.0, draw)
        for hz, length in zip((first, second, 1776.7), lengths, strict=True)
    ]
    return np.concatenate(parts)


def sas(draw: Dice, *, kind: str = "north_america") -> Audio:
    """Return a call-waiting tone: 440 Hz for 0.3 s; UK 400 Hz for 0.1 s; cellular two beeps."""
    if kind == "uk":
        return steady([400], 0.1, draw.exactly(-22, -16), draw)
    if kind == "cellular":
        return cadence([440], (0.2, 0.4, 0.2), draw.exactly(-24, -16), draw)
    return steady([440], 0.3, draw.exactly(-19, -13), draw)


def cas(draw: Dice) -> Audio:
    """Return a CPE alerting signal. Source: Bellcore GR-30: 2130 + 2750 Hz, 80 ms."""
    return steady((2130, 2750), 0.080, draw.exactly(-22, -15), draw)


def click(draw: Dice) -> Audio:
    """Return what the breaking or making of a loop sounds like: a few ms, heavy in the lows.

    Source
    ------
    own: a step through the band of a line, which rings at 200 to 500 Hz and dies in 2 to 5 ms.
    """
    at = np.arange(samples_of(0.025))
    hz, decay = draw.between(200, 500), samples_of(draw.between(0.0015, 0.004))
    made = np.exp(-at / decay) * np.cos(2 * np.pi * hz / SAMPLE_RATE_HZ * at + draw.exactly(0, 1))
    made[:3] += draw.exactly(-0.5, 0.5) * np.array([1.0, -0.7, 0.3])
    peak = amplitude(draw.between(-18, -4))
    sign = 1 if draw.chance(0.5) else -1
    sound: Audio = (sign * peak * made / np.max(np.abs(made))).astype(np.float32)
    return sound


def beeps(
    hz: float, on_s: float, off_s: float, *, count: int, dbm0: float, draw: Dice
) -> Audio:  # fmt: skip
    """Return beeps of one frequency."""
    return cadence([hz], ((on_s, off_s) * count)[:-1], dbm0, draw)
