"""Calls to listed numbers, by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only

from securecall.fraud.patterns import HotNumber, scan
from securecall.fraud.patterns.hot_number import HotNumberPattern

HOT = HotNumber(numbers=["+17135550199"], quiet_ms=3_600_000)


def test_every_call_counts_put_through_or_not() -> None:
    rows = [call(0), call(10, 0, number="+17135550199"), call(20, number="+17135550199"),
            call(9000, number="+17135550199", person=None)]  # fmt: skip
    first, second = only(rows, HOT, "hot_number")
    assert (first.calls, second.calls) == (2, 1)
    assert second.reason == "on the list of hot numbers; 1 call"


def test_without_a_list_it_says_so() -> None:
    assert HotNumberPattern(HotNumber()).idle() == "no hot numbers are given"
    assert HotNumberPattern(HOT).idle() is None
    from tests.fraud.patterns.records import table

    assert "hot_number: looked for nothing: no hot numbers are given" in scan(table([])).notes
