"""Traps that running switches set: time is no count of samples, and holes are no fraud.

A call of two minutes of talk on both legs goes over each kind of wire, with digits that are relayed
as Asterisk and FreeSWITCH do it and a network that stalls; nothing is heard that was not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.fraud.calls import laid, spoken
from tests.fraud.sounds import companded
from tests.integrations.sending import Sender, ethernet, saved

from securecall.fraud import CallMonitor, Event
from securecall.integrations.audio_stream import AudioStream
from securecall.integrations.audiosocket import AudioSocket
from securecall.integrations.capture import carry_capture
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import MediaEvent, Signal

SECONDS = 120
FRAME = 160
DIGITS_S = (20.0, 33.0, 47.0, 62.0, 79.0, 101.0)
SUSPICIONS = {"line_switch", "three_way", "noise_anomaly", "call_forwarding"}


def legs() -> dict[str, np.ndarray]:
    """Return talk of both legs, over the noise of their lines."""
    called = [(4.0 + 9 * n, spoken(5, n)) for n in range(13)]
    calling = [(0.5 + 9 * n, spoken(3, 40 + n)) for n in range(13)]
    return {
        "called": laid(SECONDS, *called, floor_dbm0=-50),
        "calling": laid(SECONDS, *calling, floor_dbm0=-56),
    }


LEGS = legs()


def frames(leg: str) -> Iterator[tuple[float, bytes]]:
    """Yield 20 ms after the other of a leg, and when each was spoken."""
    whole = LEGS[leg]
    for at in range(0, len(whole), FRAME):
        yield at / 8, whole[at : at + FRAME].tobytes()


def suspicions(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.kind, event.leg) for event in events if event.kind in SUSPICIONS]


def test_nothing_is_found_in_the_talk_itself() -> None:
    monitor = CallMonitor(legs=["called"])
    found = [event for _, frame in frames("called") for event in monitor.feed(frame)]
    assert suspicions(found + monitor.finish()) == []


def test_asterisk_is_silent_while_it_relays_digits() -> None:
    monitor = CallMonitor(legs=["called"])
    wire, carrier = AudioSocket(), Carrier(monitor)
    found: list[Event] = []

    def carry(data: bytes, at_ms: float) -> None:
        for event in wire.feed_bytes(data):
            found.extend(carrier.take(event, at_ms))

    carry(b"\x01\x00\x10" + bytes(16), 0)
    left = list(DIGITS_S)
    for at_ms, frame in frames("called"):
        if left and left[0] * 1000 <= at_ms < left[0] * 1000 + 180:
            continue  # what is said in this time is not sent at all
        if left and at_ms >= left[0] * 1000 + 180:
            left.pop(0)
            carry(b"\x03\x00\x015", at_ms)
        carry(b"\x10\x01\x40" + frame, at_ms)
    for event in wire.end():
        found.extend(carrier.take(event, SECONDS * 1000))
    found += monitor.finish()
    assert suspicions(found) == []
    told = [event for event in found if event.kind == "dtmf"]
    assert [event.start_ms for event in told] == [1000 * at + 180 for at in DIGITS_S]
    # The clock is right to a frame at the end, where samples alone are 1.08 s short.
    assert monitor.now_ms == pytest.approx(SECONDS * 1000, abs=20)
    assert carrier.clocks["called"].lost_ms == pytest.approx(6 * 180, abs=1)


def test_freeswitch_brings_more_than_there_is_time_for() -> None:
    monitor = CallMonitor(legs=["calling", "called"])
    wire, carrier = AudioStream("c", mix="stereo"), Carrier(monitor)
    found: list[Event] = []

    def carry(events: list[MediaEvent], at_ms: float) -> None:
        for event in events:
            found.extend(carrier.take(event, at_ms))

    carry(wire.message("{"), 0)
    left = list(DIGITS_S)
    for (at_ms, one), (_, two) in zip(frames("calling"), frames("called"), strict=True):
        both = np.stack([np.frombuffer(each, np.int16) for each in (one, two)], axis=1).tobytes()
        carry(wire.message(both), at_ms)
        if left and at_ms >= left[0] * 1000:
            if at_ms < left[0] * 1000 + 200:
                carry(wire.message(bytes(len(both))), at_ms + 10)  # a frame that nobody said
            else:
                left.pop(0)
                carry([Signal("dtmf", "5")], at_ms)
    for event in wire.end():
        carry([event], SECONDS * 1000)
    found += monitor.finish()
    assert suspicions(found) == []
    # Counted, it would be 1.2 s late at the end.
    assert monitor.now_ms == pytest.approx(SECONDS * 1000, abs=130)
    assert carrier.clocks["called"].surplus_ms > 1000


def test_a_network_that_stalls_every_ten_seconds_loses_nothing() -> None:
    monitor, plain = CallMonitor(legs=["called"]), CallMonitor(legs=["called"])
    wire, carrier = AudioStream("c"), Carrier(monitor)
    found: list[Event] = []
    heard: list[Event] = []
    for at_ms, frame in frames("called"):
        into = at_ms % 10_000
        late = at_ms - into + 700 if into < 700 and at_ms > 5000 else at_ms
        for event in wire.message(frame):
            found += carrier.take(event, late)
        heard += plain.feed(frame)
    for event in wire.end():
        found += carrier.take(event, SECONDS * 1000)
    assert found + monitor.finish() == heard + plain.finish()
    assert carrier.clocks["called"].lost_ms == carrier.clocks["called"].surplus_ms == 0


def test_a_capture_with_loss_and_digits_on_both_legs(tmp_path: Path) -> None:
    chance = np.random.default_rng(6)
    packets = []
    sources = {"called": ("10.0.0.1", 4000), "calling": ("10.0.0.2", 4002)}
    for number, leg in enumerate(sources):
        sender = Sender(65_000, 0xFFFFF000, ssrc=number + 1)
        coded = companded(LEGS[leg], "mulaw")
        left = list(DIGITS_S) if leg == "calling" else []
        for at in range(0, len(coded), FRAME):
            at_ms = at / 8
            if left and at_ms >= left[0] * 1000:
                left.pop(0)
                stamp = sender.timestamp
                for each in sender.digit(5):
                    packets.append((at_ms, ethernet(each, sources[leg])))
                sender.timestamp = stamp
            packet = sender.audio(0, coded[at : at + FRAME])
            if chance.random() > 0.01:
                late = at_ms + chance.random() * 30
                packets.append((late, ethernet(packet, sources[leg])))
    packets.sort(key=lambda each: each[0])
    path = saved(tmp_path / "call.pcap", packets)
    monitor = CallMonitor(legs=["called", "calling"])
    found = list(carry_capture(path, monitor, {"4000": "called", "4002": "calling"}))
    found += monitor.finish()
    assert suspicions(found) == []
    assert [event.detail for event in found if event.kind == "dtmf"] == ["5"] * len(DIGITS_S)
    assert monitor.now_ms == pytest.approx(SECONDS * 1000, abs=60)
