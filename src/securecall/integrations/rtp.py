"""RTP packets: what is one, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from securecall.integrations.limits import RTP_BYTES_MAX

__all__ = ["RtpPacket", "TelephoneEvent", "rtp_packet", "telephone_event"]

HEADER: Final = Struct(">BBHII")
EVENT: Final = Struct(">BBH")


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """An RTP packet.

    Attributes
    ----------
    payload_type, sequence, timestamp, ssrc : int
        As in the packet: 7, 16, 32 and 32 bits.
    marker : bool
    payload : bytes
        Without padding.

    Source
    ------
    RFC 3550 (2003), clause 5.1.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes = field(repr=False)


def rtp_packet(data: bytes) -> RtpPacket | None:
    r"""Return a datagram as an RTP packet, or None if it is none: RTCP, STUN, DTLS, noise.

    Parameters
    ----------
    data : bytes

    Source
    ------
    RFC 3550 (2003), clause 5.1 and A.1; RFC 5761 (2010), clause 4, for what is RTCP.

    Examples
    --------
    >>> from securecall.integrations.rtp import rtp_packet
    >>> packet = rtp_packet(bytes.fromhex("80000007000000a00000cafe") + b"\xff" * 160)
    >>> packet.sequence, packet.timestamp, len(packet.payload)
    (7, 160, 160)
    >>> rtp_packet(bytes.fromhex("80c90001000000a0")) is None
    True
    """
    if not HEADER.size <= len(data) <= RTP_BYTES_MAX:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    # RTCP on the same port has its packet type, 192 to 223, where RTP has marker and payload type.
    if first >> 6 != 2 or 192 <= second <= 223:
        return None
    begin, end = HEADER.size + 4 * (first & 0x0F), len(data)
    if first & 0x10:
        if begin + 4 > end:
            return None
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    if begin > end:
        return None
    if first & 0x20:
        padding = data[-1]
        if not 1 <= padding <= end - begin:
            return None
        end -= padding
    return RtpPacket(
        second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, data[begin:end]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """A key that is down, or a flash, as packets say it again and again.

    Attributes
    ----------
    code : int
    ended : bool
    duration : int
        So far, in units of the timestamp.

    Source
    ------
    RFC 4733 (2006), clause 2.3.
    """

    code: int
    ended: bool
    duration: int


def telephone_event(payload: bytes) -> TelephoneEvent | None:
    """Return what a payload of telephone-event says first, or None if it is none.

    Parameters
    ----------
    payload : bytes

    Source
    ------
    RFC 4733 (2006), clause 2.3 and table 7: events 0 to 15 are keys, 16 a flash.

    Examples
    --------
    >>> from securecall.integrations.rtp import telephone_event
    >>> telephone_event(bytes([5, 0x8A, 0x05, 0x00]))
    TelephoneEvent(code=5, ended=True, duration=1280)
    """
    if len(payload) < EVENT.size:
        return None
    code, flags, duration = EVENT.unpack_from(payload)
    return None if code > 16 else TelephoneEvent(code, bool(flags & 0x80), duration)
