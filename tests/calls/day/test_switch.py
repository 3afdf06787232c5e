"""The switch: calls that are placed, refused, tried again; privileged ones; sound that is fed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.day.days import quiet, world
from tests.calls.day.test_sound import a_call

from securecall.calls.day.caller import caller_of
from securecall.calls.day.plan import attempt_of, plan_of
from securecall.calls.day.run import Day
from securecall.calls.day.setting import DaySetting
from securecall.calls.day.sound import Heard, Sounds
from securecall.calls.day.switch import Switch
from securecall.ledger.ledger import Ledger

CALLERS = 200


def first(of: str) -> int:
    """Return a caller whose first attempt is of a sort and whose call would be talked in."""
    setting = quiet(callers=CALLERS)
    for number in range(CALLERS):
        caller = caller_of(setting, number)
        attempt, privileged = attempt_of(1, caller, 0, terminal="A-0000", again=0)
        plan = plan_of(1, attempt.call_id)
        talks = plan.answers == "answers" and plan.prompt == "1" and plan.talk_ms > 60_000
        family = attempt.number in caller.family.numbers[: caller.family.approved]
        wanted = privileged if of == "privileged" else family and attempt.medium == "audio"
        paid = caller.family.opening_cents > 300 and attempt.accounts == (caller.family.account,)
        quiet_plan = plan.pause_at_ms is None and plan.digits_at_ms is None
        if talks and wanted and paid and quiet_plan and attempt.pin == caller.pin:
            return number
    raise AssertionError("no such caller among so many")


def gone_by(made: Any, switch: Switch, until_ms: int) -> None:
    """Let things happen until an instant."""
    while made.agenda.next_ms is not None and made.agenda.next_ms <= until_ms:
        switch.tick(made.agenda.run_next())


def test_a_call_is_placed_accepted_and_talked_in() -> None:
    made = world(callers=CALLERS)
    switch = Switch(made)
    at_ms = made.setting.opens_ms + 60_000
    switch.arrive(at_ms, first("family"))
    (placed,) = switch.placed.values()
    gone_by(made, switch, at_ms + 60_000)
    assert placed.session.state == "talking"
    assert placed.began
    gone_by(made, switch, at_ms + 5 * 3_600_000)
    assert switch.placed == {}
    assert made.tally.outcomes["talked"] == 1
    assert made.books.flows["charges"] > 0
    assert made.checks.ok


def test_frames_of_a_privileged_call_are_offered_and_nobody_takes_them() -> None:
    made = world(callers=CALLERS)
    switch = Switch(made)
    at_ms = made.setting.opens_ms + 60_000
    switch.arrive(at_ms, first("privileged"))
    gone_by(made, switch, at_ms + 5 * 3_600_000)
    assert (made.tally.offered_frames, made.tally.heard_privileged) == (5, 0)
    assert made.checks.ok


def test_before_the_doors_open_an_attempt_is_refused_and_has_a_record() -> None:
    made = world(callers=CALLERS)
    switch = Switch(made)
    switch.arrive(made.setting.opens_ms - 1_000, first("family"))
    assert switch.placed == {}
    assert made.tally.endings["schedule_denied"] == 1


def test_sound_is_fed_to_the_call_and_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world(callers=CALLERS)
    switch = Switch(made)
    monkeypatch.setattr(Sounds, "of", lambda self, call_id, at_ms: Heard(a_call()))
    at_ms = made.setting.opens_ms + 60_000
    switch.arrive(at_ms, first("family"))
    gone_by(made, switch, at_ms + 600_000)
    (strip,) = made.tally.strips
    assert made.tally.sounding == 1
    assert strip.seconds == 2.0
    assert strip.labels == ((0.5, 1.0, "three_way", True),)


def test_a_day_with_sound_hears_fraud_and_its_review_knows_the_truth() -> None:
    setting = DaySetting(callers=120, hours=16, audio_per_mille=0, audio_s=60)
    result = Day(setting, Ledger.open("memory:")).run()
    assert result.ok
    assert result.tally.sounding == 6
    heard = {kind for strip in result.tally.strips for _, kind, _, _ in strip.events}
    happened = {
        what for strip in result.tally.strips for _, _, what, fraud in strip.labels if fraud
    }
    assert len(happened) >= 5
    assert heard & happened
