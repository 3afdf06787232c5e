"""RTP packets by the standard, and all that comes to the same port and is none."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.integrations.rtp import RtpPacket, TelephoneEvent, rtp_packet, telephone_event


def packed(first: int = 0x80, second: int = 0, rest: bytes = b"") -> bytes:
    return struct.pack(">BBHII", first, second, 7, 160, 0xCAFE) + rest


def test_a_plain_packet() -> None:
    assert rtp_packet(packed(rest=b"abc")) == RtpPacket(0, False, 7, 160, 0xCAFE, b"abc")
    assert rtp_packet(packed(second=0x80 | 101)) == RtpPacket(101, True, 7, 160, 0xCAFE, b"")


def test_sources_extension_and_padding_are_left_out() -> None:
    csrc = bytes(8)
    extension = b"\xbe\xde\x00\x01abcd"
    found = rtp_packet(packed(0x80 | 0x20 | 0x10 | 2, 8, csrc + extension + b"audio" + b"\0\0\x03"))
    assert found is not None
    assert found.payload == b"audio"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        packed()[:11],
        packed(0x40),
        packed(second=200),  # sender report
        packed(second=204),  # APP, as of rtpengine's PING
        packed(0x00),  # STUN
        packed(0x16),  # DTLS
        packed(0x81),  # a source that is not there
        packed(0x90, rest=b"\xbe\xde\x00\x05"),
        packed(0x90),
        packed(0xA0, rest=b"abc\x05"),
        packed(0xA0, rest=b"abc\x00"),
        packed(0xA0),
        packed(rest=bytes(2048)),
    ],
)
def test_what_is_none(data: bytes) -> None:
    assert rtp_packet(data) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_none(data: bytes) -> None:
    found = rtp_packet(b"\x80" + data)
    if found is not None:
        assert data.endswith(found.payload) or found.payload in data


def test_telephone_events() -> None:
    assert telephone_event(bytes.fromhex("0b0a0320")) == TelephoneEvent(11, False, 800)
    assert telephone_event(bytes.fromhex("108a0320")) == TelephoneEvent(16, True, 800)
    assert telephone_event(bytes.fromhex("110a0320")) is None
    assert telephone_event(b"\x05\x0a") is None
