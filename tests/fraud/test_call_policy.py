"""A policy applied to a call: what is done about each event, and what is remembered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fraud.policies import event, events, policies, policy_of

from securecall.errors import InputError, InputTypeError
from securecall.fraud import Event
from securecall.fraud.call_policy import CallPolicy
from securecall.fraud.policy import Policy, Rule

WARNED = Rule("any", "alert", ("warn", "note"), tone="beep", pause_ms=30_000)
CUT = Rule("any", "disconnect", ("disconnect",))


def decide(policy: Policy, *told: Event) -> list[tuple[str, ...]]:
    call = policy.begin()
    return [call.decide(each).actions for each in told]


def test_actions_come_in_the_order_in_which_to_carry_them_out() -> None:
    rule = Rule(
        "three_way", "disconnect", ("disconnect", "review", "warn", "alert", "note"), tone="beep"
    )
    decision = policy_of(rule).begin().decide(event(7, grade="disconnect"))
    assert decision.actions == ("note", "alert", "warn", "review", "disconnect")
    assert decision.disconnects
    assert (decision.event_id, decision.at_ms, decision.play) == (7, 60_000.0, "tone:beep")
    assert decision.rule == "three_way.disconnect"
    assert decision.reason == "rule three_way.disconnect"
    assert decision.policy == f"ours@{policy_of(rule).digest}"


def test_who_is_disconnected_is_reviewed_asked_for_or_not() -> None:
    assert decide(policy_of(CUT), event(grade="disconnect")) == [("review", "disconnect")]


def test_what_is_ignored_is_not_even_noted() -> None:
    assert decide(policy_of(Rule("any", "alert", ("ignore",))), event()) == [("ignore",)]


@pytest.mark.parametrize(
    "cues", [{}, {"click_db": 31.0}, {"click_db": 31.0, "click_db_least": 24.0}]
)
def test_grade_disconnect_without_two_cues_disconnects_nobody(cues: dict[str, float]) -> None:
    decision = policy_of(CUT).begin().decide(event(grade="disconnect", cues=cues))
    assert decision.actions == ("note",)
    assert "does not show two independent cues" in decision.reason


def test_the_end_of_an_event_does_nothing_again() -> None:
    call = policy_of(WARNED).begin()
    assert call.decide(event()).actions == ("note", "warn")
    over = call.decide(replace(event(), ended=True, end_ms=90_000.0))
    assert over.actions == ()
    assert over.reason == "no rule; the event is over; it was decided when it began"


def test_an_event_that_is_less_sure_is_judged_as_of_the_grade_below() -> None:
    policy = policy_of(
        Rule("three_way", "disconnect", ("disconnect",), min_probability=0.99),
        Rule("three_way", "alert", ("review",), min_probability=0.9),
        Rule("three_way", "note", ("note",), min_probability=0.5),
    )
    told = [event(grade="disconnect", probability=p) for p in (0.99, 0.98, 0.89, 0.49)]
    found = [policy.begin().decide(each) for each in told]
    assert [each.actions for each in found] == [
        ("review", "disconnect"), ("review",), ("note",), ("ignore",),
    ]  # fmt: skip
    assert found[1].rule == "three_way.alert"
    assert "a probability of 0.980 is less than 0.99" in found[1].reason
    assert found[3].rule == ""


def test_what_begins_too_soon_after_the_answer_is_only_noted() -> None:
    policy = policy_of(Rule("any", "alert", ("alert", "review"), quiet_ms=5_000))
    call = policy.begin(answered_ms=None)
    before = event(at_ms=3_000, start_ms=2_000)
    assert call.decide(before).actions == ("note",)
    call.answered(10_000.0)
    soon = event(at_ms=16_000, start_ms=14_999)
    assert call.decide(soon).actions == ("note",)
    assert "it began less than 5.0 s after the answer" in call.decide(soon).reason
    assert call.decide(event(at_ms=16_000, start_ms=15_000)).actions == ("alert", "review")
    assert policy_of(Rule("any", "alert", ("alert",))).begin(None).decide(before).actions == (
        "alert",
    )


def test_warnings_keep_a_pause_whatever_they_are_for() -> None:
    policy = policy_of(
        WARNED, Rule("keypad", "alert", ("warn",), announcement="third_party", pause_ms=10_000)
    )
    call = policy.begin()
    assert call.decide(event(1, 60_000)).play == "tone:beep"
    held = call.decide(event(2, 72_000))
    assert (held.actions, held.play) == (("note",), "")
    assert held.reason == "rule any.alert; no warning: the last one was 12.0 s ago"
    assert call.decide(event(3, 72_000, kind="keypad")).play == "announcement:third_party"
    assert call.decide(event(4, 101_999)).actions == ("note",)
    assert call.decide(event(5, 102_000)).actions == ("note", "warn")


def test_many_alerts_within_a_time_make_one_review() -> None:
    policy = policy_of(Rule("any", "alert", ("note",), review_alerts=3, review_within_ms=60_000))
    times = (0, 10_000, 69_000, 69_500, 70_000, 71_000, 72_000)
    told = [event(n, at, start_ms=at) for n, at in enumerate(times, 1)]
    reviewed = [each == ("note", "review") for each in decide(policy, *told)]
    # The first is forgotten after a minute; after a review counting begins anew.
    assert reviewed == [False, False, False, True, False, False, True]
    call = policy.begin()
    kinds = ("three_way", "keypad", "three_way", "keypad")
    mixed = [event(n, 1_000 * n, kind=kind) for n, kind in enumerate(kinds, 2)]
    assert all("review" not in call.decide(each).actions for each in mixed)


def test_a_disconnect_may_wait_for_warnings() -> None:
    policy = policy_of(
        Rule(
            "any", "disconnect", ("warn", "disconnect"), tone="beep", pause_ms=5_000,
            warnings_before=2,
        )
    )  # fmt: skip
    call = policy.begin()
    told = [event(n, at, grade="disconnect") for n, at in enumerate((0, 1e3, 9e3, 2e4), 1)]
    found = [call.decide(each) for each in told]
    assert [each.actions for each in found] == [
        ("warn", "review"), ("review",), ("warn", "review"), ("warn", "review", "disconnect"),
    ]  # fmt: skip
    assert "no disconnect: 1 of 2 warnings were given" in found[1].reason


def test_after_a_disconnect_the_rest_is_only_noted() -> None:
    call = policy_of(CUT, WARNED).begin()
    assert call.decide(event(1, grade="disconnect")).disconnects
    for each in (event(2, grade="disconnect"), event(3)):
        late = call.decide(each)
        assert late.actions == ("note",)
        assert "only noted: the call was disconnected" in late.reason


def test_an_event_of_no_grade_is_refused() -> None:
    with pytest.raises(InputError, match="grade must be one of"):
        policy_of().begin().decide(event(grade="alarm"))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), True, "0"])
def test_an_answer_that_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="an instant must be milliseconds of audio"):
        policy_of().begin(value)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="an instant must be milliseconds of audio"):
        policy_of().begin().answered(value)  # type: ignore[arg-type]


@given(policies(), events())
def test_nobody_is_disconnected_for_less_than_two_cues(policy: Policy, told: list[Event]) -> None:
    call = policy.begin()
    for each in told:
        decision = call.decide(each)
        if decision.disconnects:
            assert each.grade == "disconnect"
            assert len(each.cues) >= 2
            assert "review" in decision.actions
        assert ("warn" in decision.actions) == bool(decision.play)


@given(policies(), events(), st.data())
def test_a_call_that_was_saved_goes_on_as_if_it_were_not(
    policy: Policy, told: list[Event], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(told)))
    call = policy.begin(None)
    call.answered(1_000.0)
    for each in told[:cut]:
        call.decide(each)
    other = policy.restore(call.save())
    assert other.save() == call.save()
    assert [call.decide(each) for each in told[cut:]] == [other.decide(e) for e in told[cut:]]
    assert other.save() == call.save()


def test_a_state_is_small_however_long_the_call() -> None:
    policy = policy_of(
        Rule("any", "alert", ("note",), review_alerts=100, review_within_ms=86_400_000)
    )
    call = policy.begin()
    for number in range(1_000):
        call.decide(event(number, 60_000.0 + number))
    assert len(call.save()) < 1_000


def test_states_of_others_are_refused() -> None:
    call = policy_of(CUT).begin()
    with pytest.raises(InputError, match=r"decided under ours@.*, not under ours@"):
        policy_of(WARNED).restore(call.save())
    with pytest.raises(InputTypeError, match="a saved state is bytes, not str"):
        policy_of(CUT).restore(call.save().decode())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"warnings": -1}, {"warnings": "1"}, {"warned_ms": "x"}, {"answered_ms": -5},
        {"alerts": {"a": 1}}, {"alerts": None},
    ],
)  # fmt: skip
def test_a_damaged_state_is_refused(change: dict[str, object]) -> None:
    policy = policy_of(CUT)
    told = json.loads(policy.begin().save()) | change
    with pytest.raises(InputError, match="no state of a call's policy"):
        policy.restore(json.dumps(told).encode())
    with pytest.raises(InputError, match="no state of a call's policy"):
        CallPolicy.restored(policy, b"\xff")
