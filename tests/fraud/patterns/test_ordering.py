"""Rows in the order of time, in any pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.ordering import Ordering


def block(rows: range, starts: list[int]) -> Block:
    zeros = np.zeros(len(starts), np.int64)
    return Block(np.array(rows, np.int64), np.array(starts, np.int64), *[zeros] * 9)


@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 30)), st.integers(0, 20))
def test_what_is_not_late_comes_out_sorted_whatever_the_pieces(
    starts: list[int], cuts: list[int], lateness: int
) -> None:
    edges = [0, *sorted(min(cut, len(starts)) for cut in cuts), len(starts)]
    ordering = Ordering(lateness)
    came: list[tuple[int, int]] = []
    late_rows = []
    latest = -1
    for first, after in pairwise(edges):
        piece = block(range(first, after), starts[first:after])
        late = ordering.late(piece.start_ms)
        late_rows += [first + at for at in np.flatnonzero(late)]
        out = ordering.push(piece.take(np.flatnonzero(~late)))
        if out is not None:
            came += zip(out.start_ms.tolist(), out.row.tolist(), strict=True)
        latest = max([latest, *starts[first:after]])
        # No more is held than what may still be preceded.
        held = [row for row in range(after) if row not in late_rows
                and row not in [one for _, one in came]]  # fmt: skip
        assert all(starts[row] > latest - lateness for row in held)
        assert ordering.first_held() == min(held, default=None)
    out = ordering.flush()
    if out is not None:
        came += zip(out.start_ms.tolist(), out.row.tolist(), strict=True)
    expected, late_expected, seen = [], [], -1
    for row, start in enumerate(starts):
        if seen >= 0 and start < seen - lateness:
            late_expected.append(row)
        else:
            expected.append((start, row))
        seen = max(seen, start)
    assert came == sorted(expected)
    assert late_rows == late_expected
