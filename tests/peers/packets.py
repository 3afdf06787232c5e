"""The relay's file of a call, read apart from the package: when each packet came, by both clocks.

Only what the measurements need. The package's own reader, `securecall.integrations`, is held
against it.
"""

from __future__ import annotations

import re
import struct
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

__all__ = ["Datagram", "Packet", "Recording", "Stream", "streams"]

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

        The packet in the middle says it. Senders wake every 4 ms, so that half of their packets
        leave up to 2 ms later; and a relay that is busy stamps some with a time that is past
        already (seen under load: by 15 ms), so that the earliest says nothing.
        """
        return median(packet.came_ms - self.media_ms(packet) for packet in self.packets)

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
        steps = (after - before for before, after in pairwise(at))
        return sum(step - 160 for step in steps if step > 160) * 1000 / CLOCK_HZ


class Datagram(NamedTuple):
    """A UDP datagram of RTP as the relay wrote it down."""

    came_ms: float
    leg: str
    sender: int  # its port
    data: bytes


class Recording:
    """The relay's file of a call, read as it grows.

    The relay's ports tell the legs: the offer that it passed on names the port to which the called
    side sends, the answer that to which the calling side does. Both stand in its metadata.
    """

    def __init__(self, folder: Path, sip_call_id: str) -> None:
        [self.path] = folder.glob(f"pcaps/{sip_call_id}-*.pcap")
        about = [*folder.glob(f"[mt]*/rtpengine-meta-{self.path.stem}*")]  # it moves at the end
        ports = re.findall(r"^m=audio (\d+)", about[0].read_text(), re.MULTILINE)
        self.legs = {int(ports[0]): "called", int(ports[1]): "calling"}
        self._file = self.path.open("rb")
        self._rest = b""
        self._headed = False

    def new(self) -> list[Datagram]:
        """Return what was written since the last time; RTCP is left out."""
        self._rest += self._file.read()
        if not self._headed:
            if len(self._rest) < 24:
                return []
            magic, link = struct.unpack_from("<I16xI", self._rest)
            assert (magic, link) == (PCAP, ETHERNET), (hex(magic), link)
            self._rest, self._headed = self._rest[24:], True
        found, at = [], 0
        while at + 16 <= len(self._rest):
            seconds, micros, kept = struct.unpack_from("<III", self._rest, at)
            frame = self._rest[at + 16 : at + 16 + kept]
            if len(frame) < kept:
                break
            at += 16 + kept
            udp = 14 + (frame[14] & 15) * 4
            sender, to = struct.unpack_from(">HH", frame, udp)
            leg = self.legs.get(to)
            rtp = frame[udp + 8 :]
            if leg is not None and not 192 <= rtp[1] <= 223:
                found.append(Datagram(seconds * 1000 + micros / 1000, leg, sender, rtp))
        self._rest = self._rest[at:]
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def streams(folder: Path, sip_call_id: str) -> dict[str, Stream]:
    """Return what each leg of a call sent, ``calling`` and ``called``."""
    recording = Recording(folder, sip_call_id)
    found: dict[str, Stream] = {}
    for came_ms, leg, _, rtp in recording.new():
        sequence, stamp, ssrc = struct.unpack_from(">HII", rtp, 2)
        stream = found.setdefault(leg, Stream(leg, ssrc))
        assert stream.ssrc == ssrc, "a leg has one source"
        stream.packets.append(Packet(came_ms, stamp, sequence, rtp[1] & 127, rtp[12:]))
    recording.close()
    return found
