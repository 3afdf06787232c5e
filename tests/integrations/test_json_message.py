"""JSON from a peer: what is too long, too deep or too large is refused before it costs anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import WireError
from securecall.integrations.json_message import (
    audio_of,
    message_of,
    part_of,
    shown,
    told_of,
    whole_of,
    word_of,
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a": ' + "[" * 200, "more than 100 brackets"),
        ("[" * 100_000, "more than 100 brackets"),
        ('{"a": "' + "x" * 140_000 + '"}', "a message of 140009 characters"),
        ('{"a": ' + "9" * 16 + "}", "a number of 16 digits"),
        ('{"a": ' + "9" * 100_000 + "}", "a number of 100000 digits"),
        ('{"a": NaN}', "NaN is no number"),
        ("[]", "a message is an object"),
        ("nothing", "is no JSON"),
        ('{"a": 1', "is no JSON"),
        ("", "is no JSON"),
    ],
)
def test_what_is_refused(text: str, rule: str) -> None:
    with pytest.raises(WireError, match=rule):
        message_of("Twilio", text)


def test_a_message_as_deep_as_allowed_is_read() -> None:
    deep = '{"a":' + "[" * 99 + "]" * 99 + "}"
    assert list(message_of("x", deep)) == ["a"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.floats(allow_nan=False),
        lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    )
)
def test_any_json_is_read_or_refused(value: object) -> None:
    text = json.dumps({"event": value})
    try:
        found = message_of("x", text)
    except WireError:
        return
    assert list(found) == ["event"]


def test_numbers_are_numbers_or_strings_of_digits() -> None:
    assert whole_of("x", {"n": "0042"}, "n") == whole_of("x", {"n": 42}, "n") == 42
    for bad in (-1, "-1", "1.5", "", "４", "9" * 16, True, None, [], 1.5):
        with pytest.raises(WireError, match="'n' must be a whole number"):
            whole_of("x", {"n": bad}, "n")


def test_words_are_short_strings() -> None:
    assert word_of("x", {"w": "a"}, "w") == "a"
    assert word_of("x", {"w": 7}, "w") == "7"
    assert word_of("x", {}, "w", "other") == "other"
    for bad in ({}, {"w": None}, {"w": ["a"]}, {"w": True}, {"w": "x" * 513}):
        with pytest.raises(WireError, match="'w' must be a string"):
            word_of("x", bad, "w")


def test_parts_are_objects() -> None:
    assert part_of("x", {"p": {"a": 1}}, "p") == {"a": 1}
    with pytest.raises(WireError, match="'p' must be an object, not 'a'"):
        part_of("x", {"p": "a"}, "p")


def test_audio_is_base64_and_not_too_much() -> None:
    assert audio_of("x", {"a": "/v8="}, "a") == b"\xfe\xff"
    for bad in ("/v8", "/v8=\n", "*", "é"):
        with pytest.raises(WireError, match="is no base64"):
            audio_of("x", {"a": bad}, "a")
    with pytest.raises(WireError, match="must be audio in base64, not None"):
        audio_of("x", {}, "a")
    with pytest.raises(WireError, match="64002 bytes of audio at once"):
        audio_of("x", {"a": "A" * (64_002 * 4 // 3)}, "a")


def test_what_is_told_is_flat_and_short() -> None:
    told = told_of({"a": "b", "n": 3, "list": [1], "deep": {}, "no": None, "long": "x" * 9999})
    assert told == {"a": "b", "n": "3", "long": "x" * 512}


def test_what_a_peer_sent_is_shown_short_and_harmless() -> None:
    assert shown("a") == "'a'"
    assert len(shown("\x1b[2J" * 500)) < 50
    assert "\x1b" not in shown("\x1b[2J")
