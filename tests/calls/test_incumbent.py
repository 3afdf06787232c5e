"""What platforms of this trade say they do, end to end: who may call whom, from where, and when.

Each test places calls through a whole jail (tests/calls/county.py) and is named after the
system that it shows. What calls cost, how they end and what is heard on them is in
test_incumbent_money.py, test_incumbent_endings.py and test_incumbent_triggers.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.calls.county import ABROAD, FAR, LANDLINE, MOBILE, NOON_MS, County

from securecall.calls.actions import Block, Disconnect
from securecall.calls.denied import denied_record
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.session import Session
from securecall.errors import InputError

HOUR_MS = 3_600_000
STRANGER = "+17135550166"


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """Open a jail; whatever was done in it, its books must be right in the end."""
    made = County(tmp_path)
    yield made
    made.close()


def test_an_approved_number_is_validated_before_anything_rings(county: County) -> None:
    county.lines.put(STRANGER, "billable", at=NOON_MS, by="feed")
    wish = county.attempt(number=STRANGER)
    assert county.codes(wish) == ("number_not_approved",)
    county.directory.approve("p-77", STRANGER, at=NOON_MS, by="sgt-12")
    assert county.held(60_000, wish).status == "ok"
    # A list is a person's own.
    assert county.codes(county.other(number=STRANGER), NOON_MS + HOUR_MS) == (
        "number_not_approved",
    )


def test_the_line_called_is_validated_in_the_billing_directory(county: County) -> None:
    county.directory.approve("p-77", STRANGER, at=NOON_MS, by="sgt-12")
    wish = county.attempt(number=STRANGER)
    assert county.codes(wish) == ("billing_unknown",)
    county.lines.put(STRANGER, "denied", at=NOON_MS, by="feed", why="no third-party billing")
    later_ms = NOON_MS + 16 * 60_000  # an answer is good for a quarter of an hour
    assert county.codes(wish, later_ms) == ("billing_denied",)
    county.lines.put(STRANGER, "billable", at=later_ms, by="feed")
    assert county.held(60_000, wish, later_ms + HOUR_MS).total == Decimal("0.05")


def test_who_is_eligible_to_be_billed(county: County) -> None:
    assert county.codes(county.attempt(accounts=())) == ("account_missing",)
    assert county.codes(county.attempt(accounts=("nobody",))) == ("account_unknown",)
    county.ledger.open_account("poor", kind="prepaid", at=NOON_MS)
    assert county.codes(county.attempt(accounts=("poor",))) == ("insufficient_funds",)
    county.ledger.deposit("poor", "0.05", at=NOON_MS, request_id="d-1")
    record = county.held(500_000, county.attempt(accounts=("poor",)))
    assert (record.reason, record.duration_ms, record.total) == (
        "balance_exhausted", 60_000, Decimal("0.05"),
    )  # fmt: skip


def test_identity_by_pin(county: County) -> None:
    assert county.codes(county.attempt(pin=None)) == ("pin_missing",)
    # Whoever does not know the PIN learns nothing of lists and money.
    assert county.codes(county.attempt(pin="0000", number=STRANGER, accounts=())) == (
        "pin_invalid",
    )
    assert county.codes(county.attempt(pin="0001")) == ("pin_invalid",)
    assert county.codes(county.attempt(pin="0002")) == ("pin_invalid",)
    assert county.codes(county.attempt()) == ("pin_locked",)  # the right one, too late
    record = county.held(60_000, at_ms=NOON_MS + 16 * 60_000)
    assert (record.identity, record.status) == ("pin", "ok")
    assert "4711" not in record.to_json()
    assert county.codes(county.attempt("c-9", person="p-99"), NOON_MS + HOUR_MS)[0] == (
        "person_unknown"
    )


def test_all_validated_the_call_is_connected(tmp_path: Path) -> None:
    county = County(tmp_path, kept=True)
    decision = county.gate.check(county.attempt(), at=NOON_MS)
    assert (decision.allowed, decision.codes, decision.identity) == (True, (), "pin")
    session = county.talk()
    assert isinstance(session, Session)
    session.hang_up(NOON_MS + 65_000, by="called", cause=16)
    record = session.record
    assert record is not None
    assert (record.status, record.reason, record.duration_ms, record.total) == (
        "ok", "completed_callee_hangup", 60_000, Decimal("0.05"),
    )  # fmt: skip
    assert county.ledger.balance("fam-1").available == Decimal("19.95")
    county.close()


def test_what_is_refused_leaves_a_record_and_costs_nothing(county: County) -> None:
    wish = county.attempt(number="+19005550123", pin="4711")
    decision = county.gate.check(wish, at=NOON_MS)
    record = denied_record(wish, decision, facility="tx-harris")
    assert (record.status, record.reason, record.total) == ("denied", "number_denied", 0)
    assert record.reasons[0] == "number_premium"
    assert county.ledger.balance("fam-1").available == Decimal("20.00")


@pytest.mark.parametrize(("number", "line"), [(LANDLINE, "landline"), (MOBILE, "mobile")])
def test_landline_and_mobile(county: County, number: str, line: str) -> None:
    answer = county.lines.ask(number, bill_type="prepaid", at_ms=NOON_MS, timeout_ms=1)
    assert answer is not None
    assert answer.line_type == line
    record = county.held(61_000, county.attempt(number=number))
    assert (record.number, record.status, record.total) == (number, "ok", Decimal("0.10"))


def test_lockdown(county: County) -> None:
    here, there = county.talk(), county.talk(county.other())
    order, ended = county.gate.stop_calls(
        "lockdown", at=NOON_MS + 65_000, by="sgt-12", why="count", area="block-a"
    )
    assert [(call.call_id, actions) for call, actions in ended] == [
        ("c-1", (Disconnect("lockdown"),))
    ]
    assert here.record is not None
    assert (here.record.reason, here.record.total) == ("lockdown", Decimal("0.05"))
    assert there.running
    assert county.codes(county.attempt("c-3"), NOON_MS + 66_000) == ("facility_lockdown",)
    county.gate.facility.orders.lift(order.number, at=NOON_MS + 70_000, by="lt-3")
    assert county.held(60_000, county.attempt("c-4"), NOON_MS + 71_000).status == "ok"
    there.hang_up(NOON_MS + 200_000)


def test_the_kill_switch(county: County) -> None:
    calls = [county.talk(), county.talk(county.other())]
    county.gate.stop_calls("kill_switch", at=NOON_MS + 30_000, by="captain", why="fire")
    assert [call.record and call.record.reason for call in calls] == ["kill_switch"] * 2
    assert county.codes(county.attempt("c-3"), NOON_MS + 31_000)[0] == "kill_switch"


def test_maintenance_that_was_planned(tmp_path: Path) -> None:
    # 13:10 to 13:30 in Houston.
    county = County(tmp_path)
    county.gate.facility.orders.give(
        "maintenance", at=NOON_MS + 600_000, until=NOON_MS + 1_800_000, by="ops", why="upgrade"
    )
    session = county.talk()
    county.gate.sessions.tick(NOON_MS + 700_000)
    assert session.record is not None
    assert session.record.ended_ms == NOON_MS + 600_000
    county.gate.enforce(NOON_MS + 700_000)
    assert county.codes(county.attempt("c-2"), NOON_MS + 700_000) == ("facility_maintenance",)
    assert county.held(60_000, county.attempt("c-3"), NOON_MS + 1_800_000).status == "ok"
    county.close()


def test_congestion(county: County) -> None:
    calls = [county.talk(), county.talk(county.other())]
    third = county.attempt("c-3", person="p-77", number=FAR, terminal="B-02")
    assert "facility_congested" in county.codes(third, NOON_MS + 10_000)
    calls[0].hang_up(NOON_MS + 20_000)
    assert county.talk(third, NOON_MS + 21_000).running


def test_a_faulty_terminal(county: County) -> None:
    terminals = county.gate.facility.terminals
    terminals.mark("A-01", "faulty", at=NOON_MS - 1, by="ops", why="no dial tone")
    assert county.codes() == ("terminal_faulty",)
    assert county.held(60_000, county.attempt(terminal="B-01")).status == "ok"
    terminals.mark("A-01", "working", at=NOON_MS + HOUR_MS, by="ops", why="handset changed")
    assert county.held(60_000, county.attempt("c-2"), NOON_MS + HOUR_MS).status == "ok"
    assert county.codes(county.attempt("c-3", terminal="Z-09"), NOON_MS + 2 * HOUR_MS) == (
        "terminal_unknown",
    )


def test_the_schedule(county: County) -> None:
    # 07:00 to 21:00; noon here is 13:00.
    closes_ms = NOON_MS + 8 * HOUR_MS
    session = county.talk(at_ms=closes_ms - 300_000)
    county.gate.sessions.tick(closes_ms + 60_000)
    assert session.record is not None
    assert (session.record.reason, session.record.ended_ms) == ("schedule_end", closes_ms)
    assert session.record.duration_ms == 295_000
    assert county.codes(county.attempt("c-2"), closes_ms) == ("facility_schedule",)
    assert county.held(60_000, county.attempt("c-3"), closes_ms + 10 * HOUR_MS).status == "ok"


def test_review_of_a_blocked_number(county: County) -> None:
    session = county.gate.connect(county.attempt(), at=NOON_MS)
    session.answer(NOON_MS + 4_000)
    session.signal("dtmf", "7")
    ((_, (blocked, ended)),) = county.gate.sessions.tick(NOON_MS + 5_000)
    assert isinstance(blocked, Block)
    assert ended == Disconnect("blocked_called_party")
    county.directory.block(
        blocked.number, kind="customer", at=NOON_MS + 5_000, by="host", why="pressed 7"
    )
    assert county.codes(county.attempt("c-2"), NOON_MS + 6_000) == ("number_blocked_customer",)

    # Staff cannot lift what the called party asked for; the called party can, who holds the number.
    asked = county.reviews.request(
        LANDLINE, kind="customer", at=NOON_MS + 7_000, by="p-77", why="my mother"
    )
    county.reviews.add_evidence(
        asked.id, kind="statement", at=NOON_MS + 8_000, by="desk", text="hers"
    )
    with pytest.raises(InputError, match="consent"):
        county.reviews.decide(asked.id, granted=True, at=NOON_MS + 9_000, by="lt-3", because="yes")
    county.reviews.decide(asked.id, granted=False, at=NOON_MS + 9_000, by="lt-3", because="ask her")
    sent = county.families.set_up("ana", facility="tx-harris", number=LANDLINE, at=NOON_MS + 10_000)
    ana = county.families.of("ana")
    assert ana.confirm(LANDLINE, sent.token, at=NOON_MS + 11_000) == "ok"
    review = ana.ask_unblock(LANDLINE, why="a wrong key", at=NOON_MS + 12_000)
    county.reviews.decide(review.id, granted=True, at=NOON_MS + 13_000, by="lt-3", because="hers")
    assert county.held(60_000, county.attempt("c-3"), NOON_MS + 14_000).status == "ok"
    assert [line.what for line in county.directory.log()][-7:] == [
        "review_request", "review_evidence", "review_denied",
        "review_request", "review_evidence", "review_granted", "unblock",
    ]  # fmt: skip


def test_an_attorneys_call_is_unheard_and_rated(county: County) -> None:
    counsel = "+17135550177"
    county.lines.put(counsel, "billable", at=NOON_MS, by="feed")
    county.directory.privilege(counsel, kind="attorney", person="p-77", at=NOON_MS, by="sgt-12")
    decision = county.gate.check(county.attempt(number=counsel), at=NOON_MS)
    assert (decision.privileged, decision.monitor, decision.record) == (True, False, False)
    session = county.talk(county.attempt(number=counsel))
    assert isinstance(session, PrivilegedSession)
    assert not [name for name in ("feed", "feed_gap", "take", "events") if hasattr(session, name)]
    for wish in ("listen", "barge_in"):
        with pytest.raises(InputError, match="no staff action"):
            session.staff(wish, "sgt-12", NOON_MS + 20_000)
    session.hang_up(NOON_MS + 125_000)
    record = session.record
    assert record is not None
    assert (record.privileged, record.monitored, record.recorded) == (True, False, False)
    assert (record.events, record.duration_ms, record.total) == ((), 120_000, Decimal("0.10"))
    # Of somebody else he is no attorney, and on nobody's list.
    other = county.other("c-2", number=counsel)
    assert county.codes(other, NOON_MS + HOUR_MS) == ("number_not_approved",)


def test_nobody_calls_abroad_who_may_not(county: County) -> None:
    county.directory.block("+52", kind="prefix", at=NOON_MS, by="sgt-12", why="no calls to Mexico")
    # The number is approved one by one, which is more particular than a prefix.
    assert county.held(60_000, county.attempt(number=ABROAD)).status == "ok"
    county.directory.disapprove("p-77", ABROAD, at=NOON_MS + HOUR_MS, by="sgt-12")
    assert county.codes(county.attempt("c-2", number=ABROAD), NOON_MS + HOUR_MS) == (
        "number_blocked_prefix", "number_not_approved",
    )  # fmt: skip
