"""Digits and flashes that were told, not heard."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.errors import InputError
from securecall.fraud import ToneDetector
from securecall.fraud.dsp import DTMF_KEYS
from securecall.fraud.signalled import RFC4733_KEYS, signalled


@pytest.mark.parametrize(("code", "key"), list(enumerate(RFC4733_KEYS)))
def test_a_digit_by_its_code_and_by_itself(code: int, key: str) -> None:
    by_code, by_key = signalled(1, "dtmf", code, 20.0), signalled(1, "dtmf", key.lower(), 20.0)
    assert by_code == by_key
    assert (by_code.kind, by_code.detail, by_code.start_ms) == ("dtmf", key, 20.0)
    assert by_code.cues == {"signalled": 1.0}


def test_the_keys_are_those_of_a_telephone() -> None:
    assert sorted(RFC4733_KEYS) == sorted(DTMF_KEYS)


def test_a_flash_with_and_without_its_length() -> None:
    assert signalled(1, "flash", None, 0.0).cues == {"signalled": 1.0}
    flash = signalled(1, "flash", 600, 0.0)
    assert (flash.kind, flash.detail, flash.cues["flash_ms"]) == ("tone", "flash", 600.0)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("dtmf", 16, "0 to 15"), ("dtmf", -1, "0 to 15"), ("dtmf", "E", "key"),
        ("dtmf", "12", "key"), ("dtmf", None, "key"), ("dtmf", True, "key"),
        ("flash", -1, "0 to 10000"), ("flash", 1.5, "whole"), ("flash", True, "whole"),
        ("flahs", None, "did you mean 'flash'"), ("mf", 1, "dtmf or flash"),
    ],
)  # fmt: skip
def test_what_is_no_signal_is_refused(name: str, value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        signalled(1, name, value, 0.0)


def test_a_detector_numbers_them_with_what_it_hears_and_keeps_that_when_saved() -> None:
    ear = ToneDetector()
    ear.feed(bytes(3200))
    (first,) = ear.signal("dtmf", "5")
    assert (first.id, first.start_ms, first.end_ms) == (1, 200.0, 200.0)
    other = ToneDetector()
    other.restore(ear.save())
    (second,) = other.signal("flash", at_ms=210)
    assert (second.id, second.start_ms) == (2, 210.0)


@pytest.mark.parametrize("at_ms", [-1, float("nan"), float("inf"), "5", True])
def test_an_instant_that_is_none_is_refused_and_takes_no_number(at_ms: Any) -> None:
    ear = ToneDetector()
    with pytest.raises(InputError, match="at_ms"):
        ear.signal("dtmf", "5", at_ms)
    with pytest.raises(InputError, match="dtmf or flash"):
        ear.signal("hold")
    assert ear.signal("dtmf", "5")[0].id == 1
