"""``securecall verify``: what is wrong with a folder of parts, and an exit code that says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.running import CALLS, Done, folder, run


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    home = folder(tmp_path)
    (home / "in").mkdir()
    for name in ("a", "b"):
        (home / "in" / f"{name}.csv").write_text(CALLS.replace("\na,", f"\n{name}1,"))
    done = run("rate", home / "in", "-t", home / "tariff.toml", "-o", home / "out", "-q")
    assert done.code == 0
    return home / "out"


def verify(out: Path, *options: object) -> Done:
    return run("verify", out, *options)


def test_a_whole_folder_is_well(parts: Path) -> None:
    done = verify(parts)
    assert (done.code, done.out) == (0, "")
    assert "2 parts, 6 rows: all is well" in done.errors
    told = verify(parts, "--json").json
    assert (told["parts"], told["rows"], told["problems"]) == (2, 6, [])
    assert told["sums"]["rejected"] == 0
    assert isinstance(told["sums"]["total"], str)
    assert verify(parts, "-q") == Done(0, b"", "")


def test_what_is_wrong_is_told_by_kind_and_file(parts: Path) -> None:
    shutil.copy(parts / "a.csv", parts / "copy.csv")
    (parts / "b.csv").unlink()
    done = verify(parts)
    assert done.code == 1
    assert done.out.splitlines() == [
        "missing: b.csv: is not there",
        "duplicate: copy.csv: is a copy of a.csv",
    ]
    assert "2 problems" in done.errors
    assert [one["kind"] for one in verify(parts, "--json").json["problems"]] == [
        *("missing", "duplicate")
    ]
    assert verify(parts, "-q").code == 1


def test_amounts_are_added_up_again_unless_told_otherwise(parts: Path) -> None:
    text = (parts / "a.csv").read_text()
    (parts / "a.csv").write_text(text.replace("0.320000", "0.330000"))
    assert "sum: a.csv: total is" in verify(parts).out
    assert verify(parts, "--no-recount").out == (
        "damaged: a.csv: its content is not what was written\n"
    )


def test_ids_that_come_twice_are_told_when_asked_for(parts: Path) -> None:
    done = verify(parts, "--ids", "call_id", "--json")
    assert done.code == 1
    assert {one["text"] for one in done.json["problems"]} == {
        "call_id 'b' comes 2 times", "call_id 'c' comes 2 times",
    }  # fmt: skip
    done = verify(parts, "--ids", "nothing")
    assert done.code == 1
    assert "column 'nothing' is missing in a.csv" in done.errors


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    done = verify(tmp_path)
    assert done.code == 1
    assert "_manifest.json: there is no such file" in done.errors
