"""What the bytes of mu-law and A-law stand for, as 16-bit samples."""

from __future__ import annotations

from array import array
from typing import Final

__all__ = ["ALAW", "MULAW"]


def _mulaw(code: int) -> int:
    """Decode a byte of mu-law: 14 bits, here in 16."""
    code = ~code & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    size = (((mantissa << 3) + 132) << exponent) - 132
    return -size if code & 0x80 else size


def _alaw(code: int) -> int:
    """Decode a byte of A-law: 13 bits, here in 16."""
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 264) << (exponent - 1)
    return size if code & 0x80 else -size


MULAW: Final = array("h", (_mulaw(code) for code in range(256)))
"""Sample of each byte. Source: ITU-T G.711 (1988), tables 2a and 2b."""

ALAW: Final = array("h", (_alaw(code) for code in range(256)))
"""Sample of each byte. Source: ITU-T G.711 (1988), tables 1a and 1b."""
