"""Agenda: the earliest first, and at one instant what was put in first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.day.agenda import Agenda


@given(st.lists(st.integers(0, 9)))
def test_everything_happens_in_order_of_time_and_then_of_entry(instants: list[int]) -> None:
    agenda, done = Agenda(), []
    for number, at_ms in enumerate(instants):
        agenda.put(at_ms, lambda at_ms, n: done.append((at_ms, n)), number)
    while len(agenda):
        expected = agenda.next_ms
        assert agenda.run_next() == expected
    assert done == sorted((at_ms, n) for n, at_ms in enumerate(instants))
    assert agenda.next_ms is None


def test_what_happens_can_put_in_more() -> None:
    agenda, done = Agenda(), []

    def again(at_ms: int, left: int) -> None:
        done.append(at_ms)
        if left:
            agenda.put(at_ms + 5, again, left - 1)

    agenda.put(1, again, 2)
    while len(agenda):
        agenda.run_next()
    assert done == [1, 6, 11]
