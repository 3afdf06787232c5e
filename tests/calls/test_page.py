"""The page of calls says what the code says: its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pages import fences

from securecall.calls import cause, course, ending

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "calls.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "table", [course.chart(), ending.table(), cause.table()], ids=["course", "endings", "causes"]
)
def test_a_table_of_the_page_is_the_codes(table: str) -> None:
    assert table in PAGE


def test_the_drawing_has_every_state() -> None:
    drawing = PAGE.split("## A call's life")[1].split("```")[1]
    assert [state for state in course.STATES if state not in drawing] == []


def test_what_stands_between_a_switch_and_us_is_thirty_lines() -> None:
    # That they run, and what they print, is tested with every page (tests/test_docs.py).
    text = (DOCS / "embedding.md").read_text(encoding="utf-8")
    host = next(fence for fence in fences(text) if fence.language == "python")
    lines = host.text.splitlines()
    assert 20 < len([line for line in lines if line.strip()]) <= 30


def test_every_system_of_the_trade_is_shown_by_a_test_and_every_such_test_is_told() -> None:
    # The files are those of a whole jail: see tests/calls/county.py.
    page = (DOCS / "systems.md").read_text(encoding="utf-8")
    told = re.findall(r"`(test_\w+)`", page)
    files = Path(__file__).parent.glob("test_incumbent*.py")
    there = [
        name
        for file in files
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(told) > 30
    assert sorted(told) == sorted(there)
