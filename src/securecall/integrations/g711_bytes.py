"""G.711 as 16-bit samples: a table, twice, and nothing that could be heard."""

from __future__ import annotations

from typing import Final

from securecall.errors import WireError
from securecall.fraud.g711 import ALAW, MULAW

__all__ = ["s16le"]

# Low and high bytes of each sample, as tables of `bytes.translate`: 4 us a frame of 20 ms.
_TABLES: Final = {
    name: (bytes(value & 0xFF for value in table), bytes(value >> 8 & 0xFF for value in table))
    for name, table in (("mulaw", MULAW), ("alaw", ALAW))
}


def s16le(payload: bytes, encoding: str) -> bytes:
    r"""Return samples of 16 bits, little endian.

    Parameters
    ----------
    payload : bytes
    encoding : {"s16le", "mulaw", "alaw"}

    Raises
    ------
    WireError
        An odd number of bytes of 16-bit samples, or another encoding.

    Source
    ------
    ITU-T G.711 (1988), tables 1a to 2b; the engine has the same values.

    Examples
    --------
    >>> from securecall.integrations.g711_bytes import s16le
    >>> s16le(b"\xff\x00", "mulaw").hex()
    '00008482'
    """
    if encoding == "s16le":
        if len(payload) % 2:
            raise WireError("audio", f"{len(payload)} bytes are no whole 16-bit samples")
        return payload
    try:
        low, high = _TABLES[encoding]
    except KeyError:
        raise WireError("audio", f"{encoding!r} is neither s16le, mulaw nor alaw") from None
    samples = bytearray(2 * len(payload))
    samples[0::2] = payload.translate(low)
    samples[1::2] = payload.translate(high)
    return bytes(samples)
