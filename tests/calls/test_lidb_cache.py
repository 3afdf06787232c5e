"""The cache of a billing directory: each answer for its time, and silence is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.lidb import Billability, BillingAnswer
from securecall.calls.lidb_cache import LidbCache
from securecall.errors import InputError, StoreError

NUMBER = "+17135550123"
TIMES = {"billable_ms": 100, "denied_ms": 40, "unknown_ms": 10, "rest_ms": 20}


class Scripted:
    """Says of a line, at an instant, what the script says."""

    def __init__(self, script: dict[int, object], usual: object = None) -> None:
        self.script, self.usual = script, usual
        self.questions: list[tuple[str, int, int]] = []

    def ask(
        self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int
    ) -> BillingAnswer | None:
        self.questions.append((number, at_ms, timeout_ms))
        said = self.script.get(at_ms, self.usual)
        if isinstance(said, Exception):
            raise said
        return None if said is None else BillingAnswer(str(said))


def ask(cache: LidbCache, at_ms: int, number: str = NUMBER, bill_type: str = "collect") -> str:
    answer = cache.ask(number, bill_type=bill_type, at_ms=at_ms, timeout_ms=7)
    return "silent" if answer is None else answer.status


@pytest.mark.parametrize(
    ("status", "kept_ms"), [("billable", 100), ("denied", 40), ("unknown", 10)]
)
def test_an_answer_holds_for_its_time_and_no_longer(status: str, kept_ms: int) -> None:
    source = Scripted({0: status}, usual="billable")
    cache = LidbCache(source, **TIMES)
    assert ask(cache, 0) == ask(cache, kept_ms - 1) == status
    assert source.questions == [(NUMBER, 0, 7)]
    assert ask(cache, kept_ms) == "billable"
    assert (cache.asked, cache.remembered, cache.silences) == (2, 1, 0)


@pytest.mark.parametrize("silence", [None, TimeoutError(), OSError("reset"), StoreError("gone")])
def test_silence_is_told_and_leaves_the_directory_alone_for_a_while(silence: object) -> None:
    source = Scripted({0: "denied", 45: silence}, usual="billable")
    cache = LidbCache(source, **TIMES)
    assert ask(cache, 0) == "denied"
    assert ask(cache, 45) == "silent"  # what is out of date is not used
    assert ask(cache, 64) == "silent"
    assert len(source.questions) == 2
    assert ask(cache, 65) == "billable"
    assert cache.silences == 1


def test_an_adapter_that_fails_is_told_and_rests_too() -> None:
    source = Scripted({0: ValueError("half an answer")}, usual="billable")
    cache = LidbCache(source, **TIMES)
    with pytest.raises(ValueError, match="half an answer"):
        ask(cache, 0)
    assert ask(cache, 19) == "silent"
    assert ask(cache, 20) == "billable"


def test_a_silence_of_the_future_is_none_now() -> None:
    cache = LidbCache(Scripted({1_000_000: None}, usual="billable"), **TIMES)
    assert ask(cache, 1_000_000) == "silent"
    assert ask(cache, 50) == "billable"


def test_what_is_remembered_is_used_while_the_directory_rests() -> None:
    source = Scripted({0: "billable", 5: None})
    cache = LidbCache(source, **TIMES)
    assert ask(cache, 0) == "billable"
    assert ask(cache, 5, "+17135550199") == "silent"
    assert ask(cache, 6) == "billable"


def test_bill_types_are_asked_apart() -> None:
    source = Scripted({}, usual="billable")
    cache = LidbCache(source, **TIMES)
    ask(cache, 0)
    ask(cache, 1, bill_type="direct_bill")
    assert cache.asked == 2


def test_a_clock_that_goes_back_uses_no_answer_of_the_future() -> None:
    source = Scripted({50: "billable", 40: "denied"})
    cache = LidbCache(source, **TIMES)
    assert ask(cache, 50) == "billable"
    assert ask(cache, 40) == "denied"


def test_the_answer_used_longest_ago_goes_first() -> None:
    source = Scripted({}, usual="billable")
    cache = LidbCache(source, size_max=2, **TIMES)
    ask(cache, 0, "+17135550101")
    ask(cache, 1, "+17135550102")
    ask(cache, 2, "+17135550101")
    ask(cache, 3, "+17135550103")
    assert [number for number, _, _ in source.questions] == [
        "+17135550101", "+17135550102", "+17135550103",
    ]  # fmt: skip
    ask(cache, 4, "+17135550101")
    ask(cache, 5, "+17135550102")
    assert cache.asked == 4


def test_a_line_of_which_something_is_new_is_asked_about_again() -> None:
    source = Scripted({0: "denied"}, usual="billable")
    cache = LidbCache(source, **TIMES)
    assert ask(cache, 0) == "denied"
    cache.forget(NUMBER)
    assert ask(cache, 1) == "billable"
    assert isinstance(cache, Billability)


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(
    ("billable", "denied", "unknown", None))), max_size=20))  # fmt: skip
def test_a_cache_never_says_what_was_not_said_in_time(
    script: list[tuple[int, str | None]],
) -> None:
    at_ms, said = 0, {}
    source = Scripted({})
    cache = LidbCache(source, **TIMES)
    for after_ms, status in script:
        at_ms += after_ms
        source.script = {at_ms: status}
        before = len(source.questions)
        told = ask(cache, at_ms)
        if len(source.questions) > before:
            assert told == (status or "silent")
            if status:
                said[at_ms] = status
        elif told != "silent":
            times = [at for at, word in said.items()
                     if word == told and at <= at_ms < at + TIMES[f"{word}_ms"]]  # fmt: skip
            assert times


@pytest.mark.parametrize("name", [*TIMES, "size_max"])
def test_options_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} must be"):
        LidbCache(Scripted({}), **{name: -1})
