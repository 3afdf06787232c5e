"""A live call that is listened to, from the first digit to its record."""

from __future__ import annotations

from array import array
from math import pi, sin

import pytest
from tests.calls.house import NOON_MS, attempt, decision, event, house, strict, talking

from securecall.calls.actions import (
    Alert,
    Disconnect,
    Hold,
    Note,
    Play,
    Review,
    Timer,
    Unhold,
    Warn,
)
from securecall.calls.prompts import Prompts
from securecall.calls.record import HeardEvent
from securecall.errors import InputError
from securecall.ledger.instant import instant


def test_a_call_from_the_first_digit_to_the_record() -> None:
    sessions = house()
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.ring(NOON_MS + 1_000)
    played = session.answer(NOON_MS + 5_000)
    assert [each.why for each in played if isinstance(each, Play)] == ["greeting", "prompt"]
    assert sessions.terms.ledger.balance("fam-1").held == 0
    found = session.accept(NOON_MS + 8_000, "1")
    assert found == (Timer(instant(NOON_MS + 8_000 + 900_000)),)
    assert session.feed(bytes(320)) == ()
    assert session.tick(NOON_MS + 30_000) == ()
    assert session.hang_up(NOON_MS + 8_000 + 60_000, by="called", cause=16) == ()
    record = session.record
    assert record is not None
    assert (record.reason, record.by, record.cause) == ("completed_callee_hangup", "called", "16")
    assert (record.accepted_ms, record.duration_ms) == (NOON_MS + 8_000, 60_000)
    assert f"{record.total}" == "0.600000"
    assert len(sessions) == 0


def test_a_call_ends_at_its_cutoff_however_late_the_tick_is() -> None:
    sessions = house("1.00")
    session = talking(sessions)
    assert session.cutoff_ms == NOON_MS + 100_000
    warned = session.tick(NOON_MS + 40_000)
    assert [(each.left_ms, each.for_ms) for each in warned if isinstance(each, Warn)] == [
        (60_000, 60_000)
    ]
    found = session.tick(NOON_MS + 107_777)
    assert found == (Disconnect("balance_exhausted", "announcement:balance_exhausted"),)
    assert session.record.ended_ms == NOON_MS + 100_000
    assert f"{session.record.total}" == "1.000000"


def test_a_policy_cuts_at_the_instant_at_which_the_evidence_was_complete() -> None:
    sessions = house(policy=strict())
    session = talking(sessions)
    session.tick(NOON_MS + 31_000)
    found = session.take([event(detected_ms=30_000.0)])
    assert [type(each) for each in found] == [Alert, Review, Disconnect]
    record = session.record
    assert (record.reason, record.by, record.duration_ms) == (
        "three_way_detected", "policy", 30_000,
    )  # fmt: skip
    assert record.events == (
        HeardEvent(1, "three_way", "disconnect", 30_000, "alert+review+disconnect"),
    )
    item = found[1].item
    assert (item.call_id, item.media_start_ms) == ("c-1", NOON_MS)
    assert item.about["number"] == "+17135550123"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("call_forwarding", "forwarding_detected"), ("keypad", "keypad_fraud"),
     ("line_switch", "line_switch_detected"), ("noise_anomaly", "noise_fraud"),
     ("call_waiting", "call_waiting_detected"), ("my_own", "fraud_detected")],
)  # fmt: skip
def test_what_it_was_cut_for_is_the_reason(kind: str, code: str) -> None:
    session = talking(house(policy=strict()))
    session.take([event(kind)])
    assert session.record.reason == code


def test_an_alert_warns_and_a_note_is_noted() -> None:
    session = talking(house(policy=strict()))
    found = session.take([event(grade="alert"), event("tone", "note", number=2)])
    assert [type(each) for each in found] == [Alert, Play, Note]
    assert found[1] == Play("announcement:rules", "both", "policy")
    assert [each.id for each in session.events] == [1, 2]


def test_a_policy_that_holds_parts_the_sides_first() -> None:
    sessions = house(policy=strict(), hold=True, prompts=Prompts(pause_max_ms=60_000))
    session = talking(sessions)
    found = session.take([event(detected_ms=30_000.0)])
    assert [type(each) for each in found] == [Alert, Review, Hold]
    assert session.state == "paused"
    assert session.take([event(number=2)]) == ()
    assert session.feed(bytes(320)) == ()
    assert session.tick(NOON_MS + 90_000)[-1] == Disconnect("three_way_detected")
    record = session.record
    assert (record.by, record.duration_ms, record.paused_ms) == ("policy", 90_000, 60_000)


def test_a_review_of_what_the_policy_held_lets_the_call_go_on() -> None:
    session = talking(house(policy=strict(), hold=True))
    session.take([event()])
    assert session.resume(NOON_MS + 40_000, "desk")[-1] == Unhold()
    assert session.take([event(number=2, grade="alert", detected_ms=50_000.0)])
    session.tick(NOON_MS + 300_000)
    assert session.running


def test_an_event_that_comes_after_the_cutoff_ends_nothing() -> None:
    session = talking(house("0.20", policy=strict()))
    found = session.take([event(detected_ms=30_000.0)])
    assert found[-1].reason == "balance_exhausted"
    assert session.record.ended_ms == NOON_MS + 20_000


def digits(keys: str) -> bytes:
    """Play keys of a telephone, each for 0.1 s after as long a silence."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    found = array("h")
    for key in keys:
        place = "123A456B789C*0#D".index(key)
        tones = rows[place // 4], columns[place % 4]
        found.extend([0] * 800)
        found.extend(
            round(sum(4_000 * sin(2 * pi * hertz * n / 8_000) for hertz in tones))
            for n in range(800)
        )
    found.extend([0] * 1_600)
    return found.tobytes()


def test_sound_goes_to_the_monitor_and_its_events_to_the_policy() -> None:
    session = talking(house(policy=strict(), monitor={"legs": ("called",)}))
    sound = digits("123456789")
    found = [
        action for place in range(0, len(sound), 320)
        for action in session.feed(sound[place : place + 320])
    ]  # fmt: skip
    assert [each.detail for each in session.events if each.kind == "dtmf"] == list("123456789")
    assert Play("announcement:rules", "both", "policy") in found
    session.hang_up(NOON_MS + 3_000)
    assert {each.kind for each in session.record.events} >= {"dtmf", "keypad"}


def test_sound_before_acceptance_and_after_the_end_is_not_heard() -> None:
    sessions = house()
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    assert session.feed(digits("123456789")) == ()
    session.answer(NOON_MS + 1_000)
    assert session.feed(digits("1")) == ()
    assert session.tick(NOON_MS + 2_000) == ()
    session.accept(NOON_MS + 3_000)
    session.hang_up(NOON_MS + 4_000)
    assert session.feed(digits("123456789")) == ()
    assert session.record.events == ()


def test_a_digit_in_the_sound_accepts_where_the_prompts_say_so() -> None:
    sessions = house(prompts=Prompts(inband=True))
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    session.feed(digits("1"), "calling")
    assert session.tick(NOON_MS + 1_500) == ()
    session.feed(digits("1"))
    session.tick(NOON_MS + 2_000)
    assert (session.state, session.accepted_ms) == ("talking", NOON_MS + 2_000)


def test_a_call_that_may_not_be_monitored_hears_nothing() -> None:
    session = talking(house(), monitor=False)
    session.feed(digits("123456789"))
    assert session.signal("flash", 500) == ()
    session.hang_up(NOON_MS + 3_000)
    assert (session.record.monitored, session.record.events) == (False, ())


def test_what_signalling_knows_is_evidence() -> None:
    session = talking(house())
    for _ in range(50):
        session.feed(bytes(320))
        session.feed(bytes(320), "calling")
    found = session.signal("dtmf", "5", 900.0)
    assert [each.event.kind for each in found if isinstance(each, Note)][:1] == ["dtmf"]


def test_bad_sound_is_refused_and_the_call_goes_on() -> None:
    session = talking(house())
    with pytest.raises(InputError):
        session.feed(b"odd")
    with pytest.raises(InputError):
        session.feed(bytes(320), leg="third")
    with pytest.raises(InputError):
        session.feed_gap(-1)
    assert session.running


def test_one_bank_can_hear_for_all_calls() -> None:
    sessions = house(policy=strict(), monitor=None)
    session = talking(sessions)
    assert session.feed(digits("123456789")) == ()
    assert session.monitored
    session.take([event()])
    assert session.record.monitored
    assert session.record.reason == "three_way_detected"


def test_a_disconnect_that_was_wrong_is_paid_back() -> None:
    sessions = house(policy=strict())
    session = talking(sessions)
    found = session.take([event(detected_ms=30_000.0)])
    item = next(each.item for each in found if isinstance(each, Review))
    case = item.wrong(reason="mute", judged_by="desk 3", judged_at_ms=NOON_MS + 90_000)
    assert case.cut_at_ms == session.record.ended_ms
    answer = sessions.terms.ledger.request_refund(**case.refund_request())
    assert (answer.state, answer.refunded) == ("approved", session.record.total)


def test_a_pause_that_came_after_the_evidence_was_complete_is_no_part_of_the_call() -> None:
    session = talking(house(policy=strict()))
    session.pause(NOON_MS + 20_000, "desk")
    session.resume(NOON_MS + 70_000, "desk")
    session.take([event(detected_ms=30_000.0)])
    assert (session.record.duration_ms, session.record.paused_ms) == (30_000, 30_000)
