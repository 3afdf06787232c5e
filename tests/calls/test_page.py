"""The page of calls says what the code says: its tables are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.calls import cause, course, ending

PAGE = (Path(__file__).parents[2] / "docs" / "calls.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "table", [course.chart(), ending.table(), cause.table()], ids=["course", "endings", "causes"]
)
def test_a_table_of_the_page_is_the_codes(table: str) -> None:
    assert table in PAGE


def test_the_drawing_has_every_state() -> None:
    drawing = PAGE.split("## A call's life")[1].split("```")[1]
    assert [state for state in course.STATES if state not in drawing] == []
