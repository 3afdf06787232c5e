"""The page as a whole: which parts stand on it, in which order, and which are left out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.rating.summing import TARIFF, calls

from securecall.rating.report.page import page
from securecall.rating.summarizer import Summarizer
from securecall.rating.summary import Summary


@pytest.fixture(scope="module")
def summary() -> Summary:
    summarizer = Summarizer(TARIFF)
    for batch in TARIFF.rate_batch(calls(600)).to_batches():
        summarizer.add(batch)
    return summarizer.summary()


def headings(text: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", text)


def whole(summary: Summary, **more: str) -> str:
    return page(summary, TARIFF, source="month.parquet", title="A month", facts=more)


def test_the_parts_stand_in_order(summary: Summary) -> None:
    found = headings(whole(summary))
    assert len(found) == len(set(found)) >= 6
    assert any("ceilings saved most" in heading for heading in found)


def test_what_is_not_there_is_left_out(summary: Summary) -> None:
    every = headings(whole(summary))
    less = headings(whole(replace(summary, most_saved=None, most_shared=None)))
    assert [heading for heading in every if "How one price came about" not in heading] == less


def test_the_head_has_the_figures_and_what_they_rest_on(summary: Summary) -> None:
    head = whole(summary, rated="in a second").partition("<h2")[0]
    for told in (f"{summary.rows:,}", "month.parquet", TARIFF.digest[:16], "tzdata", "in a second"):
        assert told in head


def test_a_title_is_text(summary: Summary) -> None:
    text = page(summary, TARIFF, source="", title="<b>May</b>", facts={})
    assert "<b>May</b>" not in text
    assert text.count("&lt;b&gt;May&lt;/b&gt;") == 2
    assert "<dt>records</dt>" not in text  # no source, no line about it
