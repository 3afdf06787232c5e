"""Digits as they are sent: sixteen keys, each as far from its nominal tones as one wishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from securecall.errors import InputError
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Samples, amplitude, samples_of

__all__ = ["COLUMNS_HZ", "KEYS", "ROWS_HZ", "Placed", "Pulse", "Sent", "frequencies_hz", "send"]

# ITU-T Q.23.
ROWS_HZ: Final = (697, 770, 852, 941)
COLUMNS_HZ: Final = (1209, 1336, 1477, 1633)
KEYS: Final = "123A456B789C*0#D"

# Silence around a stream; a drawn part of up to 1 024 samples is added before it, so that digits
# begin anywhere in the blocks that a receiver may cut audio into.
BEFORE_MS: Final = 100
AFTER_MS: Final = 200
GRID_SAMPLES: Final = 1024


@dataclass(frozen=True, slots=True)
class Pulse:
    """How each digit of a stream is sent.

    Attributes
    ----------
    low_dbm0, high_dbm0 : float
        Level of either tone while it is on.
    low_percent, high_percent : float
        How far either tone is off its nominal frequency.
    on_ms, off_ms : float
        Length of a digit, and the least pause behind it.
    jitter_ms : float
        Up to so much is added to each pause, drawn evenly.
    hole_ms : float
        The digit is interrupted that long, once, somewhere between its first and last quarter.
    low_hz, high_hz : float
        How far either tone is off besides, in Hz.
    skew_ms : float
        The high tone begins that much later than the low one.
    """

    low_dbm0: float = -10.0
    high_dbm0: float = -10.0
    low_percent: float = 0.0
    high_percent: float = 0.0
    on_ms: float = 50.0
    off_ms: float = 50.0
    jitter_ms: float = 0.0
    hole_ms: float = 0.0
    low_hz: float = 0.0
    high_hz: float = 0.0
    skew_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """What was sent, and when."""

    name: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A stream: its samples (1.0 is full scale), what is in it, and the power of one signal."""

    samples: Samples
    placed: tuple[Placed, ...]
    power: float


def frequencies_hz(key: str) -> tuple[int, int]:
    """Return the two nominal frequencies of a key.

    Raises
    ------
    InputError
        There is no such key.

    Source
    ------
    ITU-T Q.23.
    """
    place = KEYS.find(key) if len(key) == 1 else -1
    if place < 0:
        raise InputError(f"a key is one of {KEYS}, not {key!r}")
    return ROWS_HZ[place // 4], COLUMNS_HZ[place % 4]


def send(
    keys: Sequence[str],
    pulse: Pulse,
    random: np.random.Generator,
    tones_of: Callable[[str], tuple[float, float]] = frequencies_hz,
) -> Sent:
    """Return a stream of digits with drawn phases, begun at a drawn place.

    Tones are switched hard; each starts at a phase of its own, drawn evenly.

    Parameters
    ----------
    keys : sequence of str
    pulse : Pulse
    random : Generator
    tones_of : callable
        Of a key, its two tones in Hz; those of DTMF unless told otherwise.

    Source
    ------
    own.
    """
    skew = samples_of(pulse.skew_ms)
    on, off, hole = (samples_of(ms) for ms in (pulse.on_ms, pulse.off_ms, pulse.hole_ms))
    jitter = samples_of(pulse.jitter_ms)
    low, high = amplitude(pulse.low_dbm0), amplitude(pulse.high_dbm0)
    at = samples_of(BEFORE_MS) + int(random.integers(GRID_SAMPLES))
    starts = []
    for _ in keys:
        starts.append(at)
        at += on + off + (int(random.integers(jitter + 1)) if jitter else 0)
    samples = np.zeros(at + samples_of(AFTER_MS))
    turns = 2 * np.pi * np.arange(on) / SAMPLE_RATE_HZ
    for key, start in zip(keys, starts, strict=True):
        low_hz, high_hz = tones_of(key)
        low_hz += low_hz * pulse.low_percent / 100 + pulse.low_hz
        high_hz += high_hz * pulse.high_percent / 100 + pulse.high_hz
        phases = random.uniform(0, 2 * np.pi, 2)
        digit = low * np.sin(turns * low_hz + phases[0])
        digit[skew:] += high * np.sin(turns[: on - skew] * high_hz + phases[1])
        if hole:
            first = int(random.integers(on // 4, on - on // 4 - hole + 1))
            digit[first : first + hole] = 0
        samples[start : start + on] = digit
    placed = tuple(
        Placed(key, start * 1000 / SAMPLE_RATE_HZ, (start + on) * 1000 / SAMPLE_RATE_HZ)
        for key, start in zip(keys, starts, strict=True)
    )
    return Sent(samples, placed, (low**2 + high**2) / 2)
