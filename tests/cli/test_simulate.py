"""securecall simulate: a day from the command line, and an exit code that says whether it held."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import run

from securecall.calls.held import HeldCall

FEW = ("simulate", "--callers", 40, "--audio", 0)


def test_a_day_is_told_in_words() -> None:
    done = run(*FEW, "--seed", 3)
    assert done.code == 0
    assert "40 callers, 16 hours, seed 3" in done.out
    assert "money is conserved" in done.out
    assert "MiB at most" in done.errors


def test_the_same_seed_is_the_same_json() -> None:
    one, other = run(*FEW, "--seed", 4, "--json"), run(*FEW, "--seed", 4, "--json")
    assert one.json == other.json
    assert one.json["ok"] is True
    assert one.json["setting"]["callers"] == 40
    assert run(*FEW, "--seed", 5, "--json").json["ledger_digest"] != one.json["ledger_digest"]


def test_a_page_is_written(tmp_path: Path) -> None:
    page = tmp_path / "day.html"
    assert run(*FEW, "--hours", 4, "--report", page, "--no-progress").code == 0
    assert "Every invariant held." in page.read_text(encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["day.html"]


def test_other_dates_and_files_are_taken(tmp_path: Path) -> None:
    done = run(*FEW, "--hours", 3, "--date", "2024-03-01", "--folder", tmp_path, "--json")
    assert done.code == 0
    assert done.json["setting"]["date"] == "2024-03-01"


def test_a_broken_invariant_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = HeldCall._settled
    monkeypatch.setattr(
        HeldCall, "_settled", lambda self, at_ms, code, by: settled(self, at_ms, "", by)
    )
    done = run(*FEW)
    assert done.code == 1
    assert "broken" in done.out
    assert "ended for ''" in done.errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--callers", 0), "callers must be from 1"),
        (("--hours", 20), "hours must be from 0.25 to 16"),
        (("--date", "yesterday"), "--date must be a day such as"),
        (("--report", "/nowhere/at/all.html"), "there is no folder"),
    ],
)
def test_what_cannot_be_is_refused_in_words(arguments: tuple[object, ...], words: str) -> None:
    done = run("simulate", *arguments)
    assert done.code == 1
    assert words in done.errors
