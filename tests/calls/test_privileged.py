"""A call that nobody may hear."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, attempt, decision, house, talking

from securecall.calls.actions import Disconnect
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.session import Session
from securecall.errors import InputError
from securecall.fraud.monitor import CallMonitor


def reachable(value: object) -> list[object]:
    """Return every object that hangs on another by slots, in ours alone."""
    seen: list[object] = []
    waits = [value]
    while waits:
        one = waits.pop()
        if any(one is each for each in seen):
            continue
        seen.append(one)
        for kind in type(one).__mro__:
            if kind.__module__.startswith("securecall"):
                waits += [
                    getattr(one, name) for name in getattr(kind, "__slots__", ())
                    if isinstance(name, str) and hasattr(one, name)
                ]  # fmt: skip
    return seen


def test_it_takes_no_sound_and_holds_no_monitor() -> None:
    sessions = house(monitor={"encoding": "mulaw"})
    session = talking(sessions, privileged=True, monitor=True)
    assert type(session) is PrivilegedSession
    for name in ("feed", "feed_gap", "take", "events"):
        assert not hasattr(session, name)
    assert not any(isinstance(each, CallMonitor) for each in reachable(session))
    # The same look at a call that is heard does find its monitor.
    heard = talking(house())
    assert any(isinstance(each, CallMonitor) for each in reachable(heard))


def test_no_monitor_is_made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house()

    def refuse(self: object, *_: object, **__: object) -> None:
        raise AssertionError("a monitor was made")

    monkeypatch.setattr(CallMonitor, "__init__", refuse)
    session = talking(sessions, privileged=True, monitor=True)
    session.hang_up(NOON_MS + 60_000)
    with pytest.raises(AssertionError, match="a monitor was made"):
        talking(sessions, "c-2", at_ms=NOON_MS + 60_000)


def test_it_is_rated_like_any_other_where_it_is_billable() -> None:
    session = talking(house(), privileged=True)
    session.hang_up(NOON_MS + 60_000, by="called")
    record = session.record
    assert (record.privileged, record.monitored, record.recorded, record.events) == (
        True, False, False, (),
    )  # fmt: skip
    assert (record.total, record.status) == (Decimal("0.600000"), "ok")
    free = talking(house(), privileged=True, billable=False)
    free.hang_up(NOON_MS + 60_000)
    assert (free.record.total, free.record.status, free.record.request_ids) == (0, "free", ())


def test_its_time_ends_like_any_others() -> None:
    session = talking(house("0.30"), privileged=True)
    assert session.tick(NOON_MS + 31_000)[-1] == Disconnect(
        "balance_exhausted", "announcement:balance_exhausted"
    )


def test_staff_can_end_it_and_cannot_listen() -> None:
    session = talking(house(), privileged=True)
    for action in ("listen", "barge_in"):
        with pytest.raises(InputError, match=f"no staff action '{action}'"):
            session.staff(action, "desk", NOON_MS + 1_000)
    session.staff("disconnect", "desk", NOON_MS + 2_000)
    assert session.record.reason == "staff_terminated"


def test_a_digit_can_accept_it_and_is_not_evidence() -> None:
    sessions = house()
    session = sessions.begin(attempt(), decision(privileged=True), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    session.signal("dtmf", "1")
    session.tick(NOON_MS + 1_500)
    assert session.state == "talking"
    assert session.signal("dtmf", "5", 10_000.0) == ()
    assert session.signal("diversion", "+1", 10_000.0) == ()


def test_neither_kind_can_be_begun_for_the_other() -> None:
    terms = house().terms
    with pytest.raises(InputError, match="is privileged: begin a PrivilegedSession"):
        Session(attempt(), decision(privileged=True), terms=terms, facility="f", at=NOON_MS)
    with pytest.raises(InputError, match="not privileged: begin a Session"):
        PrivilegedSession(attempt(), decision(), terms=terms, facility="f", at=NOON_MS)
