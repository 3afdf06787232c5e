"""A call as the switch tells it: ringing, prompts, acceptance, its end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.calls.house import NOON_MS, attempt, by_minute, decision, house, talking

from securecall.calls.actions import Alert, Block, Disconnect, Play, Timer, Warn
from securecall.calls.prompts import Prompts
from securecall.calls.reasons import reason
from securecall.calls.record_table import records_table
from securecall.calls.sessions import Sessions
from securecall.errors import InputError, InputTypeError
from securecall.ledger.instant import instant


def dialed(sessions: Sessions, **says: Any) -> Any:
    return sessions.begin(attempt(), decision(**says), facility="f", at=NOON_MS)


def answered(sessions: Sessions, **says: Any) -> Any:
    session = dialed(sessions, **says)
    session.ring(NOON_MS + 1_000)
    session.answer(NOON_MS + 5_000)
    return session


def test_nothing_is_charged_before_the_called_party_has_agreed() -> None:
    sessions = house("10.00", by_minute("0.60"))
    session = answered(sessions)
    assert sessions.terms.ledger.balance("fam-1", at=NOON_MS + 20_000).held == 0
    session.accept(NOON_MS + 21_000, "1")
    assert sessions.terms.ledger.balance("fam-1").held == Decimal("0.600000")
    session.hang_up(NOON_MS + 21_500)
    assert session.record.duration_ms == 500
    assert session.record.total == Decimal("0.600000")


def test_prompts_are_played_again_and_then_the_call_is_given_up() -> None:
    sessions = house(prompts=Prompts(repeat_ms=5_000, times=2))
    session = answered(sessions)
    assert session.tick(NOON_MS + 9_999) == ()
    asked = session.tick(NOON_MS + 10_000)
    assert asked == (Play("announcement:accept_or_refuse", "called", "prompt"),)
    assert session.tick(NOON_MS + 15_000) == (Disconnect("not_accepted"),)
    assert session.record.total == 0
    assert session.record.status == "unanswered"


@pytest.mark.parametrize(
    ("digit", "reason", "first"),
    [
        ("9", "refused", Disconnect("refused")),
        ("7", "blocked_called_party", Block("+17135550123")),
    ],
)
def test_digits_that_refuse(digit: str, reason: str, first: object) -> None:
    session = answered(house())
    found = session.accept(NOON_MS + 6_000, digit)
    assert found[0] == first
    assert (session.record.reason, session.record.by) == (reason, "called")


def test_a_digit_that_means_nothing_is_as_if_none_was_pressed() -> None:
    session = answered(house())
    assert session.accept(NOON_MS + 6_000, "5") == ()
    assert session.state == "prompting"
    assert session.signal("dtmf", "5") == ()
    assert session.tick(NOON_MS + 6_500) == ()


def test_a_digit_that_signalling_brings_counts_at_the_next_tick() -> None:
    sessions = house()
    session = answered(sessions)
    session.signal("dtmf", "1")
    (told,) = sessions.tick(NOON_MS + 6_500)
    assert told == (session, (Timer(session.cutoff_at),))
    assert session.accepted_ms == NOON_MS + 6_500


def test_money_that_went_before_acceptance_ends_the_call() -> None:
    sessions = house("0.05")
    session = answered(sessions)
    sessions.terms.ledger.withdraw("fam-1", "0.05", at=NOON_MS + 5_500)
    assert session.accept(NOON_MS + 6_000) == (Disconnect("insufficient_funds"),)
    assert (session.record.status, session.record.total) == ("unanswered", 0)


def test_an_account_that_is_a_little_ahead_is_asked_again() -> None:
    sessions = house()
    session = answered(sessions)
    sessions.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 6_003, request_id="d-1")
    assert session.accept(NOON_MS + 6_000) == ()
    assert session.state == "prompting"
    assert session.tick(NOON_MS + 6_002) == ()
    assert session.tick(NOON_MS + 6_010) == (Timer(session.cutoff_at),)
    assert session.accepted_ms == NOON_MS + 6_010
    session.hang_up(NOON_MS + 7_010)
    assert session.record.request_ids == ("c-1:start", "c-1:start:1", "c-1:start:2", "c-1")
    assert session.record.total == Decimal("0.010000")


def test_a_call_that_nobody_answers_ends_by_itself() -> None:
    sessions = house(prompts=Prompts(ring_ms=30_000))
    session = dialed(sessions)
    session.ring(NOON_MS + 2_000)
    session.ring(NOON_MS + 3_000)
    assert sessions.tick(NOON_MS + 31_999) == []
    assert sessions.tick(NOON_MS + 40_000) == [(session, (Disconnect("no_answer"),))]
    assert session.record.ended_ms == NOON_MS + 32_000
    assert session.record.answered_ms is None


@pytest.mark.parametrize(
    ("by", "cause", "reason"),
    [("caller", None, "abandoned"), ("called", None, "refused"), ("network", 17, "busy"),
     ("network", "sip:404", "invalid_number")],
)  # fmt: skip
def test_calls_that_end_before_they_are_answered(by: str, cause: Any, reason: str) -> None:
    session = dialed(house())
    assert session.hang_up(NOON_MS + 4_000, by=by, cause=cause) == ()
    assert session.record.reason == reason
    assert (session.record.status, session.record.ended_ms) == ("unanswered", NOON_MS + 4_000)


def test_answering_is_accepting_only_where_nobody_has_to_pay() -> None:
    sessions = house(prompts=Prompts(passive=True))
    session = dialed(sessions)
    assert session.answer(NOON_MS + 5_000) == (Timer(instant(NOON_MS + 905_000)),)
    session.hang_up(NOON_MS + 65_000)
    assert (session.record.status, session.record.total, session.record.request_ids) == (
        "free", 0, (),
    )  # fmt: skip
    assert session.record.duration_ms == 60_000


def test_a_hot_number_is_told_at_once() -> None:
    sessions = house()
    session = dialed(sessions, reasons=(reason("number_hot"),))
    ((told, actions),) = sessions.tick(NOON_MS)
    assert told is session
    assert [type(each) for each in actions] == [Alert]
    assert "number_hot" in actions[0].text
    assert sessions.tick(NOON_MS + 1) == []


def test_what_a_connected_call_has_to_tell_waits_for_the_first_tick() -> None:
    sessions = house()
    session = talking(sessions, reasons=(reason("number_hot"),))
    ((_, actions),) = sessions.tick(NOON_MS)
    assert [type(each) for each in actions] == [Alert, Timer]
    assert session.record is None


def test_a_call_that_ends_as_it_starts_costs_nothing() -> None:
    session = talking(house())
    session.hang_up(NOON_MS)
    assert (session.record.total, session.record.billed_ms) == (0, 0)
    assert session.record.reason == "completed_caller_hangup"


def test_a_hangup_on_the_boundary_does_not_owe_the_next_increment() -> None:
    session = talking(house("10.00", by_minute("0.60")))
    session.hang_up(NOON_MS + 60_000)
    assert session.record.total == Decimal("0.600000")


def test_a_hang_up_counts_from_its_own_instant_even_if_it_is_told_late() -> None:
    session = talking(house())
    session.tick(NOON_MS + 20_000)
    session.hang_up(NOON_MS + 19_500)
    assert session.record.duration_ms == 19_500
    assert session.record.billed_ms == 20_000


def test_a_hang_up_after_the_cutoff_comes_too_late() -> None:
    session = talking(house("1.00"))
    found = session.hang_up(NOON_MS + 100_001, by="called", cause=16)
    assert found[-1] == Disconnect("balance_exhausted", "announcement:balance_exhausted")
    assert (session.record.ended_ms, session.record.cause) == (NOON_MS + 100_000, "16")
    assert session.hang_up(NOON_MS + 100_002) == ()


def test_a_hang_up_at_the_cutoff_instant_is_the_cutoffs() -> None:
    session = talking(house("1.00"))
    session.hang_up(NOON_MS + 100_000)
    assert session.record.reason == "balance_exhausted"


@pytest.mark.parametrize(
    ("balance", "max_ms", "code"),
    [("1.00", 900_000, "balance_exhausted"), ("100.00", 900_000, "time_limit")],
)
def test_a_switch_whose_timer_fires_early_says_what_it_was_set_to(
    balance: str, max_ms: int, code: str
) -> None:
    session = talking(house(balance), max_ms=max_ms)
    session.hang_up(NOON_MS + 95_500, by="network", cause="ALLOTTED_TIMEOUT")
    assert (session.record.reason, session.record.duration_ms) == (code, 95_500)
    assert session.record.cause == "ALLOTTED_TIMEOUT"


def test_the_longest_time_ends_a_call() -> None:
    session = talking(house("100.00"), max_ms=120_000)
    assert session.tick(NOON_MS + 130_000)[-1] == Disconnect(
        "time_limit", "announcement:time_limit"
    )
    assert session.record.ended_ms == NOON_MS + 120_000
    assert session.record.total == Decimal("1.200000")


def test_a_schedule_that_closes_is_counted_from_acceptance() -> None:
    closes = instant(NOON_MS + 200_000)
    session = talking(house("100.00"))
    assert session.cutoff_ms == NOON_MS + 900_000
    sessions = house("100.00")
    says = decision()
    limited = decision(limits=type(says.limits)(900_000, None, Decimal(0), closes, "facility"))
    session = sessions.begin(attempt(), limited, facility="f", at=NOON_MS)
    session.answer(NOON_MS + 50_000)
    session.accept(NOON_MS + 60_000)
    assert session.cutoff_ms == NOON_MS + 200_000
    session.tick(NOON_MS + 200_000)
    assert session.record.reason == "schedule_end"


def test_a_schedule_that_has_closed_before_acceptance() -> None:
    sessions = house("100.00")
    limits = type(decision().limits)(
        900_000, None, Decimal(0), instant(NOON_MS + 5_000), "schedule"
    )
    session = sessions.begin(attempt(), decision(limits=limits), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 4_000)
    assert session.accept(NOON_MS + 5_000) == (Disconnect("schedule_end"),)


def test_warnings_come_once_and_again_when_the_end_moved_away() -> None:
    sessions = house("2.00")
    session = talking(sessions)
    told: list[Warn] = []

    def run(until_ms: int) -> None:
        for at_ms in range(session._now_ms, until_ms, 250):
            told.extend(each for each in session.tick(at_ms) if isinstance(each, Warn))

    run(NOON_MS + 150_000)
    assert [(each.left_ms, each.for_ms) for each in told] == [(60_000, 60_000)]
    sessions.terms.ledger.deposit("fam-1", "2.00", at=NOON_MS + 150_000, request_id="d-1")
    run(NOON_MS + 500_000)
    assert [each.for_ms for each in told] == [60_000, 60_000, 10_000]
    assert session.record.warnings_ms == (60_000, 60_000, 10_000)
    assert session.record.ended_ms == NOON_MS + 400_000


def test_another_call_of_the_account_brings_the_end_nearer() -> None:
    sessions = house("2.00")
    session = talking(sessions)
    other = talking(sessions, "c-2", at_ms=NOON_MS + 100_000)
    assert session.cutoff_ms == other.cutoff_ms == NOON_MS + 150_000
    ((_, actions), (_, _)) = sorted(
        sessions.tick(NOON_MS + 100_000), key=lambda each: each[0].call_id
    )
    assert [type(each) for each in actions] == [Timer, Warn]
    assert actions[1].left_ms == 50_000
    other.hang_up(NOON_MS + 110_000)
    assert session.cutoff_ms == NOON_MS + 190_000


def test_instants_that_go_back_are_taken_for_the_last_one() -> None:
    session = dialed(house())
    session.ring(NOON_MS + 5_000)
    session.answer(NOON_MS + 2_000)
    assert session.accept(NOON_MS + 1_000)
    assert session.accepted_ms == NOON_MS + 5_000


def test_verbs_in_the_wrong_state_say_what_can_be_done() -> None:
    session = dialed(house())
    with pytest.raises(InputError, match="a call that is dialing cannot accept; it can ring"):
        session.accept(NOON_MS)
    with pytest.raises(InputError, match="by must be one of caller, called, network, not 'me'"):
        session.hang_up(NOON_MS, by="me")
    session.answer(NOON_MS + 1_000)
    with pytest.raises(InputError, match="a call that is prompting cannot answer"):
        session.answer(NOON_MS + 1_000)
    session.accept(NOON_MS + 2_000)
    with pytest.raises(InputError, match="a call that is talking cannot refuse"):
        session.refuse(NOON_MS + 2_000)


def test_after_the_end_nothing_changes() -> None:
    session = talking(house())
    session.hang_up(NOON_MS + 10_000)
    record = session.record
    for at_ms in (NOON_MS + 20_000, NOON_MS + 5_000):
        assert session.ring(at_ms) == session.answer(at_ms) == session.accept(at_ms) == ()
        assert session.tick(at_ms) == session.hang_up(at_ms) == session.refuse(at_ms) == ()
        assert session.stop(at_ms, "lockdown") == session.pause(at_ms, "desk") == ()
        assert session.staff("disconnect", "desk", at_ms) == session.resume(at_ms, "desk") == ()
        assert session.feed(bytes(320)) == session.feed_gap(20) == session.signal("dtmf", "1") == ()
    assert session.record is record
    assert session.cutoff_ms is not None


def test_a_cause_that_is_very_long_is_cut() -> None:
    session = talking(house())
    session.hang_up(NOON_MS + 1_000, by="network", cause="x" * 10_000)
    assert len(session.record.cause) == 120
    assert session.record.reason == "unknown"


@pytest.mark.parametrize("digit", ["", "11"])
def test_what_is_no_key_accepts_refuses_and_blocks_nothing(digit: str) -> None:
    session = answered(house(prompts=Prompts(accept="1", refuse="9", block="7")))
    assert session.accept(NOON_MS + 6_000, digit) == ()
    assert session.signal("dtmf", digit) == ()
    assert session.tick(NOON_MS + 6_001) == ()
    assert session.state == "prompting"
    assert Block("+17135550123") not in session.refuse(NOON_MS + 7_000, digit)


def test_a_key_is_text() -> None:
    session = answered(house())
    with pytest.raises(InputTypeError, match="digit must be text such as '1', not 1"):
        session.accept(NOON_MS + 6_000, 1)
    assert session.state == "prompting"


def test_a_cause_that_is_no_utf8_is_kept_in_a_way_that_tables_take() -> None:
    session = talking(house())
    session.hang_up(NOON_MS + 1_000, by="network", cause="\udcff")
    assert session.record.cause == "\\udcff"
    assert records_table([session.record]).num_rows == 1


@pytest.mark.parametrize(("ahead_ms", "state"), [(2_000, "talking"), (3_600_000, "ended")])
def test_an_account_that_is_ahead_is_waited_for_some_seconds(ahead_ms: int, state: str) -> None:
    sessions = house("10.00")
    session = answered(sessions)
    sessions.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 6_000 + ahead_ms, request_id="d-1")
    assert session.accept(NOON_MS + 6_000, "1") == ()
    at_ms = NOON_MS + 6_000
    while session.state == "prompting" and at_ms < NOON_MS + 60_000:
        at_ms += 20
        sessions.tick(at_ms)
    assert session.state == state
    if state == "talking":
        assert ahead_ms <= session.accepted_ms - NOON_MS - 6_000 <= ahead_ms + 300
    else:
        assert session.record.reason == "unbillable"
        assert session.record.total == 0
        assert 9_000 < session.ended_ms - NOON_MS - 6_000 < 12_000
