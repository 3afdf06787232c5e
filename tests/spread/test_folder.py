"""The folder of a job: one run at a time, a journal that any kill may cut, nothing of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.errors import InputError, SpreadError
from securecall.spread.folder import JobFolder, digest_of, draft_of
from securecall.spread.manifest import JOURNAL, MANIFEST, Manifest
from securecall.spread.part import Made, Part, Written

PARTS = [Part(f"p{n}", {"n": n}, "s") for n in range(4)]


def make(job: JobFolder, part: Part) -> Made:
    draft = draft_of(job.path, part.name)
    draft.write_text(part.name)
    made = Made(part, Written(1), draft.stat().st_size, digest_of(draft))
    job.place(draft, made)
    return made


def begin(path: Path, count: int) -> None:
    """Begin a run that makes some parts and is killed."""
    with JobFolder.open(path, "w", "d") as job:
        job.begin((), [part.name for part in PARTS])
        for part in PARTS[:count]:
            make(job, part)


def kept(path: Path, parts: list[Part] = PARTS, digest: str = "d") -> list[str]:
    with JobFolder.open(path, "w", digest) as job:
        return list(job.kept(parts))


def test_what_is_noted_and_there_is_kept(tmp_path: Path) -> None:
    assert kept(tmp_path / "new") == []
    begin(tmp_path, 3)
    assert kept(tmp_path) == ["p0", "p1", "p2"]
    (tmp_path / "p0").unlink()
    (tmp_path / "p1").write_text("p9")  # of the same size
    (tmp_path / "p2").write_text("longer")
    assert kept(tmp_path) == []


def test_a_part_of_other_input_is_not_kept(tmp_path: Path) -> None:
    begin(tmp_path, 4)
    changed = [
        PARTS[0], Part("p1", {"n": 1}, "other"), Part("p2", {"n": 9}, "s"), Part("p9", {"n": 3})
    ]  # fmt: skip
    assert kept(tmp_path, changed) == ["p0"]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_journal_cut_in_its_last_line_is_read_up_to_it(tmp_path: Path, cut: int) -> None:
    begin(tmp_path, 3)
    content = (tmp_path / JOURNAL).read_bytes()
    (tmp_path / JOURNAL).write_bytes(content[:-cut])
    assert kept(tmp_path) == ["p0", "p1"]


def test_a_journal_cut_in_its_first_line_keeps_nothing(tmp_path: Path) -> None:
    begin(tmp_path, 3)
    for content in (b"", b'{"what": "w"', (tmp_path / JOURNAL).read_bytes().split(b"\n")[0]):
        (tmp_path / JOURNAL).write_bytes(content)
        assert kept(tmp_path) == []


def test_a_journal_damaged_in_its_middle_is_told(tmp_path: Path) -> None:
    begin(tmp_path, 3)
    lines = (tmp_path / JOURNAL).read_bytes().split(b"\n")
    for place in (0, 1, 2):
        damaged = [*lines[:place], b"x" + lines[place], *lines[place + 1 :]]
        (tmp_path / JOURNAL).write_bytes(b"\n".join(damaged))
        with pytest.raises(SpreadError, match=r"_journal\.jsonl: is damaged"):
            kept(tmp_path)


def test_a_folder_belongs_to_one_job(tmp_path: Path) -> None:
    begin(tmp_path, 1)
    with pytest.raises(InputError, match=r"holds another job \(w, d\), with other options"):
        kept(tmp_path, digest="e")
    with JobFolder.open(tmp_path, "w", "d") as job:
        job.begin(job.kept(PARTS).values(), [part.name for part in PARTS])
        made = [make(job, part) for part in PARTS]
        job.finish(Manifest("w", "d", tuple(made)))
    assert not (tmp_path / JOURNAL).exists()
    assert kept(tmp_path) == ["p0", "p1", "p2", "p3"]
    with pytest.raises(InputError, match="holds another job"):
        kept(tmp_path, digest="e")


def test_one_run_at_a_time(tmp_path: Path) -> None:
    with (
        JobFolder.open(tmp_path, "w", "d"),
        pytest.raises(InputError, match="another run writes to it now"),
        JobFolder.open(tmp_path, "w", "d"),
    ):
        raise AssertionError("two runs in one folder")
    assert kept(tmp_path) == []


def test_drafts_and_parts_of_no_more_use_are_cleared_away(tmp_path: Path) -> None:
    begin(tmp_path, 3)
    draft_of(tmp_path, "p3").touch()
    (tmp_path / "mine.txt").touch()
    with JobFolder.open(tmp_path, "w", "d") as job:
        job.begin(job.kept(PARTS[1:]).values(), [part.name for part in PARTS[1:]])
    assert {path.name for path in tmp_path.iterdir()} == {"p1", "p2", "mine.txt", JOURNAL}
    assert kept(tmp_path) == ["p1", "p2"]


def test_a_file_that_no_run_made_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "p2").write_text("calls of May")
    with (
        pytest.raises(InputError, match="p2: is there already; take another folder"),
        JobFolder.open(tmp_path, "w", "d") as job,
    ):
        job.begin((), [part.name for part in PARTS])
    assert (tmp_path / "p2").read_text() == "calls of May"
    assert not (tmp_path / JOURNAL).exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="cannot be written: "),
        JobFolder.open(tmp_path / "file" / "x", "w", "d"),
    ):
        raise AssertionError("a folder in a file")


def test_the_manifest_of_a_run_killed_before_its_journal_went_is_read_by_the_journal(
    tmp_path: Path,
) -> None:
    begin(tmp_path, 4)
    (tmp_path / MANIFEST).write_text("half", encoding="utf-8")
    assert kept(tmp_path) == ["p0", "p1", "p2", "p3"]
