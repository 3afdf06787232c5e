"""A live call that is listened to, from the first digit to its record."""

from __future__ import annotations

from securecall.calls.actions import Disconnect, Play, Timer, Warn
from securecall.ledger.instant import instant
from tests.calls.house import NOON_MS, attempt, decision, house, talking


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
