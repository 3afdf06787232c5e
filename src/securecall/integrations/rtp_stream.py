"""One direction of RTP: its packets in order, at their times, with digits told once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from securecall.fraud.signalled import RFC4733_KEYS
from securecall.integrations.media import UNITS_PER_MS, Audio, MediaEvent, Signal
from securecall.integrations.reordering import Reordering
from securecall.integrations.rtp import RtpPacket, TelephoneEvent, rtp_packet, telephone_event

__all__ = ["RtpStream"]

ENCODINGS: Final = {0: "mulaw", 8: "alaw"}
"""Source: RFC 3551 (2003), table 4; both at 8 kHz."""

COMFORT: Final = frozenset({13, 19})
"""Comfort noise says that nothing is said: its time passes as a gap. Source: RFC 3389 (2002)."""

UNITS: Final = 1000 * UNITS_PER_MS // 8000
FLASH: Final = 16
DYNAMIC: Final = 96
EVENT_BYTES: Final = 4
DROPOUT_MOST: Final = 3000
"""A sequence number that jumps so far begins anew. Source: RFC 3550 (2003), A.1, MAX_DROPOUT."""

MISORDER_MOST: Final = 100
"""Source: RFC 3550 (2003), A.1, MAX_MISORDER."""

ANEW: Final = 1 << 40
"""Timestamps of another source say nothing about where the last one's were: they are put so far
away that no clock takes them for late. A multiple of 2**32, so their own order stays."""


class RtpStream:
    """Reads the packets of one direction; another source on it must show two in sequence first.

    Parameters
    ----------
    leg : {"called", "calling"}
    events : collection of int, optional
        Payload types of telephone-event, as the SDP says; by default any dynamic type whose
        payload is the four bytes of one.

    Attributes
    ----------
    ignored : dict of int to int
        How many packets there were of each payload type that is not heard.

    Source
    ------
    RFC 3550 (2003); RFC 3551 (2003); RFC 4733 (2006); RFC 3389 (2002).
    """

    __slots__ = (
        "_candidate", "_event", "_events", "_leg", "_order", "_sequence", "_source", "_stamp",
        "ignored",
    )  # fmt: skip

    def __init__(self, leg: str = "called", events: Collection[int] | None = None) -> None:
        self._leg, self._events = leg, events
        self._source: int | None = None
        self._candidate: tuple[int, int] | None = None
        self._order: Reordering[RtpPacket] = Reordering()
        self._sequence = self._stamp = 0
        self._event: tuple[int, int, int, bool] | None = None
        self.ignored: dict[int, int] = {}

    def datagram(self, data: bytes) -> list[MediaEvent]:
        """Return what a datagram of this direction completes; what is no RTP is nothing.

        Parameters
        ----------
        data : bytes

        Source
        ------
        As the class.
        """
        packet = rtp_packet(data)
        return [] if packet is None else self.packet(packet)

    def packet(self, packet: RtpPacket) -> list[MediaEvent]:
        """Return what a packet of this direction completes.

        Parameters
        ----------
        packet : RtpPacket

        Source
        ------
        As the class.
        """
        made: list[MediaEvent] = []
        far = (packet.sequence - self._sequence) & 0xFFFF
        if packet.ssrc != self._source or DROPOUT_MOST < far < 0x10000 - MISORDER_MOST:
            # Whoever knows the port may send anything: one packet does not take the leg over.
            seen, self._candidate = self._candidate, (packet.ssrc, (packet.sequence + 1) & 0xFFFF)
            if self._source is not None and seen != (packet.ssrc, packet.sequence):
                return []
            made += self.end()
            self._stamp += 0 if self._source is None else ANEW
            self._source, self._event = packet.ssrc, None
            self._sequence, far = packet.sequence, 0
        self._candidate = None
        number = self._sequence + (far if far < 0x8000 else far - 0x10000)
        self._sequence = max(self._sequence, number)
        for each in self._order.push(number, packet):
            made += self._read(each)
        return made

    def end(self) -> list[MediaEvent]:
        """Return what waits for packets that are missing.

        Source
        ------
        As the class.
        """
        return [event for packet in self._order.flush() for event in self._read(packet)]

    def _read(self, packet: RtpPacket) -> list[MediaEvent]:
        away = (packet.timestamp - self._stamp) & 0xFFFFFFFF
        self._stamp += away if away < 0x80000000 else away - 0x100000000
        stamp = self._stamp * UNITS
        kind = packet.payload_type
        if kind in ENCODINGS:
            return [Audio(self._leg, packet.payload, ENCODINGS[kind], 8000, stamp)]
        if self._is_event(packet):
            event = telephone_event(packet.payload)
            return [] if event is None else self._pressed(event)
        if kind not in COMFORT:
            self.ignored[kind] = self.ignored.get(kind, 0) + 1
        return []

    def _is_event(self, packet: RtpPacket) -> bool:
        if self._events is not None:
            return packet.payload_type in self._events
        return packet.payload_type >= DYNAMIC and len(packet.payload) == EVENT_BYTES

    def _pressed(self, event: TelephoneEvent) -> list[MediaEvent]:
        """Tell a key at the first packet of it: the same timestamp, or a long one's next part."""
        before, began = self._event, self._stamp
        self._event = (event.code, began, event.duration, event.ended)
        if before is not None and before[0] == event.code:
            code, start, duration, ended = before
            if began == start:
                self._event = (code, start, max(duration, event.duration), ended or event.ended)
                return []
            if not ended and began == start + duration:
                return []
        name, value = ("flash", None) if event.code == FLASH else ("dtmf", RFC4733_KEYS[event.code])
        return [Signal(name, value, self._leg, began * UNITS)]
