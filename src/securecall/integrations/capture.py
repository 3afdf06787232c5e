"""A call in a capture: which flow of packets is which leg, and both as one wire."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError, WireError
from securecall.integrations.carrier import Carrier, Listener
from securecall.integrations.limits import FLOWS_MAX, QUIET_MS_MAX
from securecall.integrations.media import Closed, MediaEvent, Opened
from securecall.integrations.pcap import datagrams
from securecall.integrations.rtp import RtpPacket, rtp_packet
from securecall.integrations.rtp_stream import ENCODINGS, RtpStream

__all__ = ["carry_capture", "flows", "read_capture"]

ORDER = ("called", "calling")
STEP_MS: Final = 100
"""A sender's clock in the capture that goes back so far was set back. Own: packets that several
cores captured are a few milliseconds out of order."""


def flows(path: str | Path) -> dict[str, int]:
    """Return who sent G.711 in a capture, ``address:port``, and how many packets; first the first.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    InputError
        As `securecall.integrations.pcap.datagrams`.
    WireError
        So too, or there are more than 64.

    Source
    ------
    own.
    """
    found: dict[str, int] = {}
    for each in datagrams(path):
        packet = rtp_packet(each.payload)
        if packet is None or packet.payload_type not in ENCODINGS:
            continue
        if each.source not in found and len(found) == FLOWS_MAX:
            raise WireError(
                "pcap", f"{path} has more than {FLOWS_MAX} senders of audio: it is no one call"
            )
        found[each.source] = found.get(each.source, 0) + 1
    return found


def read_capture(
    path: str | Path, legs: Mapping[str, str] | None = None,
    events: Collection[int] | None = None,
) -> Iterator[tuple[MediaEvent, float]]:  # fmt: skip
    """Yield what a capture says, and when, in milliseconds since its first packet.

    Where the capture's clock was set back it goes on as the sender's timestamps do.

    Parameters
    ----------
    path : str or pathlib.Path
        As rtpengine, tcpdump or pcapsipdump write it.
    legs : mapping of str to str, optional
        Which leg each sender is, by ``address:port`` or the port alone. By default the first to
        send is ``called`` and the second ``calling``, for who is called answers and speaks
        first; that is a guess, and yours to correct.
    events : collection of int, optional
        As for `RtpStream`.

    Raises
    ------
    InputError
        It cannot be opened, or no sender is as ``legs`` says.
    WireError
        No audio in it can be heard, there are more senders than legs and none were named, or it
        is damaged.

    Source
    ------
    own; captures of rtpengine 10.5.3 in tests/data/wires.
    """
    there = flows(path)
    chosen = _chosen(there, legs)
    if not chosen:
        raise WireError("pcap", f"{path} has no packets of G.711 (payload types 0 and 8)")
    streams = {source: RtpStream(leg, events) for source, leg in chosen.items()}
    yield Opened("", tuple(dict.fromkeys(chosen.values())), {"senders": " ".join(chosen)}), 0.0
    last = shift = 0.0
    before: dict[str, tuple[float, RtpPacket]] = {}
    for each in datagrams(path):
        packet = rtp_packet(each.payload) if each.source in streams else None
        if packet is None:
            continue
        then, old = before.get(each.source, (0.0, packet))
        if each.at_ms + shift < then - STEP_MS:
            shift = then + _passed(old, packet) - each.at_ms
        last = each.at_ms + shift
        before[each.source] = last, packet
        for event in streams[each.source].packet(packet):
            yield event, last
    for stream in streams.values():
        for event in stream.end():
            yield event, last
    yield Closed("closed"), last


def carry_capture(
    path: str | Path, listener: Listener, legs: Mapping[str, str] | None = None,
    events: Collection[int] | None = None,
) -> Iterator[Any]:  # fmt: skip
    """Yield what a listener says to a call in a capture.

    Parameters
    ----------
    path, legs, events
        As for `read_capture`.
    listener : Listener
        For 16 bits at 8 kHz.

    Raises
    ------
    InputError, WireError
        As `read_capture`.

    Source
    ------
    own.
    """
    carrier = Carrier(listener)
    for event, at_ms in read_capture(path, legs, events):
        yield from carrier.take(event, at_ms)


def _passed(old: RtpPacket, new: RtpPacket) -> float:
    """Return how many milliseconds lie between two packets of a sender, as far as these tell."""
    ms = ((new.timestamp - old.timestamp) & 0xFFFFFFFF) / 8
    return ms if new.ssrc == old.ssrc and ms <= QUIET_MS_MAX else 0.0


def _chosen(there: Mapping[str, int], legs: Mapping[str, str] | None) -> dict[str, str]:
    """Return the leg of each sender."""
    if legs is None:
        if len(there) > len(ORDER):
            raise WireError("pcap", f"has {len(there)} senders, {', '.join(there)}: say which legs")
        return dict(zip(there, ORDER, strict=False))
    found = {}
    for name, leg in legs.items():
        named = [each for each in there if name in (each, each.rpartition(":")[2])]
        if len(named) != 1:
            raise InputError(f"{len(named)} of {', '.join(there) or 'no senders'} are {name!r}")
        found[named[0]] = leg
    return found
