"""How a line ends before the monitor: in a law, or on no law's steps at all."""

from __future__ import annotations

from typing import Final, cast

import numpy as np

from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.sound import Audio, filtered, gain, narrow
from securecall.fraud.conform.levels import Pcm

__all__ = ["as_float", "ended"]

LAWS: Final = ("mulaw", "alaw")
#: One of ten is drawn.
ENDINGS: Final = (
    "as it is", "as it is", "as it is", "amplified", "amplified", "mixed", "mixed", "off law",
    "resampled", "law",
)  # fmt: skip
#: Half a delay by less than a sample: windowed sines of so many samples at either side.
REACH: Final = 16


def as_float(samples: Pcm) -> Audio:
    """Return samples of 16 bits as shares of full scale."""
    return cast(Audio, samples.astype(np.float32) / np.float32(32768))


def _between(part: float) -> Audio:
    """Return the taps of a delay by a part of a sample."""
    at = np.arange(-REACH, REACH + 1)
    return cast(Audio, (np.sinc(at - part) * np.hanning(2 * REACH + 3)[1:-1]).astype(np.float32))


def ended(samples: Pcm, draw: Dice) -> Pcm:
    """Return what a leg is behind another last network."""
    ending = draw.one_of(ENDINGS)
    if ending == "amplified":
        louder = narrow(as_float(samples) * gain(draw.exactly(-8, 5)))
        return coded(louder, draw.one_of(LAWS))
    if ending == "mixed":
        return narrow(as_float(coded(samples, "mulaw")) * gain(draw.exactly(-4, 2)))
    if ending == "off law":
        return narrow(as_float(samples) * gain(draw.exactly(-8, 6)))
    if ending == "resampled":
        return narrow(filtered(as_float(samples), _between(draw.exactly(0.2, 0.8))))
    return coded(samples, draw.one_of(LAWS)) if ending == "law" else samples
