"""What becomes of one rated record."""

from __future__ import annotations

from pathlib import Path

from securecall.ledger.posting.record_code import REFUSED, RecordCode


def test_all_but_three_are_refusals() -> None:
    assert set(RecordCode) - set(REFUSED) == {"posted", "already_posted", "free"}


def test_the_page_of_postings_tells_what_each_refusal_means() -> None:
    page = (Path(__file__).parents[3] / "docs" / "posting.md").read_text(encoding="utf-8")
    for code in REFUSED:
        assert f"| `{code}` |" in page, code
