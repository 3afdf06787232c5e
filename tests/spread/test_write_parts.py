"""Jobs in parts, killed at any instant: complete, exact, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.spread.works import Lines, parts_of, wait_for

from securecall.errors import InputError, SpreadError
from securecall.spread import Made, Manifest, Part, read_manifest, verify, write_parts
from securecall.spread.folder import JobFolder
from securecall.spread.manifest import JOURNAL, MANIFEST

PARTS = parts_of(8, 25)


def numbers(folder: Path) -> list[int]:
    return [int(n) for path in sorted(folder.glob("n-*")) for n in path.read_text().split()]


def whole(folder: Path, manifest: Manifest, parts: list[Part] = PARTS) -> None:
    """Assert that a job is complete and exact: rows, order, sums, and a position-weighted sum."""
    found = numbers(folder)
    assert found == list(range(sum(part.rows or 0 for part in parts)))
    assert manifest.rows == len(found)
    assert manifest.sums == {"numbers": sum(found), "money": Decimal(len(found)) / 4}
    weighed = sum(place * number for place, number in enumerate(found))
    assert weighed == sum(place * place for place in range(len(found)))
    assert [one.part.name for one in manifest.made] == [part.name for part in parts]
    assert read_manifest(folder)[0] == manifest
    assert verify(folder)[1] == []
    files = {path.name for path in folder.iterdir()}
    assert files == {MANIFEST, *(part.name for part in parts)}


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize("workers", [0, 1, 2, 5])
def test_any_number_of_workers_makes_the_same(tmp_path: Path, workers: int, threads: bool) -> None:
    manifest = write_parts(Lines(), PARTS, tmp_path, workers=workers, threads=threads)
    whole(tmp_path, manifest)
    write_parts(Lines(), PARTS, tmp_path / "again", workers=3)
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (tmp_path / MANIFEST).read_bytes()


def test_no_parts_are_a_job_too(tmp_path: Path) -> None:
    assert write_parts(Lines(), [], tmp_path).rows == 0
    assert verify(tmp_path)[1] == []


def test_a_job_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    write_parts(Lines(), PARTS, tmp_path, workers=2)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("n-*")}
    whole(tmp_path, write_parts(Lines(), PARTS, tmp_path, workers=2))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("n-*")} == before


def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    write_parts(Lines(), PARTS, tmp_path, workers=2)
    before = {path.name: path.stat().st_ino for path in tmp_path.glob("n-*")}
    changed = [*PARTS[:3], Part(PARTS[3].name, PARTS[3].source, "t", 25), *parts_of(9, 25)[4:]]
    whole(tmp_path, write_parts(Lines(), changed, tmp_path, workers=2), changed)
    after = {path.name: path.stat().st_ino for path in tmp_path.glob("n-*")}
    assert {name for name in after if before.get(name) != after[name]} == {"n-003.txt", "n-008.txt"}
    whole(tmp_path, write_parts(Lines(), PARTS[:2], tmp_path, workers=2), PARTS[:2])


# Kills -------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in told.split()]


def drafts(folder: Path) -> set[int]:
    """Return which processes write a part now."""
    return {int(path.name.split(".")[-2].split("-")[0]) for path in folder.glob(".n-*.part")}


LEAD = """
import sys
from pathlib import Path
from tests.spread.works import Lines, parts_of
from securecall.spread import write_parts
write_parts(Lines(pause_s=float(sys.argv[2])), parts_of(8, 25), sys.argv[1], workers=2)
"""


def lead(folder: Path, pause_s: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", LEAD, folder, str(pause_s)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        stderr=subprocess.DEVNULL,
    )


def noted(folder: Path) -> int:
    path = folder / JOURNAL
    return path.read_bytes().count(b"\n") - 1 if path.exists() else 0


def test_workers_killed_by_process_id_lose_and_repeat_nothing(tmp_path: Path) -> None:
    leader = lead(tmp_path, 0.01)
    killed: set[int] = set()
    while len(killed) < 3:
        new = wait_for(lambda: drafts(tmp_path) - killed)
        pid = new.pop()
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
    assert leader.wait(60) == 0
    assert len(killed) == 3
    manifest, _ = read_manifest(tmp_path)
    whole(tmp_path, manifest)


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_a_killed_leader_leaves_no_worker_and_the_next_run_goes_on(
    tmp_path: Path, after: int
) -> None:
    leader = lead(tmp_path, 0.01)
    wait_for(lambda: noted(tmp_path) >= after and drafts(tmp_path))
    workers = children(leader.pid)
    leader.kill()
    assert leader.wait(60) == -signal.SIGKILL
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    done = noted(tmp_path)
    assert after <= done < 8
    before = {path.name: path.stat().st_ino for path in tmp_path.glob("n-*")}
    whole(tmp_path, write_parts(Lines(), PARTS, tmp_path, workers=2))
    after_all = {path.name: path.stat().st_ino for path in tmp_path.glob("n-*")}
    # What was noted was kept; a part in place that was not noted yet is made again.
    assert done <= sum(before.get(name) == after_all[name] for name in after_all) < 8


def test_leaders_killed_again_and_again_come_to_the_end(tmp_path: Path) -> None:
    runs = 0
    while not (tmp_path / MANIFEST).exists():
        had = noted(tmp_path)
        leader = lead(tmp_path, 0.004)
        wait_for(lambda had=had, leader=leader: noted(tmp_path) > had or leader.poll() is not None)
        leader.kill()
        leader.wait(60)
        runs += 1
        assert runs < 20
    assert runs > 1
    # The workers of the last one may still be about to end; none of them writes to a name.
    whole(tmp_path, write_parts(Lines(), PARTS, tmp_path, workers=2))


def test_a_worker_that_dies_of_its_part_leaves_the_others(tmp_path: Path) -> None:
    parts = [*PARTS[:2], *parts_of(4, 25, wrong=str(tmp_path / "fixed"))[2:], *PARTS[4:]]
    out = tmp_path / "out"
    with pytest.raises(SpreadError, match="2 of 8 parts could not be made; run it again") as caught:
        write_parts(Lines(), parts, out, workers=2)
    assert sorted(caught.value.parts) == ["n-002.txt", "n-003.txt"]
    assert "there is no" in caught.value.parts["n-002.txt"]
    assert noted(out) == 6
    with pytest.raises(InputError, match="the job is not finished"):
        verify(out)
    (tmp_path / "fixed").touch()
    whole(out, write_parts(Lines(), parts, out, workers=2), parts)


def test_a_part_with_fewer_rows_than_its_input_is_not_put_in_place(tmp_path: Path) -> None:
    with pytest.raises(SpreadError, match="24 rows were written of 25 that there are"):
        write_parts(Lines(lost=1), PARTS[:1], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]


def test_a_part_that_the_disk_does_not_take_is_told_and_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = JobFolder.place

    def full(job: JobFolder, draft: Path, made: Made) -> None:
        if made.part.name == "n-003.txt":
            raise OSError(28, "No space left on device")
        place(job, draft, made)

    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, "place", full)
        with pytest.raises(SpreadError, match="1 of 8 parts") as caught:
            write_parts(Lines(), PARTS, tmp_path, workers=2)
    assert caught.value.parts == {"n-003.txt": "cannot be put in place: No space left on device"}
    whole(tmp_path, write_parts(Lines(), PARTS, tmp_path, workers=2))


# What is told, and what is refused ---------------------------------------------------------------


@pytest.mark.parametrize("threads", [False, True])
def test_progress_ends_with_all_rows_and_never_exceeds_them(tmp_path: Path, threads: bool) -> None:
    told: list[tuple[int, int | None]] = []
    options: dict[str, Any] = {"workers": 2, "threads": threads}
    write_parts(
        Lines(pause_s=0.01), PARTS, tmp_path, progress=lambda *done: told.append(done), **options
    )
    assert (told[0], told[-1]) == ((0, 200), (200, 200))
    assert all(0 <= done <= 200 for done, _ in told)
    assert len(told) > len(PARTS)
    told.clear()
    write_parts(Lines(), PARTS, tmp_path, progress=lambda *done: told.append(done), **options)
    assert told == [(200, 200)]
    told.clear()
    unknown = [Part(part.name, part.source, "u") for part in PARTS]
    write_parts(Lines(), unknown, tmp_path, progress=lambda *done: told.append(done), **options)
    assert told[-1] == (200, None)


def test_another_job_in_the_folder_is_refused(tmp_path: Path) -> None:
    write_parts(Lines(), PARTS, tmp_path)
    with pytest.raises(InputError, match="holds another job"):
        write_parts(Lines(digest="d2"), PARTS, tmp_path)
    with pytest.raises(InputError, match="holds another job"):
        write_parts(Lines(what="other"), PARTS, tmp_path)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([Part("a", {"n": 1}), Part("a", {"n": 2})], "two parts would have the name 'a'"),
        ([Part(MANIFEST, {})], "would have the name '_manifest.json'"),
        ([Part("a", {"n": 1}), Part("b", {"n": 1})], "'a' and 'b' would be made from the same"),
        ([Part("a/b", {})], "a part cannot have the name 'a/b'"),
        ([Part(".a", {})], "a part cannot have the name '.a'"),
    ],
)
def test_parts_that_would_be_in_each_other_s_way_are_refused(
    tmp_path: Path, parts: list[Part], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        write_parts(Lines(), parts, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_numbers_out_of_bounds_are_refused(tmp_path: Path) -> None:
    for workers in (-1, 1025):
        with pytest.raises(InputError, match="workers must be 0 to 1024"):
            write_parts(Lines(), PARTS, tmp_path, workers=workers)
    with pytest.raises(InputError, match="tries must be 1 or more, not 0"):
        write_parts(Lines(), PARTS, tmp_path, tries=0)
