"""Hits of one subject become findings."""

from __future__ import annotations

import numpy as np

from securecall.fraud.patterns.episode import Episodes
from securecall.fraud.patterns.finding import Finding
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.hot_number import HotNumber, HotNumberPattern


def episodes() -> Episodes:
    return Episodes(HotNumberPattern(HotNumber(numbers=["n"], quiet_ms=100)))


def feed(open_ones: Episodes, *at: int, key: int = 1) -> list[Finding]:
    start = np.array(at, np.int64)
    hits = Hits.each(np.arange(len(at)), start)
    return list(open_ones.add([key] * len(at), hits, lambda hit: ("n", "f", f"c{hit}")))


def test_a_gap_longer_than_the_quiet_one_parts_two_findings() -> None:
    ones = episodes()
    [first] = feed(ones, 0, 100, 201)
    assert (first.calls, first.evidence["call_id"]) == (2, "c0")
    [second] = ones.close(None)
    assert (second.calls, second.evidence["call_id"]) == (1, "c2")
    assert len(ones) == 0


def test_subjects_are_kept_apart() -> None:
    ones = episodes()
    assert feed(ones, 0, key=1) == feed(ones, 0, key=2) == []
    assert len(ones) == 2


def test_only_what_no_hit_can_belong_to_is_closed() -> None:
    ones = episodes()
    feed(ones, 0)
    assert list(ones.close(100)) == []
    assert len(list(ones.close(101))) == 1


def test_the_measure_is_that_of_the_highest_score() -> None:
    ones = episodes()
    whole = np.array([1, 2, 3], np.int64)
    hits = Hits(whole, whole, whole - 1, whole, whole, whole * 10, np.array([0.5, 0.9, 0.9]))
    assert list(ones.add([1, 1, 1], hits, lambda hit: ("n", "f", None))) == []
    [found] = ones.close(None)
    assert (found.score, found.evidence["measure"], found.calls) == (0.9, 20, 1 + 2 + 3)
