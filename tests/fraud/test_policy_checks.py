"""What may be wrong with a rule and a policy: each fault with its field and the name meant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from securecall.fraud.policy_checks import wrong_policy, wrong_rule

USUAL: dict[str, Any] = {
    "name": "three_way.alert", "kind": "three_way", "grade": "alert", "actions": ("alert",),
    "tone": "", "announcement": "", "pause_ms": 0, "min_probability": 0.0, "quiet_ms": 0,
    "review_alerts": 0, "review_within_ms": 0, "warnings_before": 0,
}  # fmt: skip


def rule(**rest: Any) -> Any:
    return SimpleNamespace(**{**USUAL, **rest})


def policy(*rules: Any, **rest: Any) -> Any:
    return SimpleNamespace(rules=rules, **{"kinds": (), "tones": {}, "announcements": {}, **rest})


def test_what_can_be_done_is_not_wrong() -> None:
    assert list(wrong_rule(rule())) == []
    warned = rule(actions=("warn", "review"), tone="beep", pause_ms=20_000)
    assert list(wrong_rule(warned)) == []
    assert list(wrong_policy(policy(rule(), rule(name="any.note", kind="any")))) == []


@pytest.mark.parametrize(
    ("told", "field", "words", "near"),
    [
        ({"grade": "alarm"}, "grade", "must be one of note", None),
        ({"actions": ()}, "actions", "must name one at least", None),
        ({"actions": ("alert", "revew")}, "actions", "not 'revew'", "review"),
        ({"actions": ("ignore", "note")}, "actions", "nothing beside", None),
        ({"actions": ("alert", "alert")}, "actions", "twice", None),
        ({"actions": ("disconnect",)}, "actions", "two independent cues", None),
        ({"tone": "beep"}, "tone", 'without the action "warn"', None),
        ({"actions": ("warn",)}, "tone", "must say what a warning plays", None),
        ({"actions": ("warn",), "tone": "a", "announcement": "b"}, "tone", "not both", None),
        ({"pause_ms": -1, "actions": ("warn",), "tone": "a"}, "pause_ms", "milliseconds", None),
        ({"quiet_ms": 1.5}, "quiet_ms", "whole milliseconds", None),
        ({"min_probability": True}, "min_probability", "from 0 to 1", None),
        ({"min_probability": 1.01}, "min_probability", "from 0 to 1", None),
        ({"review_alerts": 3}, "review_alerts", "both or neither", None),
        ({"review_alerts": 101, "review_within_ms": 5}, "review_alerts", "0 to 100", None),
        ({"warnings_before": 1}, "warnings_before", 'without the action "disconnect"', None),
    ],
)
def test_a_fault_has_its_field_and_the_name_that_was_meant(
    told: dict[str, Any], field: str, words: str, near: str | None
) -> None:
    faults = [each for each in wrong_rule(rule(**told)) if each[0] == field and words in each[1]]
    assert len(faults) == 1
    if near:
        assert faults[0][2] == near


def test_rules_must_fit_together() -> None:
    warned = rule(name="keypad.alert", kind="keypad", actions=("warn",), tone="beap")
    ending = rule(
        name="three_way.disconnect", grade="disconnect", actions=("disconnect",), warnings_before=1
    )
    other = rule(name="three_wey.note", kind="three_wey")
    faults = {each[:2]: each[2:] for each in wrong_policy(policy(warned, tones={"beep": "1 s"}))}
    assert faults["keypad.alert", "tone"][1] == "beep"
    faults = {each[:2]: each[2:] for each in wrong_policy(policy(ending, ending, other))}
    assert "waits for warnings" in faults["three_way.disconnect", "warnings_before"][0]
    assert faults["three_way.disconnect", "actions"][0] == "are told twice"
    assert faults["three_wey.note", "kind"][1] == "three_way"
