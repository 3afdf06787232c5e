"""``securecall conform``: what it prints, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import run

from securecall.fraud.conform import multimon, spandsp
from securecall.fraud.conform.receivers import NotInstalledError

QUICK = ("--only", "dtmf/decode", "--trials", 1, "--receiver", "securecall")


def test_ours_meets_a_row_and_the_exit_code_is_0() -> None:
    done = run("conform", *QUICK)
    assert done.code == 0, done.errors
    assert "dtmf/decode" in done.out
    assert "100 % 64/64" in done.out
    assert "met" in done.out
    assert "seed 1, 1 trials" in done.out


def test_json_is_the_report_and_a_seed_repeats_it() -> None:
    one, again, other = (run("conform", *QUICK, "--json", "--seed", seed) for seed in (3, 3, 4))
    assert one.json["rows"][0]["receivers"]["securecall"]["met"] is True
    assert one.output == again.output != other.output


def test_a_missed_requirement_ends_in_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from securecall.fraud.conform.detector import Securecall

    monkeypatch.setattr(Securecall, "digits", lambda self, audio, standard: [])
    done = run("conform", *QUICK)
    assert done.code == 1
    assert "MISSED" in done.out
    assert "securecall misses 1: dtmf/decode" in done.errors


def test_a_receiver_that_is_not_there_keeps_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> object:
        raise NotInstalledError(spandsp.INSTALL)

    monkeypatch.setattr(spandsp, "library", absent)
    monkeypatch.setenv("PATH", "/nonexistent")
    done = run("conform", "--only", "dtmf/decode", "--trials", 1)
    assert done.code == 0, done.errors
    assert done.out.count("not installed") >= 6
    assert spandsp.INSTALL in done.out
    assert multimon.INSTALL in done.out


def test_call_progress_is_a_table_of_each_receiver() -> None:
    arguments = ("--only", "progress/g711/dial", "--only", "progress/clean/cas", "--trials", 1)
    done = run("conform", *arguments, "--receiver", "securecall")
    assert done.code == 0, done.errors
    assert "Call progress, securecall" in done.out
    lines = [line.split("│") for line in done.out.splitlines() if "│" in line]
    assert [line[1].strip() for line in lines] == ["cas", "dial"]
    assert lines[0][2].strip().startswith("100 ")
    assert lines[1][3].strip() == "100"


def test_sweeps_and_their_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    arguments = ("--only", "sweep/pause", "--trials", 1, "--receiver", "securecall")
    done = run("conform", *arguments, "--picture", path)
    assert done.code == 0, done.errors
    assert "How wide" in done.out
    assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_a_page_is_written(tmp_path: Path) -> None:
    done = run("conform", *QUICK, "--report", tmp_path / "a.md", "--note", "of today")
    assert done.code == 0, done.errors
    page = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "| `dtmf/decode` |" in page
    assert "seed 1, 1 trials, of today" in page


@pytest.mark.parametrize(
    ("option", "path", "rule"),
    [
        ("--picture", "a.txt", "a picture's name ends in .png, .svg, .pdf, not 'a.txt'"),
        ("--picture", "nowhere/a.png", "nowhere/a.png: there is no folder 'nowhere'"),
        ("--report", "nowhere/a.md", "nowhere/a.md: there is no folder 'nowhere'"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(
    option: str, path: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from securecall.fraud.conform.detector import Securecall

    def run_at_all(self: Securecall, audio: object, standard: str) -> list[object]:
        raise AssertionError("it ran")

    monkeypatch.setattr(Securecall, "digits", run_at_all)
    done = run("conform", *QUICK, option, path)
    assert done.code == 1
    assert rule in done.errors


def test_bad_input_is_said() -> None:
    done = run("conform", "--only", "dtmf/nothing")
    assert done.code == 1
    assert "no row has such an id" in done.errors
