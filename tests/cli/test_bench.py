"""``securecall bench``: what it prints, and what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.cli.running import run

QUICK = ("bench", "--hours", "0.02", "--call-s", "36")


def test_tables_have_a_column_for_each_detector() -> None:
    done = run(*QUICK, "--detector", "silence", "--detector", "click")
    assert done.code == 0, done.errors
    assert "silence" in done.out
    assert "click" in done.out
    assert "False alarms: count, per hour" in done.out
    assert "seed 1, development:" in done.out


def test_json_repeats_with_its_seed_and_says_what_was_left_out() -> None:
    one, again, other = (
        run(*QUICK, "--detector", "silence", "--json", "--seed", seed).json for seed in (3, 3, 4)
    )
    for told in (one, again, other):
        del told["detectors"]["silence"]["cpu_s_per_channel_second"]
    assert one == again
    assert one["detectors"] != other["detectors"]
    assert one["distinct_recordings_s"] == 0
    assert isinstance(one["codecs_missing"], list)
    assert (
        run(*QUICK, "--split", "sealed", "--detector", "click", "--json").json["split"] == "sealed"
    )


def test_journals_are_kept_by_detector(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    arguments = (*QUICK, "--journal", path, "--json")
    one = run(*arguments, "--detector", "silence", "--detector", "click")
    assert one.code == 0, one.errors
    assert {each.name for each in tmp_path.iterdir()} == {"run-silence.jsonl", "run-click.jsonl"}
    again = run(*arguments, "--detector", "silence", "--detector", "click")
    assert again.json == one.json  # nothing is played again, so even the CPU time is the same
    assert run(*arguments, "--detector", "click").code == 0
    assert path.exists()


def test_a_detector_lies_in_the_folder_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine_of_bench.py").write_text(
        "from securecall.fraud.bench.baselines import Silence as Mine\n", encoding="utf-8"
    )
    told = run(*QUICK, "--detector", "mine_of_bench:Mine", "--detector", "silence", "--json").json
    mine, silence = told["detectors"].values()
    assert mine["false_alarms"] == silence["false_alarms"]


def test_a_page_is_written_and_baselines_stand_beside(tmp_path: Path) -> None:
    page = tmp_path / "bench.html"
    told = run(*QUICK, "--detector", "tones", "--baselines", "--report", page, "--json").json
    assert list(told["detectors"])[:4] == ["tones", "click", "energy", "silence"]
    assert "monitor" not in told["detectors"]
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_one_call_is_told_of_by_its_number(tmp_path: Path) -> None:
    arguments = ("bench", "--call-s", "60", "--call", "5", "--detector", "silence")
    done = run(*arguments, "--wav", tmp_path)
    assert done.code == 0, done.errors
    assert {path.name for path in tmp_path.iterdir()} == {
        "call-development-1-5.wav", "call-development-1-5.json",
    }  # fmt: skip
    told = run(*arguments, "--json").json
    assert len(told["labels"]) >= 1
    for label in told["labels"]:
        assert f"{label['start_s']:8.2f} {label['end_s']:8.2f} s" in done.out
        assert label["stratum"] in done.out
    assert "silence" in done.out.splitlines()
    assert done.out.count("three_way disconnect") == len(told["reports"]["silence"])


def test_several_processes_print_the_same(tmp_path: Path) -> None:
    one, two = (
        run(*QUICK, "--detector", "silence", "--jobs", jobs, "--json").json for jobs in ("1", "2")
    )
    for told in (one, two):
        del told["detectors"]["silence"]["cpu_s_per_channel_second"]
    assert one == two


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    for arguments, words in (
        (("--detector", "clic"), "did you mean 'click'"),
        (("--hours", "0"), "hours must be"),
        (("--split", "held"), "split must be"),
        (("--corpora", tmp_path / "none"), "no such folder"),
        (("--call-s", "3"), "call_s must be"),
        (("--journal", tmp_path / "none" / "j.jsonl"), "there is no folder"),
        (("--report", tmp_path / "none" / "page.html"), "there is no folder"),
        (("--wav", tmp_path), "--wav needs --call"),
        (("--jobs", "-2"), "jobs must be 0"),
    ):
        done = run("bench", *arguments)
        assert done.code == 1, arguments
        assert words in done.errors
