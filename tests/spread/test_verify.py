"""What is wrong with a folder of parts is told by its kind and file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.spread.works import Lines, parts_of

from securecall.errors import InputError
from securecall.spread import Made, Part, Written, verify, write_parts
from securecall.spread.manifest import JOURNAL, MANIFEST
from securecall.spread.verify import KINDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_parts(Lines(), parts_of(4, 10), tmp_path, workers=1)
    return tmp_path


def told(folder: Path, **options: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.file) for one in verify(folder, **options)[1]]


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((folder / MANIFEST).read_text())
    edit(content)
    (folder / MANIFEST).write_text(json.dumps(content))


def counted(path: Path, made: Made) -> Written:
    values = [int(line) for line in path.read_text().split()]
    return Written(len(values), {"numbers": sum(values), "unknown": 9})


def test_a_whole_folder_has_no_problem(folder: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    manifest, problems = verify(folder, recount=counted, progress=lambda *done: seen.append(done))
    assert problems == []
    assert manifest.rows == 40
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_part_that_is_not_there_is_missing(folder: Path) -> None:
    (folder / "n-001.txt").unlink()
    assert told(folder, recount=counted) == [("missing", "n-001.txt")]
    (folder / "n-001.txt").mkdir()
    assert told(folder) == [("missing", "n-001.txt")]


def test_a_changed_part_is_damaged_and_counted_again(folder: Path) -> None:
    (folder / "n-001.txt").write_text("19\n" * 10)
    assert told(folder) == [("damaged", "n-001.txt")]
    assert told(folder, recount=counted) == [("damaged", "n-001.txt"), ("sum", "n-001.txt")]
    assert told(folder, digests=False) == []
    assert told(folder, digests=False, recount=counted) == [("sum", "n-001.txt")]
    (folder / "n-001.txt").write_text("145\n")
    found = told(folder, recount=counted)
    assert found == [("damaged", "n-001.txt"), ("rows", "n-001.txt")]
    assert told(folder, digests=False) == [("damaged", "n-001.txt")]


def test_a_part_that_cannot_be_counted_is_told(folder: Path) -> None:
    def refuse(path: Path, made: Made) -> Written:
        raise InputError(f"{path.name}: is no file of numbers")

    assert told(folder, recount=refuse) == [("unreadable", f"n-00{n}.txt") for n in range(4)]


def test_a_copy_under_another_name_is_a_duplicate_and_any_other_file_foreign(folder: Path) -> None:
    shutil.copy(folder / "n-002.txt", folder / "x.txt")
    (folder / "mine.txt").write_text("mine")
    (folder / "deeper").mkdir()
    (folder / ".n-003.txt.12-34.part").touch()
    problems = verify(folder)[1]
    assert [(one.kind, one.file) for one in problems] == [
        ("foreign", ".n-003.txt.12-34.part"), ("foreign", "deeper"), ("foreign", "mine.txt"),
        ("duplicate", "x.txt"),
    ]  # fmt: skip
    assert str(problems[3]) == "duplicate: x.txt: is a copy of n-002.txt"
    assert {one.kind for one in problems} <= set(KINDS)


def test_a_manifest_that_says_a_part_twice_is_told(folder: Path) -> None:
    change(folder, lambda content: content["parts"].append(content["parts"][0]))
    found = told(folder)
    assert found[:3] == [("rows", ""), ("sum", ""), ("duplicate", "n-000.txt")]


def test_parts_of_the_same_input_or_content_are_told(tmp_path: Path) -> None:
    same = [
        Part("a.txt", {"first": 0, "count": 5}),
        Part("b.txt", {"first": 0, "count": 5, "x": 1}),
    ]
    write_parts(Lines(), same, tmp_path)
    (problem,) = verify(tmp_path)[1]
    assert str(problem) == "duplicate: b.txt: has the same content as a.txt"
    change(tmp_path, lambda content: content["parts"][1]["source"].pop("x"))
    assert "duplicate: b.txt: is made from the same as a.txt" in map(str, verify(tmp_path)[1])
    empty = tmp_path / "empty"
    write_parts(Lines(), [Part(f"{n}", {"first": n, "count": 0}) for n in range(3)], empty)
    assert verify(empty)[1] == []


def test_totals_that_are_not_the_parts_are_told(folder: Path) -> None:
    change(folder, lambda content: content.update(rows=41))
    assert told(folder) == [("rows", "")]
    change(folder, lambda content: content.update(rows=40, sums={"numbers": 780, "money": "9.9"}))
    (problem,) = verify(folder)[1]
    assert problem.kind == "sum"
    assert "9.9" in str(problem)
    assert "10" in str(problem)


def test_a_run_that_has_not_ended_is_told(folder: Path) -> None:
    (folder / JOURNAL).touch()
    assert told(folder) == [("unfinished", "")]
    with pytest.raises(InputError, match="there is no such file"):
        verify(folder / "nowhere")
