"""Captures of packets: UDP datagrams of a pcap file, one after the other, never the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Final

from securecall.errors import InputError, WireError
from securecall.integrations.limits import PCAP_RECORD_BYTES_MAX

__all__ = ["Datagram", "datagrams", "is_pcap"]

MAGICS: Final = {
    bytes.fromhex("d4c3b2a1"): ("<", 1_000), bytes.fromhex("a1b2c3d4"): (">", 1_000),
    bytes.fromhex("4d3cb2a1"): ("<", 1_000_000), bytes.fromhex("a1b23c4d"): (">", 1_000_000),
}  # fmt: skip
"""Byte order, and parts of a second in a millisecond. Source: pcap-savefile(5)."""

PCAPNG: Final = bytes.fromhex("0a0d0d0a")
# Where the type of what is inside stands in a packet, and where it begins, by link type; where the
# type is told by the IP version itself there is none. Source: tcpdump.org/linktypes (2025).
LINKS: Final = {
    0: (None, 4), 1: (12, 14), 12: (None, 0), 14: (None, 0), 101: (None, 0), 108: (None, 4),
    113: (14, 16), 228: (None, 0), 229: (None, 0), 276: (0, 20),
}  # fmt: skip
VLAN: Final = (0x8100, 0x88A8)
IP: Final = (0x0800, 0x86DD)
UDP: Final = 17


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram.

    Attributes
    ----------
    at_ms : float
        When it was captured, since the first packet of the file.
    source, target : str
        ``address:port``; an IPv6 address in brackets.
    payload : bytes

    Source
    ------
    own.
    """

    at_ms: float
    source: str
    target: str
    payload: bytes = field(repr=False)


def is_pcap(path: str | Path) -> bool:
    """Return whether a file begins as a capture does, of either form.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    InputError
        It cannot be opened.

    Source
    ------
    pcap-savefile(5); draft-ietf-opsawg-pcapng.
    """
    with _opened(path) as file:
        return file.read(4) in (*MAGICS, PCAPNG)


def datagrams(path: str | Path) -> Iterator[Datagram]:
    """Yield the UDP datagrams of a capture; what is none of them is passed over.

    Parameters
    ----------
    path : str or pathlib.Path
        A pcap file, of Ethernet, Linux "any", or plain IP.

    Raises
    ------
    InputError
        It cannot be opened.
    WireError
        It is no pcap, of another link, or damaged; what came before was yielded.

    Source
    ------
    pcap-savefile(5).
    """
    with _opened(path) as file:
        yield from _read(file, str(path))


def _opened(path: str | Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from None


def _read(file: BinaryIO, name: str) -> Iterator[Datagram]:
    head = file.read(24)
    if head[:4] == PCAPNG:
        raise WireError("pcap", f"{name} is a pcapng; `editcap -F pcap` makes a pcap of it")
    if len(head) < 24 or head[:4] not in MAGICS:
        raise WireError("pcap", f"{name} is no pcap: its first bytes are no head of one")
    order, per_ms = MAGICS[head[:4]]
    link = int.from_bytes(head[20:24], "little" if order == "<" else "big") & 0x0FFFFFFF
    if link not in LINKS:
        raise WireError(
            "pcap", f"{name}: packets of link type {link} are not read, Ethernet and IP are"
        )
    record, at, first = Struct(order + "IIII"), 24, None
    while head := file.read(record.size):
        if len(head) < record.size:
            raise WireError("pcap", f"{name} ends in the middle of a packet at byte {at}")
        second, part, size, whole = record.unpack(head)
        if size > PCAP_RECORD_BYTES_MAX:
            raise WireError("pcap", f"{name} is damaged: a packet of {size} bytes at byte {at}")
        packet = file.read(size)
        if len(packet) < size:
            raise WireError("pcap", f"{name} ends in the middle of a packet at byte {at}")
        at += record.size + size
        at_ms = second * 1000 + part / per_ms
        first = at_ms if first is None else first
        if size == whole and (found := _datagram(packet, link, at_ms - first)) is not None:
            yield found


def _datagram(packet: bytes, link: int, at_ms: float) -> Datagram | None:
    place, begin = LINKS[link]
    if place is not None:
        kind = int.from_bytes(packet[place : place + 2], "big")
        while kind in VLAN:
            kind = int.from_bytes(packet[begin + 2 : begin + 4], "big")
            begin += 4
        if kind not in IP:
            return None
    ip = packet[begin:]
    if not ip:
        return None
    if ip[0] >> 4 == 4 and len(ip) >= 20:
        # A fragment has no port; RTP is never so long.
        if ip[9] != UDP or int.from_bytes(ip[6:8], "big") & 0x3FFF:
            return None
        source, target = (".".join(map(str, ip[n : n + 4])) for n in (12, 16))
        end = int.from_bytes(ip[2:4], "big")
        udp = ip[4 * (ip[0] & 15) : end]
    elif ip[0] >> 4 == 6 and len(ip) >= 40 and ip[6] == UDP:
        source, target = (
            "[" + ":".join(ip[n + m : n + m + 2].hex() for m in range(0, 16, 2)) + "]"
            for n in (8, 24)
        )
        udp = ip[40:]
    else:
        return None
    size = int.from_bytes(udp[4:6], "big")
    if not 8 <= size <= len(udp):
        return None
    ports = (int.from_bytes(udp[n : n + 2], "big") for n in (0, 2))
    return Datagram(at_ms, f"{source}:{next(ports)}", f"{target}:{next(ports)}", udp[8:size])
