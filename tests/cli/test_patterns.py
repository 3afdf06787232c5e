"""``securecall patterns``: files in, findings and exit codes out."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet
from tests.cli.running import run

CALLS = """call_id,facility,number,start,duration_ms,person,outcome
c-1,tx,+17135550101,2026-05-01T18:00:00Z,60000,p-1,answered
c-2,tx,+17135550102,2026-05-01T18:01:04Z,60000,p-1,answered
c-3,tx,+17135550103,2026-05-01T18:02:09Z,60000,p-1,answered
c-4,tx,+17135550104,2026-05-01T18:03:13Z,60000,p-1,answered
"""
BAD = "c-5,tx,+17135550105,yesterday,60000,p-2,answered\nc-6,tx\n"


def calls(folder: Path, more: str = "") -> Path:
    path = folder / "calls.csv"
    path.write_text(CALLS + more)
    return path


def test_findings_are_shown_with_their_reasons(tmp_path: Path) -> None:
    done = run("patterns", calls(tmp_path))
    assert done.code == 0
    assert done.out.startswith("4 records, 1 findings\n")
    assert "chain" in done.out
    assert "4 calls to other numbers" in done.out
    assert "schedule: looked for nothing" in done.errors


def test_rows_left_out_are_told_and_are_exit_code_3(tmp_path: Path) -> None:
    done = run("patterns", calls(tmp_path, BAD), "--json")
    assert done.code == 3
    assert done.json["bad"] == {"bad_line": 1, "bad_time": 1}
    assert done.json["rows"] == 5
    [found] = done.json["findings"]
    assert (found["pattern"], found["subject"], found["evidence"]["call_id"]) == (
        "chain", "p-1", "c-4",
    )  # fmt: skip
    assert "left out: 1 bad_time" in done.errors


def test_standard_input_and_several_files(tmp_path: Path) -> None:
    piped = run("patterns", "-", "--format", "csv", "--json", stdin=CALLS.encode())
    assert len(piped.json["findings"]) == 1
    path = calls(tmp_path)
    late = run("patterns", path, path, "--json", "--lateness", "1m")
    assert (late.code, late.json["bad"]) == (3, {"late": 3})


def test_one_pattern_and_its_parameters(tmp_path: Path) -> None:
    path = calls(tmp_path)
    assert run("patterns", path, "--only", "velocity", "--json").json["findings"] == []
    three = ("--only", "velocity", "--set", "velocity.calls=4")
    [found] = run("patterns", path, *three, "--json").json["findings"]
    assert found["pattern"] == "velocity"
    settings = tmp_path / "patterns.toml"
    settings.write_text('[schedule.hours.tx]\ntimezone = "America/Chicago"\ncloses = "12:00"\n')
    told = run("patterns", path, "--only", "schedule", "--settings", settings, "--json").json
    assert [one["calls"] for one in told["findings"]] == [4]


def test_findings_are_written(tmp_path: Path) -> None:
    out = tmp_path / "found.parquet"
    done = run("patterns", calls(tmp_path), "--out", out, "-q")
    assert (done.code, done.out) == (0, "")
    assert pyarrow.parquet.read_table(out)["pattern"].to_pylist() == ["chain"]


def test_labels_give_precision_and_recall(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "pattern,subject,first_at,last_at\n"
        "chain,p-1,2026-05-01T18:00:00Z,2026-05-01T18:03:00Z\n"
        "velocity,p-9,2026-05-01T18:00:00Z,2026-05-01T18:03:00Z\n"
    )
    path = calls(tmp_path)
    shown = run("patterns", path, "--evaluate", labels)
    assert "chain          precision 100.0% (1 of 1), recall 100.0% (1 of 1)" in shown.out
    told = run("patterns", path, "--evaluate", labels, "--json").json["evaluation"]
    assert [(one["pattern"], one["recall"]) for one in told] == [("velocity", 0.0), ("chain", 1.0)]


def test_what_is_wrong_is_said_with_exit_code_1(tmp_path: Path) -> None:
    path = calls(tmp_path)
    for arguments, words in (
        (("none.csv",), "there is no such file"),
        ((path, "--only", "chan"), "did you mean 'chain'"),
        ((path, "--set", "chain.calls=x"), "must be a number"),
        ((path, "--out", "found.txt"), "format must be one of"),
        ((path, "--lateness", "soon"), "--lateness must be a duration"),
        ((path, "--evaluate", tmp_path / "none.csv"), "cannot be read"),
    ):
        done = run("patterns", *arguments)
        assert done.code == 1
        assert words in done.errors
    assert run("patterns").code == 2


def test_workers_share_the_patterns_and_find_the_same(tmp_path: Path) -> None:
    path = calls(tmp_path, BAD)
    alone = run("patterns", path, "--json")
    for workers in ("0", "2"):
        shared = run("patterns", path, "--json", "--workers", workers)
        assert (shared.code, shared.json) == (alone.code, alone.json)
    two = ("--only", "chain", "--only", "velocity", "--set", "velocity.calls=4", "--json")
    shared = run("patterns", path, *two, "--workers", "3")
    assert shared.json == run("patterns", path, *two).json
    assert len(shared.json["findings"]) == 2
    piped = run("patterns", "-", "--format", "csv", "--workers", "2", stdin=CALLS.encode())
    assert piped.code == 2
    assert "can be read once only" in piped.errors
