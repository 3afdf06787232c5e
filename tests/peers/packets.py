"""The relay's file of a call, read apart from the package: when each packet came, by both clocks.

Only what the measurements need. The package's own reader, `securecall.integrations`, is held
against it.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["Packet", "Stream", "streams"]

PCAP: Final = 0xA1B2C3D4
ETHERNET: Final = 1
CLOCK_HZ: Final = 8000


class Packet(NamedTuple):
    """A packet of RTP."""

    came_ms: float  # the relay's clock, which is the machine's
    stamp: int  # RTP timestamp
    sequence: int
    kind: int  # payload type
    payload: bytes


class Stream:
    """What one side sent."""

    def __init__(self, leg: str, ssrc: int) -> None:
        self.leg, self.ssrc = leg, ssrc
        self.packets: list[Packet] = []

    def media_ms(self, packet: Packet) -> float:
        """Return a packet's instant by its RTP timestamp, in ms since the first packet's."""
        ahead = (packet.stamp - self.packets[0].stamp) & 0xFFFFFFFF
        return (ahead - (ahead >> 31 << 32)) * 1000 / CLOCK_HZ

    @property
    def began_ms(self) -> float:
        """The time of day at which the first packet's timestamp lies.

        The packet that was delayed least says it: a sender that wakes late sends late, never early.
        """
        return min(packet.came_ms - self.media_ms(packet) for packet in self.packets)

    @property
    def last_ms(self) -> float:
        """The time of day of the last packet, by its RTP timestamp."""
        return self.began_ms + max(map(self.media_ms, self.packets))

    @property
    def last_came_ms(self) -> float:
        """The time of day at which the last packet came."""
        return max(packet.came_ms for packet in self.packets)

    def holes_ms(self) -> float:
        """Return how much time has no packet between the first and the last."""
        at = sorted({packet.stamp - self.packets[0].stamp for packet in self.packets})
        steps = (b - a for a, b in zip(at, at[1:], strict=False))
        return sum(step - 160 for step in steps if step > 160) * 1000 / CLOCK_HZ


def streams(recording: Path) -> dict[str, Stream]:
    """Return what each leg sent, ``calling`` and ``called``.

    The relay's ports tell the legs: the offer that it passed on names the port to which the called
    side sends, the answer that to which the calling side does. Both stand in its metadata.
    """
    about = next((recording.parents[1] / "metadata").glob(f"*{recording.stem}*"))
    ports = [int(port) for port in re.findall(r"^m=audio (\d+)", about.read_text(), re.MULTILINE)]
    legs = {ports[0]: "called", ports[1]: "calling"}
    found: dict[str, Stream] = {}
    data = recording.read_bytes()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    assert (magic, link) == (PCAP, ETHERNET), (hex(magic), link)
    at = 24
    while at + 16 <= len(data):
        seconds, micros, kept = struct.unpack_from("<III", data, at)
        frame = data[at + 16 : at + 16 + kept]
        at += 16 + kept
        udp = 14 + (frame[14] & 15) * 4
        to = struct.unpack_from(">H", frame, udp + 2)[0]
        rtp = frame[udp + 8 :]
        if to not in legs or 192 <= rtp[1] <= 223:  # RTCP
            continue
        sequence, stamp, ssrc = struct.unpack_from(">HII", rtp, 2)
        stream = found.setdefault(legs[to], Stream(legs[to], ssrc))
        assert stream.ssrc == ssrc, "a leg has one source"
        came_ms = seconds * 1000 + micros / 1000
        stream.packets.append(Packet(came_ms, stamp, sequence, rtp[1] & 127, rtp[12:]))
    return found
