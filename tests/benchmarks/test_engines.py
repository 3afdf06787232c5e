"""Records come through engines complete and exact, also where a worker is killed meanwhile.

The same code as `python -m benchmarks.engines`, with few records.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.engines import __main__ as engines
from benchmarks.engines.source import make, sums_of

pytestmark = pytest.mark.xdist_group("engines")

ROWS = 300_000


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


@pytest.mark.parametrize("engine", ["plain", "polars", "duckdb"])
def test_every_record_comes_through(engine: str, work: Path) -> None:
    found = engines.rate(engine, work, 200_000, 3, 0)
    assert set(found["exact"]) == {"rows", "ids", "total_micros", "weighted"}
    assert all(found["exact"].values())
    assert found["cpu_s"] > 0
    assert found["memory_mb"] > 10


@pytest.mark.parametrize("engine", ["spark", "ray"])
def test_a_worker_that_is_killed_costs_no_record(engine: str, work: Path) -> None:
    found = engines.rate(engine, work, ROWS, 6, 1)
    assert len(found["killed"]) == 1
    if engine == "spark":
        assert found["failed_tasks"] >= 1
    else:
        assert "MapBatches" in found["killed"][0]  # what Ray's worker was at when it died
    assert all(found["exact"].values()), found


def test_a_row_that_is_lost_or_repeated_is_seen(tmp_path: Path) -> None:
    sums = make(tmp_path / "made", 1_000, 2)
    engines.ENGINES["plain"](tmp_path / "made", tmp_path / "out")
    assert sums_of(tmp_path / "out", 1_000) == sums
    first, second = sorted((tmp_path / "out").iterdir())
    (tmp_path / "out" / "again.parquet").write_bytes(first.read_bytes())
    twice = sums_of(tmp_path / "out", 1_000)
    assert (twice.rows, twice.ids) == (1_500, 1_000)
    assert twice.weighted != sums.weighted
    (tmp_path / "out" / "again.parquet").unlink()
    second.unlink()
    lost = sums_of(tmp_path / "out", 1_000)
    assert (lost.rows, lost.ids) == (500, 500)
    assert lost.total_micros + sums.total_micros == twice.total_micros
    assert lost.weighted != sums.weighted


def test_what_rating_adds_to_spark_is_measured_and_shown(tmp_path: Path) -> None:
    few = [
        "--rows",
        "40000",
        "--rounds",
        "1",
        "--out",
        str(tmp_path),
        "--work",
        str(tmp_path / "w"),
    ]
    assert engines.main(["--only", "spark-overhead", "--only", "plain", "--files", "2", *few]) == 0
    [kept] = tmp_path.glob("*-engines.json")
    known = json.loads(kept.read_text())
    forms = known["spark-overhead"]["forms"]
    assert 0 < forms["alone all"]["cpu_s"] < forms["rated all"]["cpu_s"]
    shown = kept.with_suffix(".md").read_text()
    assert "| 3: id, status, total | " in shown
    assert "| all 16 columns | " in shown
    assert "pyarrow loop, one thread of ours | 40,000 |" in shown
