"""The carrier: legs, forms, digits and their rate; the same for a monitor and for anyone else."""

from __future__ import annotations

import pytest
from tests.calls.house import NOON_MS, attempt, decision, house, talking
from tests.fraud.calls import laid
from tests.fraud.sounds import digit
from tests.integrations.noting import Noting, frame_of, opened_carrier

from securecall.errors import InputError, WireError
from securecall.fraud import CallMonitor
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import UNITS_PER_MS, Audio, Closed, Opened, Signal


def test_what_the_listener_says_comes_back() -> None:
    noting, carrier = opened_carrier()
    assert carrier.take(Audio("called", frame_of(1)), 0) == ["heard 320"]
    assert carrier.take(Signal("dtmf", "5"), 3) == ["told 5"]
    assert noting.signals == [("dtmf", "5", 3.0)]


def test_both_legs_begin_where_the_call_does() -> None:
    noting, carrier = opened_carrier("called", "calling")
    carrier.take(Audio("called", frame_of(1)), 0)
    carrier.take(Audio("calling", frame_of(2)), 350)
    assert noting.of("calling") == [350, frame_of(2)]


def test_a_silent_leg_does_not_hold_the_other_back() -> None:
    noting, carrier = opened_carrier("called", "calling")
    for n in range(200):
        carrier.take(Audio("called", frame_of(n)), 20 * n)
    assert noting.ms("called") - noting.ms("calling") < 1020
    carrier.take(Audio("calling", frame_of(7)), 4000)
    carrier.tick(4200)
    assert noting.ms("calling") == 4020


def test_a_monitor_without_legs_hears_a_leg_that_comes_late_at_its_time() -> None:
    monitor = CallMonitor(report_ends=True)
    carrier = Carrier(monitor)
    carrier.take(Opened("c", ("called", "calling")), 0)
    late = laid(1, (0.2, digit("7", 80))).tobytes()
    found = []
    for n in range(600):
        found += carrier.take(Audio("called", bytes(320)), 20 * n)
        if 500 <= n < 550:
            found += carrier.take(Audio("calling", late[320 * (n - 500) :][:320]), 20 * n)
    (press,) = (each for each in found + monitor.finish() if each.kind == "dtmf" and not each.ended)
    assert (press.leg, press.detail) == ("calling", "7")
    assert press.start_ms == pytest.approx(10_200, abs=2)


def test_g711_becomes_what_the_listener_hears() -> None:
    noting, carrier = opened_carrier()
    carrier.take(Audio("called", b"\xff" * 160, "mulaw"), 0)
    assert noting.audio() == bytes(320)
    plain, carrier = opened_carrier(encoding="mulaw")
    carrier.take(Audio("called", b"\xff" * 160, "mulaw"), 0)
    assert plain.audio() == b"\xff" * 160


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Audio("calling", bytes(320)), "there is no leg 'calling'"),
        (Audio("called", bytes(320), "s16le", 16000), "is of 16000 Hz; the listener hears 8000"),
        (Audio("called", bytes(321)), "321 bytes are no whole 16-bit samples"),
        (Audio("called", bytes(64_002)), "64002 bytes at once"),
        (Audio("called", bytes(320), "opus"), "'opus' is neither"),
        (Signal("dtmf", "x"), "'x' is no key"),
        (Signal("dtmf", "12"), "'12' is no key"),
        (Opened("d", ("called",)), "a wire is opened once"),
    ],
)
def test_what_does_not_fit_is_refused(event: Audio | Signal | Opened, text: str) -> None:
    noting, carrier = opened_carrier()
    with pytest.raises(WireError, match=text):
        carrier.take(event, 0)
    assert noting.pieces == noting.signals == []


def test_a_listener_of_g711_takes_no_other() -> None:
    _, carrier = opened_carrier(encoding="alaw")
    with pytest.raises(WireError, match="is mulaw; the listener hears alaw"):
        carrier.take(Audio("called", b"\xff", "mulaw"), 0)
    with pytest.raises(InputError, match="must be 8000 or 16000, not 48000"):
        Carrier(Noting(), sample_rate_hz=48_000)


def test_nobody_presses_twenty_six_keys_in_a_second() -> None:
    noting, carrier = opened_carrier()
    for n in range(100):
        carrier.take(Signal("dtmf", "5"), 40 * n)
    for n in range(25):
        carrier.take(Signal("dtmf", "5"), 5000 + n)
    with pytest.raises(WireError, match="more than 25 in a second"):
        carrier.take(Signal("dtmf", "5"), 5025)
    assert len(noting.signals) == 125


def test_a_clock_that_goes_back_stands_still() -> None:
    noting, carrier = opened_carrier()
    for n in range(50):
        carrier.take(Audio("called", frame_of(n)), 20 * n if n < 40 else 0)
    assert noting.gaps() == []


def test_the_end_brings_what_waited() -> None:
    noting, carrier = opened_carrier()
    carrier.take(Audio("called", frame_of(0)), 0)
    assert carrier.take(Audio("called", frame_of(1)), 400) == []
    assert carrier.take(Closed("hangup"), 401) == ["heard 320"]
    assert noting.gaps() == [380]
    assert carrier.closed == Closed("hangup")


def test_a_stamped_digit_lies_where_its_stamp_does() -> None:
    noting, carrier = opened_carrier()
    for n in range(100):
        carrier.take(
            Audio("called", frame_of(n), "s16le", 8000, 99 + 20 * n * UNITS_PER_MS), 20 * n
        )
    carrier.take(Signal("dtmf", "5", "called", 99 + 1900 * UNITS_PER_MS), 2040)
    carrier.take(Signal("dtmf", "5", "called", 1 << 60), 2041)
    assert [at_ms for *_, at_ms in noting.signals] == [1900, 2041]


def test_a_listener_that_begins_later_counts_from_there_on() -> None:
    noting, carrier = opened_carrier("called", "calling")
    for n in range(100):
        carrier.take(Audio("called", frame_of(n)), 20 * n)
    carrier.listener_begins(2000)
    assert noting.ms("called") == pytest.approx(noting.ms("calling"), abs=60)
    carrier.take(Signal("dtmf", "5"), 3500)
    assert noting.signals == [("dtmf", "5", 1500)]


def test_a_session_is_carried_to_as_a_monitor_is() -> None:
    session = talking(house())
    carrier = Carrier(session)
    carrier.take(Opened("c-1", ("called",)), 0)
    pressed = laid(3, (1.0, digit("7", 80))).tobytes()
    for n in range(150):
        carrier.take(Audio("called", pressed[320 * n : 320 * n + 320]), 20 * n)
        session.tick(NOON_MS + 20 * n)
    carrier.take(Signal("dtmf", "9"), 2990)
    carrier.take(Audio("called", bytes(320)), 3000)
    session.hang_up(NOON_MS + 3100, by="called")
    found = [(event.kind, event.detail) for event in session.events]
    assert ("dtmf", "7") in found
    assert ("dtmf", "9") in found


def test_signals_count_from_acceptance_whoever_accepts_and_however() -> None:
    # The key that accepts counts at a tick: no host can say anything right before that.
    session = house().begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.ring(NOON_MS)
    session.answer(NOON_MS)
    carrier = Carrier(session)
    carrier.take(Opened("c-1", ("called",)), 0)
    pressed = laid(14, (12.0, digit("5", 100))).tobytes()
    for n in range(700):
        if n == 200:
            carrier.take(Signal("dtmf", "1"), 4000)
        if n == 605:
            carrier.take(Signal("dtmf", "5"), 12_100)
        carrier.take(Audio("called", pressed[320 * n : 320 * n + 320]), 20 * n)
        session.tick(NOON_MS + 20 * n)
    assert session.accepted_ms == NOON_MS + 4_000
    session.hang_up(NOON_MS + 14_000, by="called")
    heard, signalled = [event for event in session.events if event.kind == "dtmf"]
    assert heard.start_ms == pytest.approx(8_000, abs=25)
    assert signalled.start_ms == pytest.approx(8_100, abs=25)
    # Heard and signalled, it is one key.
    assert [event.detail for event in session.events if event.kind == "keypad"] == ["5"]


def test_who_calls_cannot_accept_the_call_by_a_key() -> None:
    session = house().begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.ring(NOON_MS)
    session.answer(NOON_MS + 1000)
    carrier = Carrier(session)
    carrier.take(Opened("c-1", ("called", "calling")), 0)
    carrier.take(Signal("dtmf", "1", "calling"), 500)
    session.tick(NOON_MS + 2000)
    assert session.state == "prompting"
    carrier.take(Signal("dtmf", "1", "called"), 1500)
    session.tick(NOON_MS + 3000)
    assert session.state == "talking"
