"""A scan in jobs finds what one scan finds, however it is divided."""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from securecall.errors import InputError
from securecall.fraud.patterns import Scan, Velocity, join_scans, scan, scan_jobs
from securecall.fraud.patterns.catalogue import PATTERNS
from securecall.fraud.patterns.planted import Planted, plant


@pytest.fixture(scope="module")
def made() -> Planted:
    return plant(seed=5, people=200, days=6, each=4)


@pytest.fixture(scope="module")
def files(made: Planted, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("calls")
    half = made.calls.num_rows // 2
    # A record of the year 1960 is left out, once, whatever the number of jobs.
    wrong = made.calls.slice(0, 1).set_column(1, "start", pa.array([0], made.calls["start"].type))
    parts = [made.calls.slice(0, half), pa.concat_tables([made.calls.slice(half), wrong])]
    for number, part in enumerate(parts):
        pyarrow.parquet.write_table(part, folder / f"{number}.parquet")
    return [str(path) for path in sorted(Path(folder).iterdir())]


@pytest.fixture(scope="module")
def whole(made: Planted, files: list[str]) -> Scan:
    calls = pa.concat_tables([pyarrow.parquet.read_table(path) for path in files])
    return scan(calls, made.parameters)


@pytest.mark.parametrize("jobs", [1, 2, 5, 12, 40])
def test_jobs_find_together_what_one_scan_finds(
    made: Planted, files: list[str], whole: Scan, jobs: int
) -> None:
    divided = scan_jobs(files, made.parameters, jobs=jobs)
    assert len(divided) == min(jobs, len(PATTERNS))
    there = [pickle.loads(pickle.dumps(job)) for job in divided]  # as an engine ships them
    joined = join_scans([pickle.loads(pickle.dumps(job())) for job in there])
    assert len(whole.findings) > 40
    assert joined == whole


def test_what_is_said_of_patterns_is_joined_in_their_order(files: list[str]) -> None:
    calls = pa.concat_tables([pyarrow.parquet.read_table(path) for path in files])
    nobody = scan(calls)
    assert len([note for note in nobody.notes if "looked for nothing" in note]) > 1
    assert join_scans([job() for job in reversed(scan_jobs(files, jobs=3))]).notes == nobody.notes


def test_only_some_patterns_are_divided(files: list[str]) -> None:
    jobs = scan_jobs(files, [Velocity(calls=9)], only=["velocity", "chain"], jobs=9)
    assert [(job.patterns, job.parameters) for job in jobs] == [
        (("velocity",), (Velocity(calls=9),)),
        (("chain",), ()),
    ]


@pytest.mark.parametrize("wrong", [0, -1, 2.0])
def test_no_jobs_are_refused(wrong: int) -> None:
    with pytest.raises(InputError, match="jobs must be"):
        scan_jobs(["a.parquet"], jobs=wrong)


def test_jobs_that_read_other_records_do_not_join(files: list[str]) -> None:
    one = scan_jobs(files, only=["chain"])[0]()
    other = scan_jobs(files[:1], only=["velocity"])[0]()
    with pytest.raises(InputError, match="different records"):
        join_scans([one, other])
    with pytest.raises(InputError, match="not none"):
        join_scans([])
