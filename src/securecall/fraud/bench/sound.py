"""Audio in the making: levels, filters by FFT, coloured noise, envelopes. 8 kHz, float32."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.conform.levels import FULL_SCALE_DBM0, SAMPLE_RATE_HZ, Pcm

__all__ = [
    "FRAME",
    "SAMPLE_RATE_HZ",
    "Audio",
    "active_dbm0",
    "add",
    "at_level",
    "band",
    "filtered",
    "gain",
    "level_dbm0",
    "narrow",
    "noise",
    "response",
    "samples_of",
    "white",
]

#: Full scale is 1.0.
Audio = NDArray[np.float32]

FRAME: Final = 160  # 20 ms
TAPS: Final = 129
HALF: Final = TAPS // 2
BLOCK: Final = 2048
ACTIVE_BELOW_PEAK_DB: Final = 30.0
SILENCE_DBM0: Final = -99.0


def samples_of(seconds: float) -> int:
    """Return the nearest whole number of samples."""
    return round(seconds * SAMPLE_RATE_HZ)


def gain(db: float) -> np.float32:
    """Return the factor of an amplitude."""
    return np.float32(10.0 ** (db / 20.0))


def level_dbm0(samples: NDArray[np.floating]) -> float:
    """Return the level of the mean power; nothing, or zeros, are -99 dBm0."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    if power <= 0.0:
        return SILENCE_DBM0
    return max(SILENCE_DBM0, 10.0 * float(np.log10(power / 0.5)) + FULL_SCALE_DBM0)


def active_dbm0(samples: NDArray[np.floating]) -> float:
    """Return the level of the frames of 20 ms that are at most 30 dB below the loudest ones.

    Source
    ------
    own, after the activity threshold of ITU-T P.56; the loudest is the 95th percentile.
    """
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    if not len(frames):
        return level_dbm0(samples)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    least = float(np.percentile(power, 95)) * 10.0 ** (-ACTIVE_BELOW_PEAK_DB / 10.0)
    heard = power[(power >= least) & (power > 0.0)]
    return level_dbm0(np.sqrt(heard)) if len(heard) else SILENCE_DBM0


def at_level(samples: NDArray[np.floating], dbm0: float) -> Audio:
    """Return the samples with their active frames at a level; silence stays silent."""
    now = active_dbm0(samples)
    if now <= SILENCE_DBM0:
        return samples.astype(np.float32)
    return samples.astype(np.float32) * gain(dbm0 - now)


def add(track: Audio, samples: Audio, at: int) -> int:
    """Add samples to a track at a place; what lies beyond its ends is cut. Return where it ends."""
    first, end = max(0, at), min(len(track), at + len(samples))
    if end > first:
        track[first:end] += samples[first - at : end - at]
    return max(0, min(len(track), at + len(samples)))


def narrow(samples: Audio) -> Pcm:
    """Round to 16 bits; what is louder than full scale is clipped, as a line does it."""
    cut: Pcm = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int16)
    return cut


def white(random: np.random.Generator, count: int, dbm0: float) -> Audio:
    """Return white noise of a level, 0 to 4 kHz."""
    deviation = np.sqrt(0.5) * 10.0 ** ((dbm0 - FULL_SCALE_DBM0) / 20.0)
    made = random.standard_normal(count, dtype=np.float32)
    made *= np.float32(deviation)
    return made


def response(amplitudes: NDArray[np.floating]) -> Audio:
    """Return the taps of a filter of linear phase from its amplitudes at 65 steps of 62.5 Hz."""
    taps = np.fft.irfft(amplitudes.astype(np.float64), TAPS - 1)
    taps = np.roll(taps, HALF)
    return (np.append(taps, taps[0]) * np.hanning(TAPS + 2)[1:-1]).astype(np.float32)


STEPS_HZ: Final = np.arange(HALF + 1) * (SAMPLE_RATE_HZ / (TAPS - 1))


def band(low_hz: float, high_hz: float, tilt_db_per_octave: float = 0.0) -> NDArray[np.float64]:
    """Return the amplitudes of a band with soft edges, tilted about 1 kHz."""
    hz = np.maximum(STEPS_HZ, 31.25)
    made = 1.0 / (1.0 + (low_hz / hz) ** 4) / (1.0 + (hz / high_hz) ** 16)
    amplitudes: NDArray[np.float64] = made * 10.0 ** (tilt_db_per_octave * np.log2(hz / 1000) / 20)
    amplitudes[0] = 0.0
    return amplitudes


def filtered(samples: Audio, taps: Audio) -> Audio:
    """Return the samples through a filter, as long as before and in step with them.

    Source
    ------
    Overlap-save by FFT; taps of linear phase, whose delay is taken out.
    """
    count = len(samples)
    if not count:
        return samples
    step = BLOCK - (len(taps) - 1)
    blocks = -(-count // step)
    before = len(taps) - 1 - (len(taps) // 2)
    padded = np.zeros(blocks * step + len(taps) - 1, np.float32)
    padded[before : before + count] = samples[: len(padded) - before]
    shape = np.lib.stride_tricks.sliding_window_view(padded, BLOCK)[::step]
    spectrum = np.fft.rfft(shape, axis=1)
    spectrum *= np.fft.rfft(taps, BLOCK)
    made = np.fft.irfft(spectrum, BLOCK, axis=1)[:, len(taps) - 1 :]
    return np.ascontiguousarray(made).reshape(-1)[:count].astype(np.float32, copy=False)


def noise(
    random: np.random.Generator, count: int, dbm0: float, amplitudes: NDArray[np.float64]
) -> Audio:
    """Return coloured noise of a level; `band` makes the colour."""
    taps = response(amplitudes)
    power = float(np.sum(np.square(taps, dtype=np.float64)))
    return filtered(white(random, count, dbm0 - 10.0 * float(np.log10(power))), taps)
