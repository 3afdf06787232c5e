"""The page of Markdown."""

from __future__ import annotations

from tests.fraud.conform.test_runner import GOOD, swept

from securecall.fraud.conform.matching import Match
from securecall.fraud.conform.page import as_markdown, cell, wanted
from securecall.fraud.conform.runner import RowResult
from securecall.fraud.conform.suite import About, Report
from securecall.fraud.conform.tally import Tally


def tally(found: int, extra: str = "", late: tuple[float, ...] = ()) -> Tally:
    made = Tally()
    made.add(10, Match(found, tuple(extra), (), late))
    return made


def row(name: str, standard: str, tallies: dict[str, Tally]) -> RowResult:
    return RowResult(name, standard, "a signal", "a source", "all", 45.0, tallies, ())


def test_requirements_in_words() -> None:
    assert [wanted(one, None) for one in ("all", "none", "shown", 0.99)] == [
        "100 %", "0", "shown", "≥ 99 %",
    ]  # fmt: skip
    assert wanted("all", 45.0) == "100 %, ≤ 45 ms"


def test_cells_in_words() -> None:
    assert cell(tally(10), True) == "100 %"
    assert cell(tally(9, "5"), False) == "**90 % +1**"


def test_the_page_has_every_part() -> None:
    one = {"one": tally(10, late=(30.0, 40.0))}
    report = Report(
        4,
        7,
        (About("one", "the first"), About("two", "not installed", "apt-get install two")),
        (
            row("dtmf/decode", "bellcore", one),
            row("progress/clean/busy", "", one),
            row("progress/snr-12/busy", "", {"one": tally(9)}),
        ),
        (swept(GOOD),),
    )
    page = as_markdown(report, "commit abc")
    assert "- two: not installed; apt-get install two" in page
    assert "- seed 4, 7 trials, commit abc" in page
    assert "## ITU-T Q.24, AT&T column" in page
    line = "| `dtmf/decode` | a signal | a source | 100 %, ≤ 45 ms | 10 | 100 %, 35/40 ms |"
    assert line in page
    assert "| tone | clean | snr-12 | report after (clean) |" in page
    assert "| busy | 100 % | **90 %** | 35/40 ms |" in page
    assert "| low tone off | % | -1.5 to 1.5; -3 to 3 |" in page
    assert "NTT" not in page
