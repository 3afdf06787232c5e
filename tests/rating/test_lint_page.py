"""`docs/lint.md`: examples run, and codes and severities are those of the code."""

from __future__ import annotations

import doctest
import re
from datetime import date
from pathlib import Path

from securecall.rating.lint import CODES, SEVERITIES
from securecall.rating.tariff import Tariff

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "lint.md"
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_examples_run() -> None:
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.attempted > 10
    assert done.failed == 0


def test_the_page_lists_exactly_the_codes_of_the_code_in_their_order() -> None:
    assert [code for code, _ in ROWS] == list(CODES)


def test_every_severity_that_a_code_is_told_with_stands_on_the_page_and_no_other() -> None:
    said = {code: set(text.split(", ")) for code, text in ROWS}
    assert set().union(*said.values()) == set(SEVERITIES)
    tariff = Tariff.load(ROOT / "tests" / "data" / "lint" / "everything.toml")
    told: dict[str, set[str]] = {code: set() for code in CODES}
    for since, until in ((2019, 2028), (2025, 2028), (2099, 2100)):
        for finding in tariff.lint(since=date(since, 1, 1), until=date(until, 1, 1)):
            told[finding.code].add(finding.severity)
    # Notes of rates that are over or to come are shown by files of their own, in test_reach.py
    # and test_holes.py.
    told["unreachable_rate"].add("note")
    told["out_of_term"].add("note")
    assert told == said


def test_the_docstring_of_lint_points_to_the_page() -> None:
    assert "docs/lint.md" in (Tariff.lint.__doc__ or "")
