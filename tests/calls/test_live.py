"""What staff and the host do with a live call."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, house, talking

from securecall.calls.actions import Disconnect, Hold, Listen, Play, Unhold
from securecall.calls.prompts import Prompts
from securecall.calls.record import StaffAct
from securecall.errors import InputError


def test_staff_end_a_call() -> None:
    session = talking(house())
    found = session.staff("disconnect", "desk 3", NOON_MS + 30_000)
    assert found[-1] == Disconnect("staff_terminated")
    record = session.record
    assert (record.reason, record.by) == ("staff_terminated", "desk 3")
    assert record.staff == (StaffAct(NOON_MS + 30_000, "disconnect", "desk 3"),)
    assert record.total == Decimal("0.300000")


def test_staff_say_why() -> None:
    session = talking(house())
    session.staff("disconnect", "desk 3", NOON_MS + 30_000, reason="lockdown")
    assert session.record.reason == "lockdown"


def test_staff_warn_listen_and_speak() -> None:
    session = talking(house())
    session.tick(NOON_MS)
    warned = session.staff("warn", "desk", NOON_MS + 1_000)
    assert warned == (Play("announcement:staff_warning", "both", "staff"),)
    assert session.staff("listen", "desk", NOON_MS + 2_000) == (Listen("desk"),)
    assert session.staff("barge_in", "desk", NOON_MS + 3_000) == (Listen("desk", speak=True),)
    session.hang_up(NOON_MS + 4_000)
    assert [each.action for each in session.record.staff] == ["warn", "listen", "barge_in"]


def test_a_review_parts_the_sides_and_joins_them_again() -> None:
    session = talking(house())
    session.tick(NOON_MS)
    assert session.staff("pause", "desk", NOON_MS + 10_000) == (Hold("announcement:please_hold"),)
    assert session.state == "paused"
    assert session.resume(NOON_MS + 40_000, "desk") == (Unhold(),)
    session.hang_up(NOON_MS + 60_000)
    assert session.record.paused_ms == 30_000
    assert session.record.total == Decimal("0.600000")


def test_a_review_that_finds_something_ends_the_call() -> None:
    session = talking(house())
    session.pause(NOON_MS + 10_000, "desk")
    found = session.staff("disconnect", "desk", NOON_MS + 20_000)
    assert found[-1] == Disconnect("review_confirmed")
    assert (session.record.reason, session.record.paused_ms) == ("review_confirmed", 10_000)


def test_nobody_is_parted_for_ever() -> None:
    sessions = house(prompts=Prompts(pause_max_ms=20_000))
    session = talking(sessions)
    sessions.tick(NOON_MS)
    session.pause(NOON_MS + 10_000, "desk")
    assert sessions.tick(NOON_MS + 29_999) == []
    assert sessions.tick(NOON_MS + 30_500) == [(session, (Unhold(),))]
    assert session.state == "talking"
    assert session.paused_ms == 20_500


def test_a_call_that_is_parted_ends_at_its_cutoff() -> None:
    session = talking(house("0.30"))
    session.pause(NOON_MS + 10_000, "desk")
    session.tick(NOON_MS + 35_000)
    record = session.record
    assert (record.reason, record.ended_ms, record.paused_ms) == (
        "balance_exhausted", NOON_MS + 30_000, 20_000,
    )  # fmt: skip


def test_the_host_ends_calls_for_its_own_reasons() -> None:
    sessions = house()
    one, two = talking(sessions), talking(sessions, "c-2", wants={"terminal": "B-07"})
    ended = sessions.stop_all(
        NOON_MS + 5_000, "lockdown", "captain", lambda call: call.terminal.startswith("A")
    )
    assert [(call, actions[-1]) for call, actions in ended] == [(one, Disconnect("lockdown"))]
    assert (one.record.by, two.running, len(sessions)) == ("captain", True, 1)
    with pytest.raises(InputError, match="reason must be a code"):
        two.stop(NOON_MS + 6_000, "because")


def test_what_staff_cannot_do() -> None:
    session = talking(house())
    with pytest.raises(InputError, match="did you mean 'disconnect'"):
        session.staff("disconect", "desk", NOON_MS)
    with pytest.raises(InputError, match="by must"):
        session.staff("warn", "", NOON_MS)
    with pytest.raises(InputError, match="cannot resume"):
        session.resume(NOON_MS, "desk")
    session.pause(NOON_MS + 1_000, "desk")
    with pytest.raises(InputError, match="paused cannot be listened to"):
        session.staff("listen", "desk", NOON_MS + 2_000)
    with pytest.raises(InputError, match="cannot pause"):
        session.pause(NOON_MS + 2_000, "desk")


def test_staff_come_too_late_after_the_cutoff() -> None:
    session = talking(house("0.10"))
    session.staff("disconnect", "desk", NOON_MS + 60_000)
    assert (session.record.reason, session.record.staff) == ("balance_exhausted", ())


def test_what_cannot_be_done_is_not_half_done() -> None:
    session = talking(house())
    for verb in (session.pause, session.resume):
        with pytest.raises(InputError, match="by must have"):
            verb(NOON_MS + 1_000, "")
    with pytest.raises(InputError, match="did you mean 'lockdown'"):
        session.staff("disconnect", "desk", NOON_MS + 2_000, reason="lockdwn")
    assert session.state == "talking"
    session.hang_up(NOON_MS + 3_000)
    assert session.record.staff == ()
