"""`docs/records.md`: layouts and columns are those of the code."""

from __future__ import annotations

from pathlib import Path

from securecall.rating.layouts import LAYOUTS
from securecall.rating.records import COLUMNS

PAGE = Path(__file__).parents[2] / "docs" / "records.md"


def test_the_page_names_every_layout_and_column() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in (*LAYOUTS, *COLUMNS):
        assert f"`{word}`" in page
