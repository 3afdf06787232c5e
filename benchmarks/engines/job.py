"""One engine rates a folder of files into another, in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.engines.source import BATCH, COLUMNS, calls_in, tariff_of

__all__ = ["ENGINES", "main", "spark_session"]

CORES: Final = 2


def plain(folder: Path, target: Path) -> dict[str, Any]:
    """Read, rate and write in one loop on one thread: what the engines are measured by."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from securecall.integrations.plain_batches import plain_batches

    pa.set_cpu_count(1)
    tariff, begun = tariff_of(folder), time.perf_counter()
    target.mkdir()
    for path in sorted(calls_in(folder).iterdir()):
        file = pq.ParquetFile(path)
        read = file.iter_batches(BATCH, columns=["id", *NEEDED], use_threads=False)
        rated = plain_batches(tariff, read, columns=COLUMNS)
        first = next(rated)
        with pq.ParquetWriter(target / path.name, first.schema) as out:
            out.write_batch(first)
            for batch in rated:
                out.write_batch(batch)
    return {"begun": begun}


def polars(folder: Path, target: Path) -> dict[str, Any]:
    """Stream it through Polars."""
    import polars as pl

    from securecall.integrations.polars_frames import rate_frame

    begun = time.perf_counter()
    target.mkdir()
    calls = pl.scan_parquet(calls_in(folder) / "*.parquet").select("id", *NEEDED)
    rated = rate_frame(calls, tariff_of(folder), columns=COLUMNS)
    rated.sink_parquet(target / "rated.parquet", compression="snappy")
    return {"begun": begun}


def duckdb(folder: Path, target: Path) -> dict[str, Any]:
    """Ask DuckDB, with rating as a function."""
    import duckdb as db

    from securecall.integrations.duckdb_function import register_rate

    begun = time.perf_counter()
    connection = db.connect(config={"threads": CORES})
    connection.execute("SET preserve_insertion_order = false")
    calls = connection.read_parquet(str(calls_in(folder) / "*.parquet"))
    calls = calls.select(", ".join(["id", *NEEDED]))
    register_rate(connection, calls, tariff_of(folder), columns=COLUMNS[1:])
    connection.execute(
        f"COPY (SELECT c.id, unnest(rate(c)) FROM calls c) TO '{target}'"
        " (FORMAT parquet, PER_THREAD_OUTPUT)"
    )
    return {"begun": begun}


def dask(folder: Path, target: Path) -> dict[str, Any]:
    """Let two Dask workers do it."""
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster

    from securecall.integrations.dask_frames import rate_frame

    with (
        LocalCluster(n_workers=CORES, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        begun = time.perf_counter()
        calls = dd.read_parquet(str(calls_in(folder)), columns=["id", *NEEDED])
        rated = rate_frame(calls, tariff_of(folder), columns=COLUMNS)
        rated.to_parquet(
            str(target), write_index=False, name_function=lambda part: f"part-{part:04}.parquet"
        )
    return {"begun": begun}


def ray(folder: Path, target: Path) -> dict[str, Any]:
    """Let Ray do it, with two processors."""
    import ray as cluster

    from securecall.integrations.ray_data import rate_dataset

    cluster.init(
        num_cpus=CORES, include_dashboard=False, log_to_driver=False,
        object_store_memory=1 << 30, configure_logging=False,
    )  # fmt: skip
    begun = time.perf_counter()
    calls = cluster.data.read_parquet(str(calls_in(folder)), columns=["id", *NEEDED])
    rated = rate_dataset(calls, tariff_of(folder), columns=COLUMNS)
    rated.write_parquet(str(target))
    done = time.perf_counter()
    cluster.shutdown()
    return {"begun": begun, "done": done}


def spark(folder: Path, target: Path) -> dict[str, Any]:
    """Let Spark do it on two threads, each task up to four times."""
    return _spark(folder, target, f"local[{CORES},4]")


def spark_cluster(folder: Path, target: Path) -> dict[str, Any]:
    """Let Spark do it with two executors, each a JVM of its own."""
    return _spark(folder, target, f"local-cluster[{CORES},1,2048]")


def spark_session(master: str) -> Any:
    """Return a session on this machine that says nothing but errors."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # its workers would be of any Python else
    session = (
        SparkSession.builder.master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    return session


def _spark(folder: Path, target: Path, master: str) -> dict[str, Any]:
    from securecall.integrations.spark import rate_frame

    session = spark_session(master)
    begun = time.perf_counter()
    calls = session.read.parquet(str(calls_in(folder))).select("id", *NEEDED)
    rate_frame(calls, tariff_of(folder), columns=COLUMNS).write.parquet(str(target))
    done = time.perf_counter()
    tracker = session.sparkContext.statusTracker()
    stages = [stage for job in tracker.getJobIdsForGroup() for stage in
              tracker.getJobInfo(job).stageIds]  # fmt: skip
    failed = sum(tracker.getStageInfo(stage).numFailedTasks for stage in stages)
    session.stop()
    return {"begun": begun, "done": done, "failed_tasks": failed}


NEEDED: Final = ("facility", "number", "start", "duration_ms")
ENGINES: Final[dict[str, Callable[[Path, Path], dict[str, Any]]]] = {
    "plain": plain,
    "polars": polars,
    "duckdb": duckdb,
    "dask": dask,
    "ray": ray,
    "spark": spark,
    "spark_cluster": spark_cluster,
}


def main() -> None:
    """Run one, and print what it says of itself as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=list(ENGINES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    started = time.perf_counter()
    told = ENGINES[given.engine](given.folder, given.target)
    ended = told.pop("done", time.perf_counter())
    begun = told.pop("begun")
    print(json.dumps({"start_s": begun - started, "work_s": ended - begun, **told}))


if __name__ == "__main__":
    main()
