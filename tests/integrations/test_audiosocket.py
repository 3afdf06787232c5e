"""AudioSocket: the bytes of a real Asterisk, in any pieces; and frames that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integrations.noting import framed

from securecall.errors import WireError
from securecall.fraud import CallMonitor, Event
from securecall.integrations.audiosocket import AudioSocket
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import Audio, Closed, MediaEvent, Opened, Signal

WIRES = Path(__file__).parents[1] / "data" / "wires"
CAPTURED = sorted(WIRES.glob("audiosocket-*.bin"))
HELLO = framed(1, bytes(range(16)))
HOLE_MS = 181
"""Beside the 20 ms between frames: Asterisk was silent for 201 ms at each digit."""


def frames_of(data: bytes) -> list[bytes]:
    """Return whole frames."""
    found = []
    while data:
        size = 3 + int.from_bytes(data[1:3], "big")
        found.append(data[:size])
        data = data[size:]
    return found


def heard(path: Path) -> tuple[list[Event], Carrier, float]:
    """Return what a monitor hears of a captured connection at the pace that it had."""
    monitor = CallMonitor(legs=["called"], report_ends=True)
    wire, carrier, at_ms = AudioSocket(), Carrier(monitor), 0.0
    found: list[Event] = []
    for frame in frames_of(path.read_bytes()):
        at_ms += {0x10: 20, 0x03: HOLE_MS}.get(frame[0], 0)
        for event in wire.feed_bytes(frame):
            found += carrier.take(event, at_ms)
    for event in wire.end():
        found += carrier.take(event, at_ms)
    return found + monitor.finish(), carrier, at_ms


def test_there_are_captured_connections() -> None:
    assert len(CAPTURED) == 3


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_a_real_connection_is_heard(path: Path) -> None:
    found, carrier, _ = heard(path)
    assert carrier.opened is not None
    assert carrier.opened.call.startswith("40325ec2-5efd-4bd3-805f-53576e581d1")
    assert carrier.closed == Closed("closed")
    began = [(event.kind, event.detail) for event in found if not event.ended]
    assert began == [("tone", "ringback"), ("dtmf", "1"), ("dtmf", "5"), ("dtmf", "#")]
    signalled = [event.detail for event in found if "signalled" in event.cues]
    assert signalled == ["5", "#"]


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_the_holes_of_relayed_digits_are_gaps_and_no_line_switch(path: Path) -> None:
    found, carrier, at_ms = heard(path)
    kinds = {event.kind for event in found}
    assert kinds & {"line_switch", "three_way", "noise_anomaly", "call_forwarding"} == set()
    clock = carrier.clocks["called"]
    # Counting samples would have put the end 362 ms early.
    assert clock.lost_ms == 20 + 2 * HOLE_MS
    assert clock.end / 16 == pytest.approx(at_ms + 20)


@given(st.lists(st.integers(1, 700), max_size=40))
@settings(max_examples=20)
def test_any_pieces_say_the_same(sizes: list[int]) -> None:
    data = CAPTURED[0].read_bytes()[:9000]
    wire, made, at = AudioSocket(), [], 0
    for size in sizes:
        made += wire.feed_bytes(data[at : at + size])
        at += size
    made += wire.feed_bytes(data[at:])
    assert made == AudioSocket().feed_bytes(data)


def said(*frames: bytes) -> list[MediaEvent]:
    return AudioSocket("calling").feed_bytes(b"".join([HELLO, *frames]))[1:]


def test_the_kinds_of_frames() -> None:
    assert AudioSocket().feed_bytes(HELLO) == [
        Opened("00010203-0405-0607-0809-0a0b0c0d0e0f", ("called",))
    ]
    assert said(framed(0x10, b"abcd")) == [Audio("calling", b"abcd", "s16le", 8000)]
    assert said(framed(0x12, b"abcd")) == [Audio("calling", b"abcd", "s16le", 16000)]
    assert said(framed(0x03, b"#")) == [Signal("dtmf", "#", "calling")]
    assert said(framed(0x00), framed(0x10, b"ab")) == [Closed("hangup")]
    assert said(framed(0xFF, b"\x02")) == [Closed("error 02")]


def test_a_connection_ends_once() -> None:
    wire = AudioSocket()
    assert wire.feed_bytes(HELLO + framed(0)) != []
    assert wire.end() == []
    assert AudioSocket().end() == [Closed("closed")]
    assert wire.feed_bytes(framed(0x10, b"ab")) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (framed(0x10, b"ab"), "the first frame is the call's UUID, not kind 0x10"),
        (HELLO + HELLO, "kind 0x01 and 16 bytes is none"),
        (HELLO + framed(0x11, b"ab"), "audio of 12000 Hz; have the channel use slin or slin16"),
        (HELLO + framed(0x18, b"ab"), "audio of 192000 Hz"),
        (HELLO + framed(0x20, b"ab"), "a frame of kind 0x20 and 2 bytes is none"),
        (HELLO + framed(0x03, b"12"), "a frame of kind 0x03 and 2 bytes is none"),
        (HELLO + b"\x10\xff\xff", "a frame of 65535 bytes; the most is 64000"),
    ],
)
def test_frames_that_are_none(data: bytes, text: str) -> None:
    with pytest.raises(WireError, match=text):
        AudioSocket().feed_bytes(data)
