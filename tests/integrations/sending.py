"""Makes RTP packets and captures of them by the standards alone, knowing nothing of ours."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["Sender", "ethernet", "saved"]


class Sender:
    """Sends 20 ms of one byte after the other from any sequence number and timestamp on."""

    def __init__(self, sequence: int = 0, timestamp: int = 0, ssrc: int = 0xCAFE) -> None:
        self.sequence, self.timestamp, self.ssrc, self.sent = sequence, timestamp, ssrc, 0

    def packet(self, payload_type: int, payload: bytes, timestamp: int | None = None) -> bytes:
        at = self.timestamp if timestamp is None else timestamp
        head = struct.pack(
            ">BBHII", 0x80, payload_type, self.sequence & 0xFFFF, at & 0xFFFFFFFF, self.ssrc
        )
        self.sequence += 1
        return head + payload

    def audio(self, payload_type: int = 0, payload: bytes | None = None) -> bytes:
        made = bytes([self.sent % 256]) * 160 if payload is None else payload
        data = self.packet(payload_type, made)
        self.timestamp += len(made)
        self.sent += 1
        return data

    def pause(self, ms: int) -> None:
        self.timestamp += 8 * ms

    def digit(self, code: int, packets: int = 4, each: int = 160, kind: int = 101) -> list[bytes]:
        """Return the packets of a key: the same timestamp, its end three times."""
        made = []
        for n in range(1, packets + 3):
            flags = 0x8A if n >= packets else 0x0A
            length = each * min(n, packets)
            made.append(self.packet(kind, struct.pack(">BBH", code, flags, length)))
        self.timestamp += each * packets
        return made


def ethernet(
    payload: bytes, source: tuple[str, int] = ("10.0.0.1", 4000),
    target: tuple[str, int] = ("10.0.0.9", 5000), *, vlan: bool = False,
) -> bytes:  # fmt: skip
    """Return a datagram as Ethernet, IPv4 and UDP."""
    udp = struct.pack(">HHHH", source[1], target[1], 8 + len(payload), 0) + payload
    addresses = (bytes(map(int, each[0].split("."))) for each in (source, target))
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + b"".join(addresses)
    tag = b"\x81\x00\x00\x07" if vlan else b""
    return bytes(12) + tag + b"\x08\x00" + ip + udp


def saved(
    path: Path, packets: list[tuple[float, bytes]], *, link: int = 1, order: str = "<",
    nano: bool = False,
) -> Path:  # fmt: skip
    """Write a capture of packets, each with its milliseconds."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    data = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)]
    for at_ms, packet in packets:
        second, part = divmod(round(at_ms * (1e6 if nano else 1e3)), 10**9 if nano else 10**6)
        data.append(struct.pack(order + "IIII", second, part, len(packet), len(packet)) + packet)
    path.write_bytes(b"".join(data))
    return path
