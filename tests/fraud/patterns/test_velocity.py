"""Call velocity by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only

from securecall.fraud.patterns import Velocity

SIX = Velocity(calls=6, window_ms=3_600_000)


def test_the_window_is_half_open() -> None:
    at = [0, 600, 1200, 1800, 2400]
    assert only([call(each) for each in [*at, 3600]], SIX, "velocity") == ()
    [found] = only([call(each) for each in [*at, 3599.999]], SIX, "velocity")
    assert (found.calls, found.subject) == (6, "p")
    assert found.reason == "6 calls within 60 min (limit: 6 in 60 min); 6 in all"
    assert 0.5 <= found.score < 0.51


def test_faster_calls_score_higher_and_later_ones_are_counted() -> None:
    [slow] = only([call(each * 600) for each in range(6)], SIX, "velocity")
    [fast] = only([call(each * 60) for each in range(9)], SIX, "velocity")
    assert fast.score > slow.score
    assert fast.calls == 9
    assert fast.evidence["measure"] == 300_000


def test_only_conversations_count_unless_it_is_said() -> None:
    rows = [call(each, lasts, outcome=word) for each, (lasts, word) in enumerate(
        [(5, "answered"), (5, None), (5, "refused"), (0, None), (5, "answered"), (5, "answered")]
    )]  # fmt: skip
    assert only(rows, SIX, "velocity") == ()
    every = Velocity(calls=6, window_ms=3_600_000, talked_only=False)
    assert len(only(rows, every, "velocity")) == 1


def test_an_account_stands_for_a_person_who_is_not_known() -> None:
    rows = [call(each, person=None, account="acc") for each in range(6)]
    [found] = only(rows, SIX, "velocity")
    assert found.subject == "acc"
