"""Limits of what a peer may send: each wire refuses what is beyond, before it does anything."""

from __future__ import annotations

from typing import Final

__all__ = [
    "AHEAD_MS_MAX",
    "AUDIO_BYTES_MAX",
    "CONNECTIONS_MAX",
    "DIGITS_PER_S_MAX",
    "FLOWS_MAX",
    "HELD_MS_MAX",
    "HELLO_S_MAX",
    "IDLE_S_MAX",
    "JSON_BRACKETS_MAX",
    "JSON_DIGITS_MAX",
    "PCAP_RECORD_BYTES_MAX",
    "QUIET_MS_MAX",
    "REORDER_MOST",
    "RTP_BYTES_MAX",
    "TEXT_CHARACTERS_MAX",
]

AUDIO_BYTES_MAX: Final = 64_000
"""Of audio in one frame or message: a second of two legs at 16 kHz. Wires send 20 ms."""

TEXT_CHARACTERS_MAX: Final = 131_072
"""Of one text message: that much audio in base64, and some words around it."""

JSON_BRACKETS_MAX: Final = 100
"""How many ``[`` and ``{`` a message may have, so none is nested deeper. Real ones have six."""

JSON_DIGITS_MAX: Final = 15
"""Of a number, written as one or as a string: milliseconds of 30,000 years."""

RTP_BYTES_MAX: Final = 2_048
"""Of an RTP packet: more than Ethernet takes. G.711 of 20 ms has 172."""

PCAP_RECORD_BYTES_MAX: Final = 262_144
"""Of a packet in a capture: the most that libpcap itself writes."""

FLOWS_MAX: Final = 64
"""How many flows of one capture are looked at; a call has two or four."""

REORDER_MOST: Final = 10
"""How many packets wait for one that is missing: 200 ms at 20 ms each."""

HELD_MS_MAX: Final = 2_000
"""How much audio of a leg waits until it is known whether there was a hole before it."""

AHEAD_MS_MAX: Final = 1_000
"""How far a timestamp may lie before the clock on the wall. What is further carries no time."""

QUIET_MS_MAX: Final = 3_600_000
"""How long a wire may bring no audio; what comes then is no more the same call."""

DIGITS_PER_S_MAX: Final = 25
"""How many keys a leg may press in any second; a keypad makes twelve at the most."""

CONNECTIONS_MAX: Final = 1_000
"""How many connections a server of ours has at a time, unless it is told otherwise."""

IDLE_S_MAX: Final = 60
"""How many seconds a server waits for the next byte, unless it is told otherwise."""

HELLO_S_MAX: Final = 5
"""How many seconds a connection may take to say which call it is; a drop at a time is no life."""
