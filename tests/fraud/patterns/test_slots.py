"""The table of subjects: found while good, as new afterwards, and no larger than it must be."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from securecall.fraud.patterns.slots import HITS, LEAST_ROOMS, USED, Subjects, enter, find, mark


def put(table: Subjects, key: int, now: int, until: int) -> int:
    at = enter(table.keys, table.until, table.state, table.counts, key, now)
    table.until[at] = until
    return int(at)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5), st.integers(0, 20))))
def test_a_table_is_a_dictionary_that_forgets(steps: list[tuple[int, int, int]]) -> None:
    table = Subjects(1)
    known: dict[int, tuple[int, int]] = {}
    now = 0
    for number, passed, good in steps:
        now += passed
        key = number * LEAST_ROOMS + 7  # all of them want the same room
        at = put(table, key, now, now + good)
        count = known[key][0] if key in known and known[key][1] >= now else 0
        assert table.state[at, 0] == count
        table.state[at, 0] += 1
        known[key] = (count + 1, now + good)
        for other, (held, until) in known.items():
            there = find(table.keys, table.until, other, now)
            assert (there >= 0) == (until >= now)
            assert there < 0 or table.state[there, 0] == held
    table.make_room(now)
    for other, (held, until) in known.items():
        there = find(table.keys, table.until, other, now)
        assert (there >= 0) == (until >= now)
        assert there < 0 or table.state[there, 0] == held


def test_making_room_keeps_the_size_where_most_are_forgotten() -> None:
    table = Subjects(2)
    for key in range(1, 2000):
        put(table, key, 0, 10)
    table.make_room(11)
    assert (len(table.keys), table.counts[USED]) == (LEAST_ROOMS, 0)
    for key in range(1, 2000):
        put(table, key, 11, 20)
    table.make_room(12)
    assert (len(table.keys), table.counts[USED]) == (2 * LEAST_ROOMS, 1999)
    assert table.bytes_held == 2 * LEAST_ROOMS * 8 * 4
    table.clear()
    assert find(table.keys, table.until, 5, 0) == -1


def test_a_walk_goes_on_where_the_table_was_full() -> None:
    calls = []

    def loop(begin: int, start: Any, *table: Any) -> int:
        keys, until, state, counts, limit, out, score = table
        calls.append((begin, len(keys)))
        for row in range(begin, len(start)):
            if counts[USED] >= limit:
                return row
            at = enter(keys, until, state, counts, row + 1, start[row])
            until[at] = 1 << 40
            mark(out, score, counts, row, start[row], 1, 2, 0.5)
        return len(start)

    table = Subjects(1)
    hits = table.walk(loop, np.arange(5000))
    # At three fifths it is full; all are remembered, so it takes twice the rooms each time.
    assert calls == [(0, LEAST_ROOMS), (2457, 2 * LEAST_ROOMS), (4915, 4 * LEAST_ROOMS)]
    assert table.counts[HITS] == len(hits) == 5000
    assert hits.row.tolist() == list(range(5000))
