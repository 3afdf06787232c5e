"""Prompts: digits, waits, and what is played."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.calls.prompts import Prompts
from securecall.errors import InputError


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accept": ""}, "keys of a telephone"),
        ({"accept": "1", "refuse": "1"}, "each for one thing"),
        ({"block": "x"}, "keys of a telephone"),
        ({"ring_ms": 0}, "ring_ms must be 1"),
        ({"repeat_ms": True}, "repeat_ms must be 1"),
        ({"pause_max_ms": 700_000}, "pause_max_ms"),
        ({"times": 11}, "times must be 1 to 10"),
        ({"warn_ms": (10_000, 60_000)}, "longest first"),
        ({"warn_ms": (10_000, 10_000)}, "longest first"),
        ({"warn_ms": (0,)}, "whole milliseconds"),
        ({"endings": (("ballance_exhausted", "x"),)}, "did you mean 'balance_exhausted'"),
    ],
)
def test_prompts_that_cannot_be_carried_out(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Prompts(**change)


def test_what_is_played() -> None:
    prompts = Prompts(warn_ms=(90_000, 60_000))
    assert prompts.warning(60_000) == "announcement:one_minute_left"
    assert prompts.warning(90_000) == "announcement:left_90000"
    assert prompts.ending("time_limit") == "announcement:time_limit"
    assert prompts.ending("lockdown") == ""


def test_one_key_means_one_thing_and_no_key_nothing() -> None:
    prompts = Prompts(accept="12", refuse="9", block="7")
    keys = ("1", "2", "9", "7", "", "12", "97", "3")
    said = ["accept", "accept", "refuse", "block", "", "", "", ""]
    assert [prompts.meaning(key) for key in keys] == said
