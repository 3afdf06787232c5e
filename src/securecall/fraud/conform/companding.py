"""G.711: mu-law and A-law, there and back, by the Recommendation's own arithmetic."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.conform.levels import Pcm

__all__ = ["Law", "decode", "encode", "round_trip"]

Law = Literal["mulaw", "alaw"]
Codes = NDArray[np.uint8]

# Mu-law's thresholds are 33 below powers of two, in units of 14 bits; in 16 bits that is 132.
BIAS: Final = 33 << 2
# The largest magnitude that its eighth segment holds (8 158 in 14 bits, and three quarters).
MULAW_LARGEST: Final = 32635
ALAW_FLIPPED: Final = 0x55  # even bits are inverted on the line


def encode(law: Law, samples: Pcm) -> Codes:
    """Return the octets of 16-bit samples.

    Source
    ------
    ITU-T G.711 tables 1a to 2b.
    """
    wide = samples.astype(np.int32)
    negative = wide < 0
    octets: Codes
    if law == "mulaw":
        size = np.minimum(np.abs(wide), MULAW_LARGEST) + BIAS
        segment = _segment(size, 7)
        step = (size >> (segment + 3)) & 0xF
        code = (np.where(negative, 0x80, 0) | (segment << 4) | step) ^ 0xFF
        octets = code.astype(np.uint8)
        return octets
    # Negative inputs mirror at one half: -1 is as small as 0 (G.191's one's complement).
    size = np.where(negative, -wide - 1, wide) >> 4
    segment = np.where(size > 15, _segment(size, 4) + 1, 0)
    step = np.where(segment > 1, size >> np.maximum(segment - 1, 0), size) & 0xF
    sign = np.where(negative, 0, 0x80)
    octets = ((sign | (segment << 4) | step) ^ ALAW_FLIPPED).astype(np.uint8)
    return octets


def _segment(size: NDArray[np.int32], first: int) -> NDArray[np.int32]:
    """Return by how many doublings sizes lie above 2 ** first; 0 for smaller ones."""
    found = np.zeros_like(size)
    for doublings in range(1, 8):
        found += size >= 1 << (first + doublings)
    return found


def decode(law: Law, codes: Codes) -> Pcm:
    """Return 16-bit samples of octets.

    Source
    ------
    ITU-T G.711 tables 1a to 2b, output values scaled to 16 bits.
    """
    if law == "mulaw":
        bits = ~codes.astype(np.int32) & 0xFF
        size = ((((bits & 0xF) << 3) + BIAS) << ((bits >> 4) & 7)) - BIAS
        return np.where(bits & 0x80, -size, size).astype(np.int16)
    bits = codes.astype(np.int32) ^ ALAW_FLIPPED
    segment = (bits >> 4) & 7
    size = ((bits & 0xF) << 4) + 8
    size = np.where(segment == 0, size, (size + 0x100) << np.maximum(segment - 1, 0))
    return np.where(bits & 0x80, size, -size).astype(np.int16)


def round_trip(law: Law, samples: Pcm) -> Pcm:
    """Return what is left of samples behind one coder and one decoder."""
    return decode(law, encode(law, samples))
