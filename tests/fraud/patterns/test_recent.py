"""The most recent distinct others."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from securecall.fraud.patterns.recent import distinct, oldest, remember


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3))), st.integers(1, 5), st.integers(1, 9)
)
def test_they_are_those_of_a_dictionary_in_the_order_of_time(
    met: list[tuple[int, int]], room: int, window: int
) -> None:
    state = np.zeros((1, 1 + 2 * room), np.int64)
    latest: dict[int, int] = {}
    now = 1
    for other, passed in met:
        now += passed
        remember(state, 0, 1, room, other, now)
        latest.pop(other, None)
        latest[other] = now
        newest = list(latest.values())[::-1][:room]
        there = [time for time in newest if now - time < window]
        assert distinct(state, 0, 1, room, now, window) == len(there)
        if there:
            assert oldest(state, 0, 1, len(there)) == there[-1]
