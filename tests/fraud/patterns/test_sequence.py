"""Sequence dialling by hand."""

from __future__ import annotations

import pytest
from tests.fraud.patterns.records import call, only

from securecall.fraud.patterns import Sequence


def dialled(*values: int, gap_s: float = 60) -> list:  # type: ignore[type-arg]
    return [
        call(each * gap_s, 0, number=f"+1713555{value:04}") for each, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ((1, 2, 3, 4, 5), 5),
        ((5, 4, 3, 2, 1), 5),
        ((1, 2, 2, 3, 3, 4, 5), 5),  # dialled again
        ((9, 8, 7, 8, 9, 10, 11), 5),  # the way back begins at 7
        ((1, 2, 3, 4), None),
        ((1, 2, 4, 5, 6), None),
        ((1, 2, 3, 2, 1), None),
    ],
)
def test_numbers_one_behind_the_other(values: tuple[int, ...], count: int | None) -> None:
    found = only(dialled(*values), Sequence(), "sequence")
    assert [one.evidence["measure"] for one in found] == ([] if count is None else [count])


def test_a_wider_stride_and_a_longer_gap_are_stated() -> None:
    assert len(only(dialled(1, 3, 5, 7, 8), Sequence(stride=2), "sequence")) == 1
    slow = dialled(1, 2, 3, 4, 5, gap_s=601)
    assert only(slow, Sequence(), "sequence") == ()
    assert len(only(slow, Sequence(gap_ms=601_000), "sequence")) == 1


def test_a_number_that_is_none_is_passed_over() -> None:
    rows = dialled(1, 2, 3, 4, 5)
    rows.insert(3, call(150, 0, number="sip:mother"))
    [found] = only(rows, Sequence(), "sequence")
    assert found.reason.startswith("5 numbers one behind the other, at most 10 min apart")
