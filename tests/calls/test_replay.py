"""A recorded call, made again: the same record, bit for bit."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.house import (
    NOON_MS,
    attempt,
    by_minute,
    decision,
    event,
    house,
    strict,
    talking,
)
from tests.calls.test_session import digits
from tests.harris import tariff

from securecall.calls.ending import ENDINGS
from securecall.calls.replay import replay_call
from securecall.calls.sessions import Sessions
from securecall.errors import InputError, StoreError


def again(sessions: Sessions, session: Any) -> None:
    """Replay a call that has ended, and compare record and text."""
    terms = sessions.terms
    made = replay_call(session.tape.dumps(), tariff=terms.tariff, policy=terms.policy)
    assert made.record == session.record
    assert made.record is not None
    assert made.record.to_json() == session.record.to_json()


def test_a_whole_call_with_sound_is_replayed_without_it() -> None:
    sessions = house("3.00", tape=True, policy=strict())
    session = sessions.begin(attempt(pin="4711"), decision(), facility="f", at=NOON_MS)
    session.ring(NOON_MS + 100)
    session.answer(at=NOON_MS + 2_000)
    session.signal("dtmf", "1")
    sessions.tick(NOON_MS + 2_500)
    sound = digits("12345")
    for place in range(0, len(sound), 320):
        session.feed(sound[place : place + 320])
        session.feed(bytes(320), leg="calling")
        session.tick(NOON_MS + 2_520 + place // 16)
    sessions.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 5_000, request_id="d-1")
    session.feed_gap(500)
    session.feed(bytes(320))
    session.signal("flash", 500)
    session.staff("warn", by="desk", at=NOON_MS + 6_000)
    session.pause(NOON_MS + 7_000, by="desk")
    session.resume(NOON_MS + 9_000, "desk")
    sessions.tick(NOON_MS + 900_000)
    assert session.record.reason == "balance_exhausted"
    assert len(session.record.events) > 5
    again(sessions, session)
    text = session.tape.dumps()
    assert "4711" not in text
    assert len(text) < 20_000


def test_what_could_not_be_done_keeps_no_call_from_being_replayed() -> None:
    sessions = house("3.00", tape=True, policy=strict())
    session = talking(sessions)
    for wrong in (
        lambda: session.resume(NOON_MS + 1_000, "desk"),
        lambda: session.signal("diverion", "+17135550199", 10),
        lambda: session.staff("listen", "", NOON_MS + 2_000),
        lambda: session.hang_up(NOON_MS + 3_000, by="nobody"),
        session.hang_up,
    ):
        with pytest.raises((InputError, TypeError)):
            wrong()
    session.signal("flash", 500)
    session.hang_up(NOON_MS + 4_000)
    again(sessions, session)


def test_events_that_come_one_by_one_are_replayed() -> None:
    sessions = house("3.00", tape=True, policy=strict(), monitor=None)
    session = talking(sessions)
    session.take(iter([event("dtmf", "note"), event()]))
    assert len(session.events) == 2
    session.hang_up(NOON_MS + 90_000)
    again(sessions, session)


@pytest.mark.parametrize("privileged", [False, True])
def test_what_verbs_returned_is_replayed_too(privileged: bool) -> None:
    sessions = house("0.50", tape=True)
    session = sessions.begin(attempt(), decision(privileged=privileged), facility="f", at=NOON_MS)
    returned = [
        session.ring(NOON_MS), session.answer(NOON_MS + 1_000),
        session.accept(NOON_MS + 2_000, "1"),
        session.tick(NOON_MS + 45_000), session.tick(NOON_MS + 60_000),
    ]  # fmt: skip
    made = replay_call(session.tape.dumps().splitlines(), tariff=sessions.terms.tariff)
    assert list(made.actions) == returned
    again(sessions, session)


def test_events_of_a_bank_are_replayed() -> None:
    sessions = house(tape=True, policy=strict(), monitor=None, hold=True)
    session = talking(sessions)
    session.take([event(grade="alert", detected_ms=1234.0625)])
    session.take([event(number=2)])
    session.staff("disconnect", "desk", NOON_MS + 40_000)
    again(sessions, session)


VERBS = st.one_of(
    st.tuples(st.just("tick"), st.integers(0, 40_000)),
    st.tuples(st.just("feed"), st.integers(1, 60)),
    st.tuples(st.just("gap"), st.integers(0, 3_000)),
    st.tuples(st.just("deposit"), st.integers(1, 100)),
    st.tuples(st.just("other"), st.integers(0, 1)),
    st.tuples(st.just("pause"), st.integers(0, 20_000)),
    st.tuples(st.just("digit"), st.integers(0, 9)),
    st.tuples(st.just("event"), st.integers(0, 2)),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(VERBS, max_size=25),
    st.integers(0, 4),
    st.sampled_from(["caller", "called", "network"]),
)
def test_any_call_is_replayed_bit_for_bit(
    verbs: list[tuple[str, int]], dimes: int, by: str
) -> None:
    sessions = house(f"{dimes * 0.6:.2f}", by_minute("0.30"), tape=True, policy=strict())
    ledger = sessions.terms.ledger
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    now, others = NOON_MS + 1_000, 0
    session.answer(now)
    session.accept(now + 500)
    now += 500
    for number, (verb, value) in enumerate(verbs):
        if verb == "tick":
            now += value
            sessions.tick(now)
        elif verb == "feed":
            for _ in range(value):
                session.feed(bytes(320))
                session.feed(bytes(320), "calling")
        elif verb == "gap":
            session.feed_gap(value)
        elif verb == "deposit":
            ledger.deposit("fam-1", f"{value}.00", at=now, request_id=f"more-{number}")
        elif verb == "other":
            others += 1
            talking(sessions, f"o-{others}", at_ms=now)
        elif verb == "pause" and session.state == "talking":
            session.pause(now, "desk")
            now += value
            if session.state == "paused":
                session.resume(now, "desk")
        elif verb == "digit" and session.running:
            session.signal("dtmf", str(value))
        elif verb == "event":
            session.take([event(grade=("note", "alert", "disconnect")[value], number=number)])
    session.hang_up(now, by=by)
    again(sessions, session)
    record = session.record
    assert ENDINGS[record.reason].phase in (("talking", "any") if record.accepted_ms else ("any",))
    if record.accepted_ms is not None:
        charged = ledger.call("c-1")
        assert (record.total_micros, record.billed_ms) == (
            charged.charged_micros, charged.billed_ms,
        )  # fmt: skip
        assert record.ended_ms <= (session.cutoff_ms or record.ended_ms)
        assert record.duration_ms == record.ended_ms - record.accepted_ms
        assert record.paused_ms <= record.duration_ms
    assert ledger.balance("fam-1").posted >= 0
    assert ledger.verify().ok


@pytest.mark.parametrize("method", ["start_call", "settle_due", "call", "end_call"])
def test_a_store_that_failed_fails_again(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    sessions = house("1.00", tape=True)
    ledger = sessions.terms.ledger
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    real = getattr(type(ledger), method)
    failed = []

    def broken(self: object, *args: object, **options: object) -> object:
        if not failed:
            failed.append(method)
            raise StoreError("the disk is full")
        return real(self, *args, **options)

    monkeypatch.setattr(type(ledger), method, broken)
    session.signal("dtmf", "1")
    for at_ms in (NOON_MS + 1_020, NOON_MS + 1_040, NOON_MS + 50_000):
        with contextlib.suppress(StoreError):
            sessions.tick(at_ms)
    if method == "end_call":
        with pytest.raises(StoreError):
            session.hang_up(NOON_MS + 60_000)
        session.hang_up(NOON_MS + 60_000)
    else:
        for at_ms in (NOON_MS + 120_000, NOON_MS + 120_020):
            with contextlib.suppress(StoreError):
                sessions.tick(at_ms)
    assert failed == [method]
    assert session.record is not None
    again(sessions, session)


def test_an_id_that_was_used_before_is_refused_again() -> None:
    sessions = house(tape=True)
    talking(sessions).hang_up(NOON_MS + 1_000)
    session = talking(sessions, at_ms=NOON_MS + 2_000)
    assert session.record.reason == "call_exists"
    again(sessions, session)


def taped() -> tuple[Sessions, Any]:
    sessions = house(tape=True)
    session = talking(sessions)
    session.hang_up(NOON_MS + 10_000)
    return sessions, session


def test_another_tariff_or_policy_is_refused() -> None:
    sessions, session = taped()
    with pytest.raises(InputError, match="made with the tariff"):
        replay_call(session.tape.dumps(), tariff=tariff(by_minute("0.10")))
    with pytest.raises(InputError, match="made with the policy"):
        replay_call(session.tape.dumps(), tariff=sessions.terms.tariff, policy=strict())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: [], "must begin with an object of format"),
        (lambda rows: [{"format": "other"}], "must begin with an object of format"),
        (lambda rows: rows[:2], "the tape ends where it should say: ledger"),
        (lambda rows: [rows[0], ["dance", [], {}]], "line 2 of the tape should say ring or"),
        (lambda rows: [rows[0], 7], "line 2 of the tape should say"),
        (lambda rows: [rows[0], ["tick", ["x"], {}]], "at must be an aware datetime"),
        (lambda rows: [rows[0], ["tick"]], "line 2 of the tape: ValueError"),
        (lambda rows: [{**rows[0], "prompts": {"a": 1}}], "of the tape: TypeError"),
        (lambda rows: [{"format": rows[0]["format"]}], "of the tape: KeyError"),
    ],
)
def test_a_tape_that_was_changed_is_refused_in_words(change: Any, words: str) -> None:
    sessions, session = taped()
    rows = change([json.loads(line) for line in session.tape.dumps().splitlines()])
    with pytest.raises(InputError, match=words):
        replay_call([json.dumps(row) for row in rows], tariff=sessions.terms.tariff)
    with pytest.raises(InputError, match="no JSON Lines"):
        replay_call("{", tariff=sessions.terms.tariff)
