"""The bench of workers, with few records: every job writes what was made, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from benchmarks.engines.source import make, sums_of
from benchmarks.workers import JOBS, bare_speed_up, measure, page


@pytest.fixture(autouse=True)
def processors_again() -> Iterator[None]:
    """Give back the processors that a job leaves to others; here it is no process of its own."""
    before = pa.cpu_count(), pa.io_thread_count()
    yield
    pa.set_cpu_count(before[0])
    pa.set_io_thread_count(before[1])


@pytest.mark.parametrize("job", JOBS)
def test_every_job_writes_what_was_made(job: str, tmp_path: Path) -> None:
    made = make(tmp_path / "made", 20_000, 3)
    JOBS[job](tmp_path / "made", tmp_path / "out")
    assert sums_of(tmp_path / "out", 20_000) == made


def test_a_round_becomes_a_page(tmp_path: Path) -> None:
    make(tmp_path, 20_000, 2)
    rounds = measure(tmp_path, 20_000, 1, steps=100_000)
    assert set(rounds[0]["jobs"]) == set(JOBS)
    assert rounds[0]["jobs"]["plain"]["over_plain"] == 1
    assert all(job["memory_mb"] > 10 for job in rounds[0]["jobs"].values())
    text = page(20_000, 2, rounds)
    assert text.count("\n| 1 | ") == len(JOBS)
    assert "| two processes | " in text
    assert rounds[0]["jobs"]["tight"]["over_tight"] == 1


def test_two_bare_loops_do_no_more_than_two_processors_could() -> None:
    assert 0.1 < bare_speed_up(200_000) < 8
