"""`docs/records.md`: examples run, layouts and columns are those of the code."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from securecall.rating.layouts import LAYOUTS
from securecall.rating.records import COLUMNS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "records.md"


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.attempted > 8
    assert done.failed == 0


def test_the_page_names_every_layout_and_column() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in (*LAYOUTS, *COLUMNS):
        assert f"`{word}`" in page
