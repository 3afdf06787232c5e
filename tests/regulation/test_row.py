"""One rule: when it holds and when it was believed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

from securecall.regulation.library import packaged_rows
from securecall.regulation.row import Row, edges

ROW = Row(regime="r", effective_from=date(2026, 4, 6), effective_to=date(2026, 5, 1), citation="c")


def test_effective_days_are_inclusive() -> None:
    days = [date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 2)]
    assert [ROW.in_force(day) for day in days] == [False, True, True, False]
    assert replace(ROW, effective_to=None).in_force(date.max)


def test_knowledge_is_half_open() -> None:
    row = replace(ROW, known_from=date(2026, 1, 1), known_to=date(2026, 2, 1))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [row.known(day) for day in days] == [False, True, True, False]
    assert not row.known(None)
    assert replace(row, known_to=None).known(None)


def test_edges_are_first_days_of_the_new() -> None:
    assert ROW.edges == (date(2026, 4, 6), date(2026, 5, 2))
    assert replace(ROW, effective_to=None).edges == (date(2026, 4, 6),)
    assert replace(ROW, effective_to=date.max).edges == (date(2026, 4, 6),)
    assert edges([ROW, ROW]) == ROW.edges


def test_the_canonical_text_tells_any_two_packaged_rows_apart() -> None:
    rows = packaged_rows()
    assert len({row.canonical() for row in rows}) == len(rows)


def test_rows_pickle() -> None:
    rows = packaged_rows()
    assert pickle.loads(pickle.dumps(rows)) == rows


def test_a_scope_is_told_in_words() -> None:
    row = replace(
        ROW,
        medium=("audio", "video"),
        jurisdiction=("interstate",),
        bill_type="collect",
        facility_kind="jail",
        adp_min=1000,
        facility=("a", "b"),
    )
    assert row.scope == "audio and video; interstate; collect; jail; population 1000 or more; a, b"
    assert ROW.scope == "every call"
    assert ROW.population == "any"
