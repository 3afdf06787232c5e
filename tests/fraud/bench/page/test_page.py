"""The page has everything, loads nothing, and is the same for the same run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.fraud.bench.recordings import folders

from securecall.errors import InputError
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.page import bench_page, write_page
from securecall.fraud.bench.run import Setting, play
from securecall.fraud.bench.score import Record, score

NAMES = ("click", "silence", "tones")


@pytest.fixture(scope="module")
def run_of_two(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return pages of two runs, one with made sounds and one with recordings."""
    folder = folders(tmp_path_factory.mktemp("recordings"))
    pages = []
    for setting, calls in ((Setting(5, call_s=120), 3), (Setting(2, folder=folder, call_s=60), 2)):
        records = play(setting, NAMES, hours=calls * setting.call_s / 3600)
        clips = setting.simulator().corpora.recordings
        scores = {name: score(each, clips) for name, each in records.items()}
        pages.append(bench_page(setting, records, scores, facts={"of": "a <test>"}))
    assert pages[-1] == bench_page(setting, records, scores, facts={"of": "a <test>"})
    return pages[0], pages[1]


class Balanced(HTMLParser):
    """Fails where tags do not match."""

    EMPTY = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert tag in {"rect", "line", "circle", "polyline", "polygon", "image", "path"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_tags_match_and_nothing_is_loaded(run_of_two: tuple[str, str]) -> None:
    for page in run_of_two:
        parser = Balanced()
        parser.feed(page)
        assert parser.open == []
        assert "<script" not in page
        links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
        assert all(link.startswith("data:image/png;base64,") for link in links)
        assert "default-src 'none'" in page
        assert not re.search(r">\s*(nan|inf|None)\b", page)


def test_every_part_is_there(run_of_two: tuple[str, str]) -> None:
    made, recorded = run_of_two
    for page in run_of_two:
        for heading in (
            "In short", "What is missed, over false alarms", "False alarms by what went on",
            "Distinct recordings", "How soon", "How sure, and how often right", "The worst",
        ):  # fmt: skip
            assert f"<h2>{heading}</h2>" in page
        assert "a &lt;test&gt;" in page
        assert "ECE 0." in page
        assert "false disconnects per 1 000 calls" in page
        assert "CPU" in page
    assert "all sounds were made" in made
    assert "<td>speech</td>" in recorded


def test_each_case_has_its_picture_and_its_command(run_of_two: tuple[str, str]) -> None:
    page = run_of_two[0]
    cases = page.count('<div class="case">')
    assert cases >= 3
    assert page.count("--wav .</pre>") == cases
    assert page.count("<image ") == 2 * cases
    assert "missed: " in page
    assert "false alarm, disconnect" in page
    assert re.search(
        r"securecall bench --seed 5 --split development --call-s 120 --detector silence "
        r"--call \d+ --wav \.",
        page,
    )


def test_cues_stand_with_their_numbers_beside_what_was_reported() -> None:
    setting = Setting(2, call_s=30)
    call = setting.simulator().call(0)
    heard = Heard("three_way", "alert", 9_000, 10_000, 0.875, "why <so>", {"flash_ms": 512.25})
    label = Label("three_way", "voip", "called", 20.0, 22.0, 22.0)
    records = {"one": [Record(0, call.seconds, (*call.labels, label), (heard,))]}
    page = bench_page(setting, records, {"one": score(records["one"])})
    assert "flash_ms 512.2" in page
    assert "<td>why &lt;so&gt;</td>" in page
    assert "<td>0.875</td>" in page
    assert "missed: voip" in page


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    write_page(tmp_path / "page.html", "<p>")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_page(tmp_path / "folder", "<p>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "page.html"]
