"""A policy's rules: what they may say, and which one holds."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from tests.fraud.policies import policy_of, refusal

from securecall.errors import InputError
from securecall.fraud.policy import Policy, Rule, named_policy, policy_names
from securecall.fraud.policy_checks import GRADES, KINDS

WARN = Rule("three_way", "alert", ("warn",), tone="beep")


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"grade": "alarm"}, "three_way.alarm: grade must be one of note, alert, disconnect"),
        ({"actions": ()}, "actions must name one at least"),
        ({"actions": ("reviews",)}, "not 'reviews'; did you mean 'review'?"),
        ({"actions": ("ignore", "note")}, 'must hold nothing beside "ignore"'),
        ({"actions": ("note", "note")}, "must not name one twice"),
        ({"actions": ("disconnect",)}, "rests on two independent cues, may end a call"),
        ({"grade": "note", "actions": ("disconnect",)}, 'must not hold "disconnect"'),
        ({"actions": ("warn",)}, "tone or announcement must say what a warning plays"),
        ({"actions": ("warn",), "tone": "a", "announcement": "b"}, "and not both"),
        ({"tone": "beep"}, 'tone has no meaning without the action "warn"'),
        ({"announcement": "b"}, 'announcement has no meaning without the action "warn"'),
        ({"pause_ms": 5}, 'pause_ms has no meaning without the action "warn"'),
        ({"quiet_ms": -1}, "quiet_ms must be whole milliseconds, 0 to 86400000"),
        ({"quiet_ms": 0.5}, "quiet_ms must be whole milliseconds"),
        ({"min_probability": 1.01}, "min_probability must be a number from 0 to 1"),
        ({"min_probability": True}, "min_probability must be a number from 0 to 1"),
        ({"min_probability": float("nan")}, "min_probability must be a number from 0 to 1"),
        ({"review_alerts": 2}, "review_alerts and review_within_ms must be told both"),
        ({"review_within_ms": 2}, "review_alerts and review_within_ms must be told both"),
        ({"review_alerts": 101, "review_within_ms": 2}, "must be a whole number from 0 to 100"),
        (
            {"actions": ("review",), "review_alerts": 2, "review_within_ms": 2},
            "has no meaning where each event is reviewed or ignored",
        ),
        ({"warnings_before": 1}, 'warnings_before has no meaning without the action "disconnect"'),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(told: dict[str, Any], text: str) -> None:
    assert text in refusal(**told)


@pytest.mark.parametrize(
    ("rules", "told", "text"),
    [
        ((WARN, WARN), {}, "three_way.alert: actions are told twice"),
        ((WARN,), {"tones": {"beeps": ""}}, "must be a name in tones: beeps; did you mean 'beeps'"),
        ((WARN,), {"tones": {}}, "must be a name in tones, of which there is none"),
        ((Rule("humming", "alert", ("note",)),), {}, "humming.alert: kind must be one of any,"),
        ((Rule("key_pad", "alert", ("note",)),), {}, "did you mean 'keypad'?"),
        (
            (Rule("any", "disconnect", ("disconnect",), warnings_before=1),), {},
            "any.disconnect: warnings_before waits for warnings that no rule gives",
        ),
    ],
)  # fmt: skip
def test_a_policy_whose_parts_do_not_fit_is_refused(
    rules: tuple[Rule, ...], told: dict[str, Any], text: str
) -> None:
    with pytest.raises(InputError) as caught:
        policy_of(*rules, **told)
    assert str(caught.value).startswith("policy 'ours': ")
    assert text in str(caught.value)


def test_kinds_of_ones_own_may_have_rules() -> None:
    rule = Rule("humming", "alert", ("review",))
    assert policy_of(rule, kinds=("humming",)).rule("humming", "alert") is rule


def test_a_kind_without_a_rule_has_that_of_any_kind_and_else_is_noted() -> None:
    others = Rule("any", "alert", ("alert",))
    policy = policy_of(WARN, others)
    assert policy.rule("three_way", "alert") is WARN
    assert policy.rule("keypad", "alert") is others
    assert policy.rule("keypad", "note").actions == ("note",)
    with pytest.raises(InputError, match="grade must be one of"):
        policy.rule("keypad", "alarm")


def test_what_a_rule_plays_has_one_name() -> None:
    assert WARN.play == "tone:beep"
    assert Rule("any", "note", ("warn",), announcement="stop").play == "announcement:stop"
    assert Rule("any", "note", ("note",)).play == ""


def test_a_policy_that_differs_in_anything_has_another_digest() -> None:
    made = [
        policy_of(WARN),
        policy_of(Rule("three_way", "alert", ("warn",), tone="beep", pause_ms=1)),
        policy_of(WARN, name="theirs"),
        policy_of(WARN, kinds=("humming",)),
        policy_of(WARN, tones={"beep": "1000 Hz"}),
        policy_of(WARN, announcements={}),
    ]
    assert len({policy.digest for policy in made}) == len(made)
    assert policy_of(WARN).digest == policy_of(WARN).digest


def test_what_can_be_played_cannot_be_changed_behind_a_policy() -> None:
    tones = {"beep": "1400 Hz"}
    policy = Policy("ours", "ours", (WARN,), (), tones)
    tones.clear()
    assert dict(policy.tones) == {"beep": "1400 Hz"}
    with pytest.raises(TypeError):
        policy.tones["beep"] = ""  # type: ignore[index]


def test_a_policy_travels_to_another_process() -> None:
    policy = policy_of(WARN)
    again = pickle.loads(pickle.dumps(policy))
    assert again == policy
    assert again.digest == policy.digest


def test_every_policy_that_comes_with_us_reads_and_disconnects_nobody() -> None:
    assert policy_names() == ("default",)
    policy = named_policy("default")
    found = {policy.rule(kind, grade) for kind in (*KINDS, "humming") for grade in GRADES}
    assert all("disconnect" not in rule.actions for rule in found)
    # What leaves the call is looked at by somebody; call waiting by nobody.
    assert "review" in policy.rule("call_forwarding", "disconnect").actions
    assert all(policy.rule("call_waiting", grade).actions == ("note",) for grade in GRADES)


def test_a_policy_that_is_misspelled_is_found_nearby() -> None:
    with pytest.raises(InputError, match="did you mean 'default'"):
        named_policy("defualt")
