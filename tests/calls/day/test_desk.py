"""The desk: orders, terminals, blocked numbers, dropped calls, and cuts that were wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.calls.day.days import world
from tests.calls.day.records import a_record
from tests.calls.day.test_sound import a_call

from securecall.calls.day.desk import Desk
from securecall.calls.day.pencil import curve_of
from securecall.calls.day.sound import Heard
from securecall.calls.day.world import World
from securecall.calls.record import CallRecord
from securecall.fraud.event import Event
from securecall.fraud.review_queue import ReviewItem, review

MINUTE_MS = 60_000


def desk(**changes: Any) -> tuple[World, Desk]:
    made = world(**changes)
    return made, Desk(made, lambda at_ms, ended: None)


def settled(made: World, record: CallRecord) -> None:
    """Have the ledger charge a call as the record says, and the books know it."""
    made.ledger.open_account("fam-1", kind="prepaid", at=made.setting.opens_ms, opening="5.00")
    made.books.open("fam-1", 5_000_000)
    made.ledger.start_call(
        record.call_id, ["fam-1"], curve_of(record, made.tariff), at=record.accepted_ms,
        request_id="s-1",
    )  # fmt: skip
    made.ledger.end_call(record.call_id, at=record.ended_ms, reason=record.reason)
    made.books.move("fam-1", "charges", record.total_micros)


def balanced(made: World) -> bool:
    """Return whether ledger and books agree."""
    made.inspector.close(made.ledger)
    return made.checks.ok


def test_every_order_of_the_day_is_given_and_ends() -> None:
    made, staff = desk()
    staff.plan()
    seen = set()
    while made.agenda.next_ms is not None:
        at_ms = made.agenda.run_next()
        seen |= {order.kind for order in made.facility.holding_anywhere(at_ms)}
    assert seen == {"lockdown", "maintenance", "kill_switch"}
    assert made.facility.holding_anywhere(made.setting.ends_ms + 3_600_000) == ()
    assert len(made.tally.orders) == 5
    marked = [name for name in made.tally.acts if name.startswith("terminal")]
    assert "terminal working" in marked


def test_a_number_whose_owner_pressed_the_key_is_blocked_and_may_be_reviewed() -> None:
    made, staff = desk()
    at_ms = made.setting.opens_ms
    decided = set()
    for n in range(40):
        staff.block(at_ms + n, f"+1713225{n:04d}")
        assert made.directory.facts("p-1", f"+1713225{n:04d}", at_ms + n).customer
    while made.agenda.next_ms is not None:
        made.agenda.run_next()
    decided = {name for name in made.tally.acts if name.startswith("number review")}
    assert decided == {"number review granted", "number review denied"}


@pytest.mark.parametrize(("silent_ms", "back"), [(65_000, True), (None, False)])
def test_a_dropped_call_is_a_case_for_a_refund(silent_ms: int | None, back: bool) -> None:
    made, staff = desk()
    record = a_record(duration_ms=200_000, reason="media_timeout", by="network")
    if silent_ms is not None:
        record = replace(record, silent_since_ms=record.accepted_ms + silent_ms)
    settled(made, record)
    staff.after(record.ended_ms, record)
    assert (made.books.flows["refunds"] > 0) is back
    while made.agenda.next_ms is not None:
        made.agenda.run_next()
    told = [n for name, n in made.tally.acts.items() if "dropped call" in name]
    assert told == [1]
    assert balanced(made)


def test_a_pause_for_nothing_is_given_back() -> None:
    made, staff = desk()
    record = a_record(duration_ms=400_000, paused_ms=130_000)
    settled(made, record)
    staff.after(record.ended_ms, record)
    assert made.tally.acts["review pause given back"] == 1
    assert made.books.flows["refunds"] > 0
    assert balanced(made)


def cut_for_three_way(made: World, record: CallRecord, at_s: float) -> ReviewItem:
    """Make the item of a call that the policy cut at an instant."""
    event = Event(1, "three_way", "disconnect", 0.0, None, 1000 * at_s, 0.99, "", -20.0,
                  {"click_db": 30.0, "floor_step_db": 9.0})  # fmt: skip
    cut = made.gate.sessions.terms.judge.begin(0.0).decide(event)
    assert "disconnect" in cut.actions
    item = review(event, cut, call_id=record.call_id, media_start_ms=record.accepted_ms)
    assert item is not None
    return item


@pytest.mark.parametrize(("at_s", "back"), [(0.8, False), (1_500.0, True)])
def test_a_cut_is_paid_back_where_nothing_was_there(at_s: float, back: bool) -> None:
    made, staff = desk()
    record = a_record(reason="three_way_detected", by="policy")
    settled(made, record)
    staff.judge_later(record.ended_ms, cut_for_three_way(made, record, at_s), Heard(a_call()))
    while made.agenda.next_ms is not None:
        made.agenda.run_next()
    assert (made.books.flows["refunds"] == record.total_micros) is back
    assert made.tally.acts["review: wrong" if back else "review: right"] == 1
    assert balanced(made)


def test_of_a_free_call_that_was_cut_for_nothing_nothing_can_be_given_back() -> None:
    made, staff = desk()
    record = a_record(reason="three_way_detected", by="policy", status="free", total_micros=0)
    staff.judge(record.ended_ms, cut_for_three_way(made, record, 1_500.0), False)
    assert made.tally.acts == {"review: wrong": 1}
    assert balanced(made)
