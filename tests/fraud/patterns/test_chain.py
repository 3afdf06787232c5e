"""Chain dialling by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only
from tests.oracles.patterns import Row

from securecall.fraud.patterns import Chain


def chained(count: int, gap_s: float, lasts_s: float = 60) -> list[Row]:
    return [call(each * (lasts_s + gap_s), lasts_s, number=f"+{each}") for each in range(count)]


def test_four_calls_each_ten_seconds_after_the_last() -> None:
    [found] = only(chained(4, 10), Chain(), "chain")
    assert (found.calls, found.score, found.evidence["measure"]) == (4, 0.5, 4)
    assert found.reason.startswith("4 calls to other numbers, each at most 10 s after the last")
    assert only(chained(4, 10.001), Chain(), "chain") == ()
    assert only(chained(3, 10), Chain(), "chain") == ()


def test_the_same_number_again_is_no_chain() -> None:
    rows = [row._replace(number="+1") for row in chained(6, 5)]
    assert only(rows, Chain(), "chain") == ()


def test_what_nobody_took_neither_joins_nor_breaks() -> None:
    assert only(chained(6, 5, 9), Chain(), "chain") == ()
    rows = chained(4, 8)
    rows.insert(2, call(2 * 68 - 4, 0, number="+9"))
    assert len(only(rows, Chain(), "chain")) == 1


def test_two_calls_at_once_are_no_chain() -> None:
    rows = [call(each * 30, 60, number=f"+{each}") for each in range(6)]
    assert only(rows, Chain(), "chain") == ()
