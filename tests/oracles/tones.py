"""What the ears must hear, worked out slowly: a straight DFT, and a least-squares fit of two tones.

Plain arithmetic in 64 bits, sample by sample where that is clearest. The engine has another way for
both: a folded bank of 32-bit vectors, and phases of windowed sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

__all__ = ["Fit", "bank_power", "dbm0", "fit_pair", "onset"]

Samples = np.ndarray[Any, np.dtype[np.float64]]

RATE_HZ: Final = 8000
HOP_WEIGHTS: Final = (1, 2, 2, 1)  # of the four hops of 5 ms of a frame
STEPS: Final = 12


def dbm0(power: float) -> float:
    """Return a mean square of full scale 1.0 in dBm0; a full-scale sine, 0.5, is +3.14."""
    return 10 * float(np.log10(max(power, 1e-30) / 0.5)) + 3.14


def bank_power(frame: Samples, hz: float) -> float:
    """Return the power of a tone in a frame of 20 ms, as a mean square.

    One sum over all samples: weight times sample times a turning pointer. A sine at just that
    frequency gives its own power, because the sum of the weights divides out.
    """
    weights = np.repeat(np.asarray(HOP_WEIGHTS, float), len(frame) // 4)
    pointer = np.exp(-2j * np.pi * hz / RATE_HZ * np.arange(len(frame)))
    amplitude = 2 * abs(np.sum(weights * frame * pointer)) / np.sum(weights)
    return float(amplitude**2 / 2)


@dataclass(frozen=True)
class Fit:
    """Two tones that explain samples best.

    Attributes
    ----------
    hz : tuple of float
        Low, high.
    power : tuple of float
        Mean squares.
    residual : float
        Mean square of what they leave.
    model : callable
        From sample numbers, 0 the first of those that were fitted, to the two tones.
    """

    hz: tuple[float, float]
    power: tuple[float, float]
    residual: float
    parts: tuple[float, float, float, float, float]

    def model(self, numbers: Samples) -> Samples:
        """Return the two tones, and their constant, at sample numbers."""
        return _columns(self.hz, numbers) @ np.asarray(self.parts)


def _columns(hz: tuple[float, float], numbers: Samples) -> Samples:
    """Return cosine and sine of both tones, and ones, as columns."""
    one, two = (2 * np.pi * each / RATE_HZ * numbers for each in hz)
    return np.stack([np.cos(one), np.sin(one), np.cos(two), np.sin(two), np.ones(len(numbers))], 1)


def fit_pair(samples: Samples, low_hz: float, high_hz: float) -> Fit:
    """Fit two tones of unknown frequency, level and phase, and a constant, by least squares.

    Gauss and Newton: solve for the amplitudes at the frequencies of now, then for small changes of
    both at once, and again until nothing changes.
    """
    numbers = np.arange(len(samples), dtype=float)
    middle = (len(samples) - 1) / 2  # changes of frequency turn about it
    low, high = low_hz, high_hz
    for _ in range(STEPS):
        columns = _columns((low, high), numbers)
        parts, *_ = np.linalg.lstsq(columns, samples, rcond=None)
        radians = 2 * np.pi / RATE_HZ * (numbers - middle)
        # d/df of a cos + b sin is radians * (b cos - a sin).
        slopes = np.stack(
            [
                radians * (parts[2 * tone + 1] * columns[:, 2 * tone]
                           - parts[2 * tone] * columns[:, 2 * tone + 1])
                for tone in (0, 1)
            ],
            1,
        )  # fmt: skip
        residual = samples - columns @ parts
        change, *_ = np.linalg.lstsq(np.concatenate([columns, slopes], 1), residual, rcond=None)
        low, high = low + float(change[5]), high + float(change[6])
    columns = _columns((low, high), numbers)
    parts, *_ = np.linalg.lstsq(columns, samples, rcond=None)
    left = samples - columns @ parts
    return Fit(
        (low, high),
        (float(parts[0] ** 2 + parts[1] ** 2) / 2, float(parts[2] ** 2 + parts[3] ** 2) / 2),
        float(np.mean(left**2)),
        (float(parts[0]), float(parts[1]), float(parts[2]), float(parts[3]), float(parts[4])),
    )


def onset(samples: Samples, first: int, fit: Fit) -> int:
    """Return the sample at which two tones began that were fitted to what follows ``first``.

    Every sample is tried: before it there is nothing but noise, behind it the tones; the one that
    leaves least is it.
    """
    numbers = np.arange(first, dtype=float)
    before = np.cumsum(np.concatenate([[0.0], samples[:first] ** 2]))
    left = (samples[:first] - fit.model(numbers - first)) ** 2
    behind = np.concatenate([np.cumsum(left[::-1])[::-1], [0.0]])
    return int(np.argmin(before + behind))
