"""Order out of none: any order within bounds, nothing twice, nothing waited for without end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from securecall.integrations.limits import REORDER_MOST
from securecall.integrations.reordering import Reordering


@given(st.lists(st.integers(0, REORDER_MOST - 1), min_size=60, max_size=60))
def test_things_that_are_late_by_less_than_the_bound_come_in_order(late: list[int]) -> None:
    order = sorted(range(60), key=lambda n: (n + late[n], n))
    line = Reordering[int](first=0, most=2 * REORDER_MOST)
    made = [thing for n in order for thing in line.push(n, n)]
    assert made + line.flush() == list(range(60))
    assert line.late == 0


@given(st.lists(st.integers(-5, 80), max_size=200), st.integers(1, 12))
def test_nothing_is_handed_on_twice_or_backwards_and_few_wait(
    numbers: list[int], most: int
) -> None:
    line, made, taken = Reordering[int](most=most), [], 0
    for number in numbers:
        made += line.push(number, number)
        taken += 1
        assert taken - len(made) - line.late <= most
    made += line.flush()
    assert made == sorted(set(made))
    assert len(made) + line.late == len(numbers)


def test_one_that_is_missing_is_given_up() -> None:
    line = Reordering[str](first=1, most=2)
    assert [line.push(n, str(n)) for n in (1, 3, 4, 5, 2)] == [["1"], [], [], ["3", "4", "5"], []]
    assert line.late == 1


def test_it_begins_anew_after_a_flush() -> None:
    line = Reordering[str]()
    assert line.push(900, "a") == ["a"]
    assert line.flush() == []
    assert line.push(3, "b") == ["b"]
