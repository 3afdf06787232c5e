"""One direction of RTP: order, wrap, losses, digits, comfort noise, and who may send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integrations.noting import Noting, opened_carrier
from tests.integrations.sending import Sender

from securecall.integrations.media import Audio, MediaEvent, Signal
from securecall.integrations.rtp_stream import RtpStream


def played(packets: list[tuple[float, bytes]], stream: RtpStream | None = None) -> Noting:
    """Carry packets that come at instants to somebody who hears mu-law."""
    noting, carrier = opened_carrier(encoding="mulaw")
    noting.bytes_per_ms = 8
    stream = RtpStream() if stream is None else stream
    at_ms = 0.0
    for at_ms, packet in packets:
        for event in stream.datagram(packet):
            carrier.take(event, at_ms)
    for event in stream.end():
        carrier.take(event, at_ms)
    for clock in carrier.clocks.values():
        noting.pieces += [("called", piece) for piece in clock.flush()]
    return noting


def evenly(packets: list[bytes]) -> list[tuple[float, bytes]]:
    return [(20.0 * n, packet) for n, packet in enumerate(packets)]


def bytes_of(noting: Noting) -> list[int]:
    return list(noting.audio()[::160])


@pytest.mark.parametrize("sequence", [0, 65_500])
@pytest.mark.parametrize("timestamp", [0, 0xFFFFFFFF - 8000])
def test_numbers_wrap(sequence: int, timestamp: int) -> None:
    sender = Sender(sequence, timestamp)
    noting = played(evenly([sender.audio() for _ in range(100)]))
    assert noting.gaps() == []
    assert bytes_of(noting) == list(range(100))


def test_a_million_packets_wrap_fifteen_times() -> None:
    stream, sender = RtpStream(), Sender(65_000)
    made: list[MediaEvent] = []
    for _ in range(1_000_000 // 500):
        for _ in range(20):
            made += stream.datagram(sender.audio(payload=b"\xff"))
        sender.sequence += 480  # lost
        sender.timestamp += 480
    made += stream.end()
    assert len(made) == 40_000
    first, *_, last = (event.stamp for event in made if isinstance(event, Audio))
    assert first is not None
    assert last == first + (sender.timestamp - 481) * 2


@given(st.lists(st.integers(0, 4), min_size=50, max_size=50))
def test_packets_that_overtake_each_other_are_put_in_order(late: list[int]) -> None:
    sender = Sender(65_520)
    packets = [sender.audio() for _ in range(50)]
    order = [0, *sorted(range(1, 50), key=lambda n: (n + late[n], n))]
    noting = played([(20.0 * n, packets[place]) for n, place in enumerate(order)])
    assert bytes_of(noting) == list(range(50))
    assert noting.gaps() == []


def test_what_is_lost_is_a_gap_of_its_time() -> None:
    sender = Sender()
    packets = evenly([sender.audio() for _ in range(60)])
    noting = played(packets[:30] + packets[33:])
    assert noting.gaps() == [60]
    assert noting.ms() == 1200


def test_what_comes_twice_or_too_late_is_left_out() -> None:
    sender = Sender()
    packets = [sender.audio() for _ in range(40)]
    noting = played(evenly([*packets[:20], packets[19], packets[5], *packets[20:]]))
    assert bytes_of(noting) == list(range(40))


def test_a_digit_is_told_once_at_its_beginning() -> None:
    sender = Sender(1000, 777)
    packets = [sender.audio() for _ in range(50)]
    packets += sender.digit(5) + sender.digit(5) + sender.digit(11)
    packets += [sender.audio() for _ in range(50)]
    noting = played([(20.0 * n - (60 if n > 60 else 0), p) for n, p in enumerate(packets)])
    assert noting.signals == [("dtmf", "5", 1000), ("dtmf", "5", 1080), ("dtmf", "#", 1160)]
    assert noting.gaps() == [240]


def test_a_digit_whose_first_packets_are_lost_and_a_long_one_are_one() -> None:
    sender, stream = Sender(), RtpStream(events=(97,))
    stream.datagram(sender.audio())
    late = sender.digit(1, packets=3, kind=97)[2:]
    made = [event for each in late for event in stream.datagram(each)] + stream.end()
    assert made == [Signal("dtmf", "1", "called", 320)]
    # A key that is down for more than 65535 units goes on in a next part (RFC 4733, 2.5.1.3).
    parts = [sender.packet(97, bytes.fromhex("020affff"))]
    sender.timestamp += 0xFFFF
    parts += [
        sender.packet(97, bytes.fromhex("020a0320")),
        sender.packet(97, bytes.fromhex("028a0320")),
    ]
    assert [len(stream.datagram(each)) for each in parts] == [1, 0, 0]


def test_a_flash_is_one() -> None:
    (event,) = RtpStream().datagram(Sender().digit(16)[0])
    assert event == Signal("flash", None, "called", 0)


def test_only_the_type_of_the_sdp_is_an_event_if_it_is_said() -> None:
    packet = Sender().digit(5, kind=121)[0]
    assert len(RtpStream().datagram(packet)) == 1
    assert RtpStream(events=(101,)).datagram(packet) == []
    assert RtpStream().datagram(Sender().packet(101, b"12345")) == []


@pytest.mark.parametrize("kind", [13, 19])
def test_comfort_noise_is_a_gap(kind: int) -> None:
    sender = Sender()
    packets = [(20.0 * n, sender.audio()) for n in range(20)]
    for n in range(3):
        packets.append((400.0 + 200 * n, sender.packet(kind, b"\x40")))
        sender.pause(200)
    packets += [(1000.0 + 20 * n, sender.audio()) for n in range(20)]
    stream = RtpStream()
    noting = played(packets, stream)
    assert noting.gaps() == [600]
    assert stream.ignored == {}


def test_other_codecs_are_counted_and_not_heard() -> None:
    sender, stream = Sender(), RtpStream()
    assert [stream.datagram(sender.packet(9, bytes(160))) for _ in range(3)] == [[], [], []]
    assert stream.ignored == {9: 3}


def test_alaw() -> None:
    (event,) = RtpStream("calling").datagram(Sender(0, 5).audio(8))
    assert isinstance(event, Audio)
    assert (event.leg, event.encoding, event.stamp) == ("calling", "alaw", 10)


def test_one_packet_of_a_stranger_takes_nothing_over() -> None:
    ours, other = Sender(), Sender(9000, 5_000_000, ssrc=0xBAD)
    stream = RtpStream()
    made: list[MediaEvent] = []
    for n in range(100):
        made += stream.datagram(ours.audio())
        if n % 3 == 0:
            made += stream.datagram(other.audio())
            other.sequence += 7
    assert len(made) == 100


def test_another_source_is_heard_from_its_second_packet_on() -> None:
    first, second = Sender(), Sender(500, 0x7FFFFFFF, ssrc=2)
    second.sent = 100
    packets = [first.audio() for _ in range(50)] + [second.audio() for _ in range(50)]
    noting = played(evenly(packets))
    assert bytes_of(noting) == [*range(50), *range(101, 150)]
    assert noting.ms() == pytest.approx(2000, abs=25)


def test_a_sequence_that_begins_anew_is_followed() -> None:
    sender = Sender(100)
    packets = [sender.audio() for _ in range(50)]
    sender.sequence, sender.timestamp = 40_000, 3
    packets += [sender.audio() for _ in range(50)]
    noting = played(evenly(packets))
    assert bytes_of(noting) == [*range(50), *range(51, 100)]


@given(st.lists(st.binary(max_size=40), max_size=60))
def test_any_datagrams_are_read_or_nothing(datagrams: list[bytes]) -> None:
    stream = RtpStream()
    for data in datagrams:
        for event in [*stream.datagram(data), *stream.datagram(b"\x80" + data)]:
            assert isinstance(event, Audio | Signal)
    assert len(stream.end()) <= 10
