"""Rows at which a pattern holds."""

from __future__ import annotations

import numpy as np

from securecall.fraud.patterns.hits import Hits

START = np.array([5, 6, 7], np.int64)


def test_hits_of_a_loop_have_the_starts_of_their_rows() -> None:
    hits = Hits.of(np.array([[2, 5, 3, 9]]), np.array([0.5]), START)
    values = (hits.row, hits.at, hits.first, hits.calls, hits.more, hits.measure)
    assert [int(value[0]) for value in values] == [2, 7, 5, 3, 1, 9]


def test_each_is_a_hit_for_itself() -> None:
    hits = Hits.each(np.array([0, 2]), START)
    assert hits.at.tolist() == hits.first.tolist() == [5, 7]
    assert hits.score.tolist() == [1, 1]


def test_none_and_several() -> None:
    assert len(Hits.none()) == len(Hits.join([])) == len(Hits.join([Hits.none()])) == 0
    one, other = (Hits.each(np.array([row]), START) for row in (0, 1))
    assert Hits.join([one, Hits.none()]) is one
    assert Hits.join([one, other]).at.tolist() == [5, 6]


def test_names_and_keys_stay_with_their_hits() -> None:
    from dataclasses import replace

    first, second = (
        replace(Hits.each(np.array([row]), START), names=[(word, "f", None)], keys=np.array([row]))
        for row, word in enumerate("ab")
    )
    both = Hits.join([first, second])
    assert both.names == [("a", "f", None), ("b", "f", None)]
    assert both.keys is not None
    assert both.keys.tolist() == [0, 1]
