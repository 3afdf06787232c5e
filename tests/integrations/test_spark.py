"""Spark rates as we do, also as a stream; a killed worker is in tests/benchmarks/test_engines.py.

One session serves all tests here, because starting one takes longest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks.engines.job import spark_session
from pyspark.sql import DataFrame, SparkSession
from tests.integrations.engine_month import FEW, calls, rated, rows_of, tariff

from securecall.errors import ColumnError
from securecall.fraud.bench.jobs import join_plays, play_jobs
from securecall.fraud.bench.run import Setting, play
from securecall.fraud.patterns import join_scans, scan, scan_jobs
from securecall.integrations.spark import rate_frame, run_jobs

pytestmark = pytest.mark.xdist_group("engines")


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    session = spark_session("local[2,4]")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    for part in range(3):
        pq.write_table(calls().slice(part * 1000, 1000), folder / f"{part}.parquet")
    return folder


@pytest.fixture
def frame(session: SparkSession, folder: Path) -> DataFrame:
    return session.read.parquet(str(folder))


@pytest.mark.parametrize("columns", [None, FEW])
def test_it_rates_as_we_do(frame: DataFrame, columns: list[str] | None) -> None:
    made = rate_frame(frame, tariff(), columns=columns)
    assert made.columns == (columns or list(rated()[0]))
    assert rows_of(made.toArrow()) == rated(columns)


def test_what_makes_up_a_total_comes_along(frame: DataFrame) -> None:
    made = rate_frame(frame.limit(200), tariff(), columns=["id", "lines"], explain=True)
    found = rows_of(made.toArrow())
    expected = {row["id"]: row for row in rated(["id", "lines"], explain=True)}
    assert len(found) == 200
    assert found == [expected[row["id"]] for row in found]


def test_a_stream_of_files_is_rated_as_it_comes(
    session: SparkSession, frame: DataFrame, folder: Path, tmp_path: Path
) -> None:
    stream = session.readStream.schema(frame.schema).parquet(str(folder))
    query = (
        rate_frame(stream, tariff(), columns=FEW)
        .writeStream.option("checkpointLocation", str(tmp_path / "seen"))
        .trigger(availableNow=True)
        .start(str(tmp_path / "rated"), format="parquet")
    )
    assert query.awaitTermination(60)
    assert rows_of(session.read.parquet(str(tmp_path / "rated")).toArrow()) == rated(FEW)


def test_parts_without_rows_are_parts(frame: DataFrame) -> None:
    made = rate_frame(frame.limit(3).repartition(9), tariff(), columns=FEW)
    assert made.toArrow().num_rows == 3
    assert rate_frame(frame.filter("id < 0"), tariff()).toArrow().num_rows == 0


@pytest.mark.parametrize(
    ("column", "kind", "told"),
    [
        ("start", "timestamp_ntz", "'start' is timestamp.* without a time zone"),
        ("duration_ms", "double", "'duration_ms' is double; it must be whole milliseconds"),
        ("facility", "binary", "'facility' is binary; it must be text"),
    ],
)
def test_a_column_of_another_type_is_told_before_work_begins(
    frame: DataFrame, column: str, kind: str, told: str
) -> None:
    with pytest.raises(ColumnError, match=told):
        rate_frame(frame.withColumn(column, frame[column].cast(kind)), tariff())


def test_clocks_and_sizes_of_a_session_change_nothing(
    session: SparkSession, frame: DataFrame
) -> None:
    settings = {
        "spark.sql.session.timeZone": "America/Chicago",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "700",
        "spark.sql.execution.arrow.useLargeVarTypes": "true",
    }
    before = {name: session.conf.get(name) for name in settings}
    try:
        for name, value in settings.items():
            session.conf.set(name, value)
        assert rows_of(rate_frame(frame, tariff(), columns=FEW).toArrow()) == rated(FEW)
    finally:
        for name, value in before.items():
            session.conf.set(name, value)


def test_a_column_that_is_missing_is_told_before_work_begins(frame: DataFrame) -> None:
    with pytest.raises(ColumnError, match="'number'"):
        rate_frame(frame.drop("number"), tariff())


def test_patterns_are_looked_for_in_jobs(
    session: SparkSession, pattern_files: list[str], pattern_calls: pa.Table
) -> None:
    joined = join_scans(run_jobs(session, scan_jobs(pattern_files, jobs=2)))
    assert joined == scan(pattern_calls)
    assert joined.findings
    assert run_jobs(session, []) == []


def test_a_bench_is_played_in_jobs(session: SparkSession) -> None:
    setting = Setting(seed=4, call_s=36.0)
    jobs = play_jobs(setting, ["silence"], hours=0.04, calls_a_job=2)
    played = join_plays(run_jobs(session, jobs))["silence"]
    alone = play(setting, ["silence"], hours=0.04)["silence"]
    told = [(one.index, one.labels, one.heard, one.played) for one in played]
    assert told == [(one.index, one.labels, one.heard, one.played) for one in alone]
    assert len(told) == 4
