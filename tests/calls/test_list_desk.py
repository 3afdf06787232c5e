"""What the lists share: from when to when something holds, and that ends never begin again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.directory import Directory
from securecall.calls.list_desk import FOREVER_MS, known_ms, span_of
from securecall.errors import InputError, Unknown

NUMBER = "+17135550123"
EDITS = st.lists(
    st.tuples(
        st.integers(0, 30), st.booleans(), st.one_of(st.none(), st.integers(1, 12))
    ),
    max_size=8,
)  # fmt: skip


@given(EDITS)
def test_a_list_is_what_its_edits_say_at_every_instant(
    edits: list[tuple[int, bool, int | None]],
) -> None:
    directory = Directory()
    spans: list[list[int]] = []
    for at, adds, lasts in edits:
        if adds:
            until = None if lasts is None else at + lasts
            directory.approve("p-1", NUMBER, at=at, by="sgt-12", until=until)
            spans.append([at, FOREVER_MS if until is None else until])
            continue
        if all(until <= at for _, until in spans):
            with pytest.raises(Unknown, match="entry to disapprove"):
                directory.disapprove("p-1", NUMBER, at=at, by="sgt-12")
            continue
        directory.disapprove("p-1", NUMBER, at=at, by="sgt-12")
        for span in spans:
            if span[1] > at:
                span[1] = max(span[0], at)
    for at in range(45):
        wanted = any(begins <= at < until for begins, until in spans)
        assert directory.facts("p-1", NUMBER, at).approved == wanted


def test_an_end_is_after_its_beginning() -> None:
    assert span_of(5, 6) == (5, 6)
    assert span_of(5, None) == (5, FOREVER_MS)
    assert (known_ms(6), known_ms(FOREVER_MS)) == (6, None)
    with pytest.raises(InputError, match="until must be after at"):
        span_of(5, 5)
