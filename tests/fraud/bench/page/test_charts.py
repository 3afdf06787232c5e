"""What charts show, from scores made by hand."""

from __future__ import annotations

import re

import pytest

from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.page.charts import (
    alarms_by_class,
    calibration,
    latencies,
    misses_over_alarms,
)
from securecall.fraud.bench.score import Record, Scores, score


def scores(found: int, false: int, of: int = 20) -> Scores:
    """Return scores of 20 calls of an hour, each with one event."""
    records = []
    for n in range(of):
        label = Label("three_way", "voip", "called", 100.0, 110.0, 110.0)
        heard = []
        if n < found:
            heard.append(Heard("three_way", "alert", 0, 111_000 + 100 * n, 0.9, ""))
        if n < false:
            heard.append(Heard("three_way", "alert", 0, 500_000, 0.3, ""))
        records.append(Record(n, 3600.0, (label,), tuple(heard)))
    return score(records)


def described(svg: str) -> str:
    found = re.search("<desc>(.*?)</desc>", svg)
    assert found
    return found[1]


def test_the_first_chart_says_misses_and_alarms() -> None:
    svg = misses_over_alarms({"good": scores(19, 0), "bad": scores(10, 20)}, "three_way")
    assert described(svg) == (
        "good: 5 % missed at 0 false alarms an hour; bad: 50 % missed at 1 false alarms an hour."
    )
    assert svg.count("<polygon") == 2  # a band of limits each
    assert 'stroke-dasharray="4 3"' in svg  # 0.05 an hour


def test_latencies_count_what_was_found() -> None:
    svg = latencies({"one": scores(11, 0), "none": scores(0, 0)}, "three_way")
    assert described(svg) == "one: median 1.5 s, 95 % 1.95 s."
    assert latencies({"none": scores(0, 3)}, "three_way") == ""


def test_calibration_shows_how_often_each_probability_was_right() -> None:
    svg = calibration("one", scores(10, 5), 0)
    assert described(svg) == "said 0.30, right 0 % of 5; said 0.90, right 100 % of 10."
    assert "ECE 0.167" in svg
    assert calibration("none", scores(0, 0), 0) == ""


@pytest.mark.parametrize(("false", "hollow"), [(0, True), (3, False)])
def test_a_class_without_alarms_has_a_hollow_dot(false: int, hollow: bool) -> None:
    svg = alarms_by_class({"one": scores(0, false)}, ["talk"])
    assert ('fill="var(--paper)"' in svg) is hollow
    assert "talk" in svg
