"""CallAttempt: what a switch may send, and what is in no log."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from tests.calls.gates import asked

from securecall.calls.attempt import CallAttempt
from securecall.errors import InputError, InputTypeError


def test_a_pin_and_a_voice_are_in_no_representation() -> None:
    attempt = asked(pin="4711", voice=b"spoken-0815")
    assert "4711" not in repr(attempt)
    assert "spoken" not in repr(attempt)
    assert attempt.pin == "4711"


def test_accounts_may_come_as_a_list_and_are_kept_as_a_tuple() -> None:
    assert asked(accounts=["a", "b"]).accounts == ("a", "b")
    assert hash(asked(accounts=["a"])) == hash(asked(accounts=("a",)))


def test_no_relay_is_the_class_none() -> None:
    assert asked().relay_class == "none"
    assert asked(relay="tty").relay_class == "tty"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"call_id": ""}, InputError, "call_id must have 1 to 200"),
        ({"call_id": "#1"}, InputError, "begin with '#'"),
        ({"call_id": 1}, InputTypeError, "call_id must be text"),
        ({"person": "a\nb"}, InputError, "printable"),
        ({"terminal": ""}, InputError, "terminal must have 1 to 200"),
        ({"facility": ""}, InputError, "facility must have 1 to 200"),
        ({"number": 17135550123}, InputTypeError, "number must be text, not int"),
        ({"number": "1" * 65}, InputError, "at most 64"),
        ({"pin": 4711}, InputTypeError, "pin must be text, not int"),
        ({"pin": "1" * 65}, InputError, "pin must have at most 64"),
        ({"bill_type": "prepayed"}, InputError, "did you mean 'prepaid'"),
        ({"bill_type": None}, InputTypeError, "bill_type must be text"),
        ({"medium": "vidio"}, InputError, "did you mean 'video'"),
        ({"relay": "ttyl"}, InputError, "did you mean 'tty'"),
        ({"accounts": "fam-1"}, InputTypeError, "tuple of ids"),
        ({"accounts": ("a", "a")}, InputError, "each once"),
        ({"accounts": ("",)}, InputError, "1 to 200"),
        ({"accounts": tuple("abcdefghijklmnopq")}, InputError, "at most 16"),
    ],
)
def test_what_no_switch_may_send_is_refused(
    change: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        asked(**change)


def test_what_was_dialled_wrongly_is_let_in_for_the_gate_to_refuse() -> None:
    assert asked(number="*72#").number == "*72#"


def test_an_attempt_pickles() -> None:
    attempt = asked(pin=None)
    again = pickle.loads(pickle.dumps(attempt))
    assert again == attempt
    assert type(again) is CallAttempt
