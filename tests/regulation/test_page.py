"""`docs/regulation.md`: override files load, words and days are those of the code."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.regulation.asking import cap

from securecall.regulation import Rules
from securecall.regulation.columns import COLUMNS, COMPONENTS, FEE_STATUSES

PAGE = Path(__file__).parents[2] / "docs" / "regulation.md"


def test_the_override_files_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"```csv \S+\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    paths = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.csv"
        path.write_text(block, encoding="utf-8")
        paths.append(path)
    rules = Rules.load(paths)
    here = {"facility": "tx-harris"}
    assert cap("2025-02-01", rules, **here) == Decimal("0.16")
    assert cap("2025-02-01", rules, jurisdiction="intrastate", **here) is None
    assert cap("2025-02-01", rules, medium="video", **here) is None
    assert cap("2025-02-01", rules) == Decimal("0.06")
    fee = rules.fee_rule("automated_payment", date(2025, 9, 1), facility_kind="jail", adp=2000)
    assert fee.cap == Decimal("3.00")


def test_the_page_names_every_kind_status_and_component() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in (*COLUMNS, *FEE_STATUSES, *COMPONENTS):
        assert word in page


def test_the_page_s_days_are_those_of_the_rules() -> None:
    days = {
        date.fromisoformat(day) for day in re.findall(r"\b20\d\d-\d\d-\d\d\b", PAGE.read_text())
    }
    rows = Rules.default().rows
    known = {day for row in rows for day in (*row.edges, row.effective_to, row.known_from)}
    outside = {date(2025, 6, 29), date(2025, 12, 4), date(2027, 4, 1), date(2026, 5, 1)}
    outside |= {date(2025, 7, 1), date(2022, 3, 1)}
    assert days - known <= outside
