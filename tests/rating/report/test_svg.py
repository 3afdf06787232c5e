"""A picture in a page: the page's colours, names of its own, words for who does not see it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from matplotlib import rcParams
from matplotlib.figure import Figure

from securecall.rating.report.svg import ACCENTS, GRID, INK, embedded


def drawn(name: str = "bars", title: str = "Calls by hour", text: str = "A < B & C") -> str:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.bar([1, 2, 3], [3, 1, 2], color=ACCENTS[0], edgecolor=INK)
    axes.grid(color=GRID)
    axes.set_title("calls", color=INK)
    return embedded(figure, name, title, text)


def test_it_is_one_element_that_parses() -> None:
    root = ET.fromstring(drawn())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert len(root.get("viewBox", "").split()) == 4
    assert root.get("width") is None  # the page says how wide


def test_who_does_not_see_it_is_told() -> None:
    root = ET.fromstring(drawn())
    told = {one.get("id"): one.text for one in root if one.get("id")}
    names = root.get("aria-labelledby", "").split()
    assert [told[name] for name in names] == ["Calls by hour", "A < B & C"]


def test_colours_are_the_page_s() -> None:
    text = drawn()
    for variable in ("--accent-1", "--ink", "--grid"):
        assert f"var({variable})" in text
    assert not [colour for colour in (*ACCENTS, INK, GRID) if colour in text]


def test_names_inside_begin_with_its_own() -> None:
    text = drawn("bars")
    names = re.findall(r'\bid="([^"]+)"', text)
    assert names
    assert all(name.startswith("bars-") for name in names)
    used = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text)
    assert {one or other for one, other in used} <= set(names)


def test_no_style_no_font_no_date_comes_along() -> None:
    text = drawn()
    for word in ("<style", "<metadata", "<!--", "font-family", "<?xml", "<!DOCTYPE"):
        assert word not in text


def test_text_stays_text() -> None:
    root = ET.fromstring(drawn())
    assert "calls" in {(one.text or "").strip() for one in root.iter() if one.tag.endswith("text")}


def test_the_same_figure_gives_the_same_bytes_and_leaves_settings_alone() -> None:
    before = dict(rcParams)
    assert drawn() == drawn()
    assert dict(rcParams) == before
