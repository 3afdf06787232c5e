"""Policies from files: what they say, and everything that is wrong with them at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import securecall as sc
from securecall.fraud.policy import Rule, named_policy
from securecall.fraud.policy_files import parse_policy, read_policy

GOOD = """\
name = "county"
title = "County jail"
kinds = ["humming"]

[tones]
beep = "1400 Hz, 0.5 s"
[announcements]
third_party = "third_party.wav"

[three_way.disconnect]
actions = ["warn", "disconnect"]
announcement = "third_party"
pause_ms = 20_000
min_probability = 0.98
quiet_ms = 5_000
warnings_before = 1

[keypad.alert]
actions = ["note"]
review_alerts = 7
review_within_ms = 60_000

[humming.note]
actions = ["warn"]
tone = "beep"
"""

BAD = """\
nmae = "county"
kinds = ["any", "flood", "flood"]

[tones]
beep = 1400

[three_way.alert]
actions = ["review", "disconnect"]
[three_way.disconect]
actions = ["disconnect"]
[tree_way]
alert = { actions = ["review"] }

[keypad.alert]
actions = ["warm"]
quiet = 5
pause_ms = 10

[line_switch.alert]
actions = ["warn"]
tone = "bleep"
[line_switch.note]
actions = "note"
announcement = 3
[call_waiting]
note = 5
[noise_anomaly.note]
[noise_anomaly.alert]
actions = ["note", 3]
"""


def faults(text: str) -> list[str]:
    with pytest.raises(sc.PolicyError) as caught:
        parse_policy(text, file="p.toml")
    return [str(fault) for fault in caught.value.faults]


def test_a_file_becomes_a_policy() -> None:
    policy = parse_policy(GOOD)
    assert (policy.name, policy.title, policy.kinds) == ("county", "County jail", ("humming",))
    rule = policy.rule("three_way", "disconnect")
    assert rule.actions == ("warn", "disconnect")
    assert (rule.play, rule.pause_ms, rule.quiet_ms) == ("announcement:third_party", 20_000, 5_000)
    assert (rule.min_probability, rule.warnings_before) == (0.98, 1)
    keypad = policy.rule("keypad", "alert")
    assert (keypad.review_alerts, keypad.review_within_ms) == (7, 60_000)
    assert policy.rule("humming", "note").play == "tone:beep"
    assert dict(policy.tones) == {"beep": "1400 Hz, 0.5 s"}


def test_everything_that_is_wrong_is_told_with_its_line_and_the_nearest_name() -> None:
    found = faults(BAD)
    kinds = (
        "any, three_way, call_forwarding, keypad, noise_anomaly, line_switch, call_waiting, dtmf, "
        "mf, tone"
    )
    word = "must be a new word of small letters, digits and underscores, at most 40"
    assert found == [
        "p.toml: name: must be text in quotes",
        f"p.toml:1: nmae: is not a kind of event; allowed: {kinds}, flood; did you mean 'name'?",
        f'p.toml:2: kinds[0] = "any": {word}',
        f'p.toml:2: kinds[2] = "flood": {word}',
        "p.toml:5: tones.beep = 1400: must be text in quotes: a file, say",
        'p.toml:8: three_way.alert.actions: must not hold "disconnect": only an event of grade '
        '"disconnect", which rests on two independent cues, may end a call',
        "p.toml:9: three_way.disconect: is not a grade; allowed: note, alert, disconnect; did you "
        "mean 'disconnect'?",
        f"p.toml:11: tree_way: is not a kind of event; allowed: {kinds}, flood; did you mean "
        "'three_way'?",
        "p.toml:16: keypad.alert.quiet: is not a key of a rule; allowed: actions, tone, "
        "announcement, pause_ms, min_probability, quiet_ms, review_alerts, review_within_ms, "
        "warnings_before; did you mean 'quiet_ms'?",
        'p.toml:21: line_switch.alert.tone = "bleep": must be a name in tones: beep; did you mean '
        "'beep'?",
        'p.toml:23: line_switch.note.actions = "note": must be a list of texts in quotes',
        "p.toml:24: line_switch.note.announcement = 3: must be a name in quotes",
        "p.toml:26: call_waiting.note = 5: must be a table, headed [call_waiting.note]",
        "p.toml:27: noise_anomaly.note.actions: is missing; it must be a list of actions",
        "p.toml:29: noise_anomaly.alert.actions[1] = 3: must be text in quotes",
    ]


def test_faults_of_one_rule_come_together() -> None:
    assert faults(
        'name = "n"\n[keypad.alert]\nactions = ["warm"]\npause_ms = -1\ntone = "b"\n'
    ) == [
        "p.toml:3: keypad.alert.actions: must be of ignore, note, alert, warn, review, disconnect, "
        "and not 'warm'; did you mean 'warn'?",
        'p.toml:4: keypad.alert.pause_ms = -1: has no meaning without the action "warn"',
        "p.toml:4: keypad.alert.pause_ms = -1: must be whole milliseconds, 0 to 86400000",
        'p.toml:5: keypad.alert.tone = "b": has no meaning without the action "warn"',
    ]


words = st.sampled_from(
    (
        "name", "kinds", "tones", "three_way", "keypad", "any", "humming", "alert", "note",
        "disconnect", "actions", "tone", "pause_ms", "min_probability", "review_alerts", "warn",
        "review_within_ms", "warnings_before", "a.b", "",
    )
)  # fmt: skip
values = st.recursive(
    words
    | st.integers(-5, 200)
    | st.booleans()
    | st.sampled_from((0.5, 7.5))
    | st.dates(min_value=date(1000, 1, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=15,
)


def toml(value: object) -> str:
    """Write a value as TOML does in a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(each)}' for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


@given(st.dictionaries(words, values, max_size=5))
def test_whatever_stands_in_a_file_it_is_a_policy_or_has_faults(told: dict[str, Any]) -> None:
    text = "\n".join(f'"{key}" = {toml(value)}' for key, value in told.items())
    found: tuple[sc.Fault, ...] = ()
    rules: tuple[Rule, ...] = ()
    try:
        rules = parse_policy(text, file="p.toml").rules
    except sc.PolicyError as error:
        found = error.faults
    assert all(fault.rule and str(fault).startswith("p.toml") for fault in found)
    assert all(fault.line is None or 1 <= fault.line <= len(told) for fault in found)
    assert all("disconnect" not in rule.actions or rule.grade == "disconnect" for rule in rules)


def test_what_is_no_toml_is_told_with_its_line() -> None:
    (fault,) = faults('name = "n"\ntitle = \n')
    assert fault.startswith("p.toml:2: TOML: ")
    assert faults("x = " + "[" * 2_000)[0].startswith("p.toml")
    assert faults("")[0] == "p.toml: name: must be text in quotes"


def test_a_file_is_read_or_it_is_said_why_not(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_policy(path) == parse_policy(GOOD)
    assert read_policy(str(path)).digest == parse_policy(GOOD).digest
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(sc.PolicyError, match=r"p\.toml: file: must be UTF-8; byte 8 is not"):
        read_policy(path)
    with pytest.raises(sc.PolicyError, match="none: file: cannot be read: No such file"):
        read_policy(tmp_path / "none")


def test_the_policy_that_comes_with_us_can_be_copied_and_changed() -> None:
    policy = named_policy("default")
    assert policy.title.startswith("People look at it")
    cut = parse_policy(
        'name = "ours"\n[three_way.disconnect]\nactions = ["disconnect"]\n', file="ours.toml"
    )
    assert cut.rule("three_way", "disconnect").actions == ("disconnect",)
