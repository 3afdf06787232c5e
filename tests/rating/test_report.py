"""The page about rated records: one file, nothing fetched, everything said in words too."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.rating.summing import TARIFF, calls

from securecall.errors import InputError
from securecall.rating.report import need_matplotlib, report_page, write_report
from securecall.rating.summarizer import Summarizer
from securecall.rating.summary import Summary
from securecall.rating.tariff import Tariff

VOID = {"meta", "br", "img", "hr", "link"}


class Page(HTMLParser):
    """Reads a page strictly: every tag closed in order, every id once."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts.setdefault(tag, []).append(data)

    def said(self, tag: str) -> str:
        return "".join(self.texts.get(tag, []))


def summed(tariff: Tariff = TARIFF, rows: int = 2000) -> Summary:
    sums = Summarizer(tariff)
    for batch in tariff.rate_stream(calls(rows)):
        sums.add(batch)
    return sums.summary()


SUMMARY = summed()


@pytest.fixture(scope="module")
def text() -> str:
    return report_page(
        SUMMARY, TARIFF, source="a <b> & c.parquet", title="March & more", facts={"speed": "<fast>"}
    )


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_tags_are_closed_and_no_id_stands_twice(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids)) > 50


def test_nothing_is_fetched_and_nothing_runs(text: str, page: Page) -> None:
    for tag, name, value in page.attributes:
        assert tag not in ("script", "img", "link", "iframe", "object", "embed")
        assert not name.startswith("on")
        assert name != "src"
        if name in ("href", "xlink:href"):
            assert value is not None
            assert value.startswith("#")
            assert value[1:] in page.ids
    assert re.findall(r"url\((?!#)", text) == []
    assert "@import" not in text
    outside = set(re.findall(r"https?://[^\"' <]+", text))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in text


def test_references_inside_pictures_lead_to_ids_of_the_page(text: str, page: Page) -> None:
    named = re.findall(r"url\(#([^)]+)\)", text)
    assert named
    assert set(named) <= set(page.ids)


def test_every_picture_says_what_it_shows(page: Page) -> None:
    pictures = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "role")]
    labels = [value for tag, name, value in page.attributes if name == "aria-labelledby"]
    assert pictures == ["img"] * 9
    assert len(labels) == 9
    for label in labels:
        assert label is not None
        assert all(one in page.ids for one in label.split())
    words = page.said("desc")
    assert "Bars: dollars charged for calls that began in each hour" in words
    assert f"Most: {SUMMARY.by_ceiling[0].source}, ${SUMMARY.by_ceiling[0].saved:,.2f}." in words
    assert "Latest: prisons 0.11; jails, 1,000 and more 0.10" in words
    assert "Waterfall: contract's price $" in words


def test_pictures_have_the_pages_colours_alone(text: str) -> None:
    pictures = re.findall(r"<svg .*?</svg>", text, re.DOTALL)
    for picture in pictures:
        assert "var(--" in picture
        colours = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]+)", picture))
        assert colours == set(), colours
        assert "font-family" not in picture
        assert "<style" not in picture
    for name in set(re.findall(r"var\((--[a-z0-9-]+)\)", text)) - {"--font"}:
        assert text.count(f"{name}:") >= 2, f"{name} has no colour by night"
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_what_was_given_is_text_not_markup(text: str, page: Page) -> None:
    assert "a &lt;b&gt; &amp; c.parquet" in text
    assert "a <b> & c.parquet" in page.said("dd")
    assert "<fast>" in page.said("dd")
    assert page.said("h1") == "March & more"


def test_the_figures_are_those_of_the_summary(page: Page) -> None:
    tiles, cells = page.said("b"), page.said("td")
    for amount in (SUMMARY.total, SUMMARY.tax, SUMMARY.saved, SUMMARY.state_paid):
        assert f"${amount:,.2f}" in tiles
        assert f"${amount:,.2f}" in cells
    for place in SUMMARY.by_place:
        assert f"${place.total:,.2f}" in cells
    for status in ("bad_facility", "bad_bill_type", "no_rate"):
        assert f"{SUMMARY.statuses[status]:,}" in cells
    for ceiling in SUMMARY.by_ceiling:
        assert f"${ceiling.saved:,.2f}" in cells
    assert "Connecticut Public Act 21-54" in cells


def test_the_receipts_are_those_of_the_calls(page: Page) -> None:
    receipts = page.said("pre")
    assert SUMMARY.most_saved is not None
    assert SUMMARY.most_shared is not None
    assert TARIFF.rate(SUMMARY.most_saved).explain() in receipts
    assert TARIFF.rate(SUMMARY.most_shared).explain() in receipts


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_report(tmp_path / name, SUMMARY, TARIFF)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_no_rows_no_ceilings_and_no_rejects_are_said_not_drawn() -> None:
    empty = Page(report_page(summed(rows=0), TARIFF))
    assert "None: every row has a price." in empty.said("p")
    assert "Ceilings over time" in empty.said("h2")
    assert "Length of calls" not in empty.said("h2")

    free = Tariff.loads(
        """
        [[facility]]
        id = "tx"
        timezone = "America/Chicago"
        contract = "c"
        regulation = "none"
        [[contract]]
        id = "c"
        [[contract.rate]]
        id = "all"
        steps = [{ price = "0.07", per_ms = 60_000, increment_ms = 1_000 }]
        """
    )
    unruled = Page(report_page(summed(free), free))
    assert "Here none lowered a price." in unruled.said("p")
    assert "none found" in unruled.said("td")
    assert "How one price came about" not in unruled.said("h2")


def test_of_many_facilities_the_largest_are_drawn_and_all_are_listed() -> None:
    place = SUMMARY.by_place[0]
    many = replace(
        SUMMARY,
        by_place=tuple(
            replace(place, facility=f"site-{number:02}", total=place.total * (number + 1))
            for number in range(40)
        ),
    )
    page = Page(report_page(many, TARIFF))
    assert "The 24 largest of 40 facilities; the table has all." in page.said("p")
    drawn = page.said("svg")
    assert "site-39" in drawn
    assert "site-15" not in drawn
    assert "site-15" in page.said("td")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere/a.html: cannot be written: No such file"):
        write_report(tmp_path / "nowhere" / "a.html", SUMMARY, TARIFF)


def test_without_matplotlib_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install 'securecall\[report\]'"):
        need_matplotlib()


def test_drawing_leaves_the_hosts_settings_alone() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    report_page(SUMMARY, TARIFF)
    assert dict(matplotlib.rcParams) == before


def test_drawing_opens_no_window_and_importing_is_cheap() -> None:
    code = (
        "import sys\n"
        "import securecall.rating.report\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from tests.rating.test_report import SUMMARY, TARIFF\n"
        "securecall.rating.report.report_page(SUMMARY, TARIFF)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
