"""Calls in captures: the two legs of rtpengine's, told apart and heard; and captures of no call."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integrations.noting import Noting
from tests.integrations.sending import Sender, ethernet, saved

from securecall.errors import InputError, WireError
from securecall.fraud import CallMonitor, Event
from securecall.integrations.capture import carry_capture, flows, read_capture
from securecall.integrations.media import Audio, Closed, Opened, Signal

WIRES = Path(__file__).parents[1] / "data" / "wires"
DIGITS, PLAIN, PJSUA = (WIRES / f"rtpengine-{n}.pcap" for n in ("7e3cbe7c", "9afde9a8", "IadH761C"))
OTHER = ("10.0.0.2", 4002)


def heard(path: Path, legs: dict[str, str] | None = None) -> tuple[list[Event], CallMonitor]:
    monitor = CallMonitor(legs=["called", "calling"], report_ends=True)
    found = list(carry_capture(path, monitor, legs))
    return found + monitor.finish(), monitor


def test_who_sent_in_a_capture() -> None:
    assert flows(DIGITS) == {"127.0.0.1:41032": 244, "127.0.0.1:2466": 242}
    assert flows(PLAIN) == {"127.0.0.1:41038": 235, "127.0.0.1:7760": 235}
    assert flows(PJSUA) == {"127.0.0.1:41042": 201, "127.0.0.1:4000": 188}


def test_a_real_call_is_heard_on_both_legs() -> None:
    found, monitor = heard(DIGITS)
    began = [(event.leg, event.kind, event.detail) for event in found if not event.ended]
    assert began == [
        ("calling", "tone", "ringback"),
        ("calling", "dtmf", "1"),
        ("calling", "dtmf", "5"),
        ("calling", "dtmf", "#"),
    ]
    assert monitor.now_ms == pytest.approx(4860, abs=25)


def test_the_holes_of_relayed_digits_are_gaps_and_no_line_switch() -> None:
    for path in (DIGITS, PLAIN, PJSUA):
        found, _ = heard(path)
        kinds = {event.kind for event in found}
        assert kinds & {"line_switch", "three_way", "noise_anomaly", "call_forwarding"} == set()
    noting = Noting()
    # Baresip goes on sending beside its digits; pjsua is silent for as long as its digit lasts.
    list(carry_capture(DIGITS, noting))
    assert (noting.gaps("called"), noting.gaps("calling")) == ([3], [20])
    assert noting.ms("calling") == pytest.approx(noting.ms("called"), abs=40)
    noting = Noting()
    list(carry_capture(PJSUA, noting))
    assert noting.gaps("calling") == [24, 240]


def test_a_dynamic_type_of_a_digit_is_known_by_its_shape_or_told() -> None:
    told = [event for event, _ in read_capture(PJSUA) if isinstance(event, Signal)]
    assert [(event.value, event.leg) for event in told] == [("3", "calling")]
    strict = [event for event, _ in read_capture(PJSUA, events=(101,)) if isinstance(event, Signal)]
    assert strict == []


def test_legs_are_whose_you_say() -> None:
    found, _ = heard(DIGITS, {"2466": "called", "127.0.0.1:41032": "calling"})
    assert [e.leg for e in found if e.detail == "ringback"] == ["called", "called"]
    first, *_, last = (event for event, _ in read_capture(DIGITS, {"2466": "called"}))
    assert first == Opened("", ("called",), {"senders": "127.0.0.1:2466"})
    assert last == Closed("closed")
    with pytest.raises(InputError, match=r"0 of 127.0.0.1:41032, 127.0.0.1:2466 are '99'"):
        list(read_capture(DIGITS, {"99": "called"}))


def test_a_capture_of_no_audio_says_so(tmp_path: Path) -> None:
    sender = Sender()
    packets = [(20.0 * n, ethernet(sender.packet(9, bytes(160)))) for n in range(9)]
    with pytest.raises(WireError, match=r"has no packets of G\.711"):
        list(read_capture(saved(tmp_path / "g722.pcap", packets)))


def test_more_senders_than_legs_want_names(tmp_path: Path) -> None:
    senders = [(f"10.0.0.{n}", 4000) for n in range(1, 4)]
    packets = [(float(n), ethernet(Sender().audio(), each)) for n, each in enumerate(senders)]
    path = saved(tmp_path / "three.pcap", packets)
    with pytest.raises(WireError, match=r"has 3 senders, 10\.0\.0\.1:4000, .*: say which legs"):
        list(read_capture(path))
    events = [event for event, _ in read_capture(path, {"10.0.0.3:4000": "called"})]
    assert len([event for event in events if isinstance(event, Audio)]) == 1


def test_a_flood_of_senders_is_no_call(tmp_path: Path) -> None:
    packets = [(0.0, ethernet(Sender().audio(), ("10.0.0.1", port))) for port in range(2000, 2100)]
    with pytest.raises(WireError, match="more than 64 senders"):
        flows(saved(tmp_path / "flood.pcap", packets))


def test_a_capture_whose_clock_jumps_by_days_is_no_call(tmp_path: Path) -> None:
    sender = Sender()
    packets = [(n * 86_400_000.0, ethernet(sender.audio())) for n in range(3)]
    with pytest.raises(WireError, match="nothing came for 86399980 ms"):
        list(carry_capture(saved(tmp_path / "days.pcap", packets), Noting()))


def test_both_directions_keep_to_one_clock(tmp_path: Path) -> None:
    one, two = Sender(7, 99), Sender(60_000, 0xFFFFFF00, ssrc=2)
    packets = [(20.0 * n, ethernet(one.audio())) for n in range(200)]
    packets += [(1000 + 20.0 * n, ethernet(two.audio(), OTHER)) for n in range(100)]
    noting = Noting()
    list(carry_capture(saved(tmp_path / "two.pcap", sorted(packets)), noting))
    assert noting.ms("called") == 4000
    assert noting.gaps("calling")[0] + sum(noting.gaps("calling")[1:]) >= 1000
    assert noting.ms("calling") == pytest.approx(3500, abs=520)


def test_a_capture_clock_that_steps_back_loses_nothing(tmp_path: Path) -> None:
    one, two = Sender(7, 99), Sender(60_000, 0xFFFFFF00, ssrc=2)
    sent: list[tuple[float, bytes]] = []
    for n in range(500):
        at_ms = 10_000 + 20.0 * n
        sent.append((at_ms, ethernet(one.audio())))
        if n % 25 == 10:
            sent += [(at_ms + 3, ethernet(each, OTHER)) for each in two.digit(n // 25 % 10)]
        elif n % 25 not in (11, 12, 13):  # the key lasts 80 ms
            sent.append((at_ms + 5, ethernet(two.audio(), OTHER)))
    told = []
    for name, back_ms in (("even", 0), ("stepped", 5_000)):
        packets = [(at - (back_ms if at >= 15_000 else 0), each) for at, each in sent]
        noting = Noting()
        list(carry_capture(saved(tmp_path / name, packets), noting))
        told.append((noting.audio("called"), noting.gaps("called"), noting.signals))
        assert [value for _, value, _ in noting.signals] == [*"0123456789"] * 2
        assert noting.ms("called") == 10_000
    # Not even the place of a digit is another.
    assert told[0] == told[1]
