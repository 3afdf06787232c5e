"""The page of a day: complete, self-contained, and plain about what was broken."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from tests.calls.day.days import day, quiet, usual

from securecall.calls.day.checks import INVARIANTS, Checks
from securecall.calls.day.page import day_page


class Outline(HTMLParser):
    """Notes tags that are open, and what would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    page = day_page(usual())
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.fetched == []
    assert "<script" not in page
    assert re.search(r"url\(|@import", page) is None


def test_everything_that_a_day_is_has_its_section() -> None:
    page = day_page(usual())
    for heading in (
        "Invariants", "By hour", "Endings", "Balances", "What was heard", "Money",
        "What families and staff did",
    ):  # fmt: skip
        assert f"<h2>{heading}</h2>" in page
    for what in INVARIANTS.values():
        assert what.replace("'", "&#x27;") in page
    assert "Every invariant held." in page
    assert usual().digest in page


def test_what_was_broken_stands_at_the_top_with_its_cases() -> None:
    checks = Checks()
    checks.that("cutoff", False, "call c-9 ended 5 ms after it <had> to")
    page = day_page(replace(usual(), checks=checks))
    assert "Broken: cutoff." in page
    assert "call c-9 ended 5 ms after it &lt;had&gt; to" in page
    assert "Every invariant held." not in page


def test_a_day_of_nobody_has_a_page_too() -> None:
    page = day_page(day(quiet(callers=1, hours=0.25)))
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
