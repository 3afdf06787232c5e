"""Patterns of fraud and a bench run, in jobs on an engine: do they find what one process finds?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.engines.job import CORES, spark_session
from securecall.fraud.bench.jobs import join_plays, play_jobs
from securecall.fraud.bench.run import Setting, play
from securecall.fraud.patterns import join_scans, scan, scan_jobs
from securecall.fraud.patterns.planted import plant

__all__ = ["ENGINES", "main"]

Jobs = Sequence[Callable[[], Any]]
CALL_S: Final = 60.0


def _here(jobs: Jobs) -> list[Any]:
    return [job() for job in jobs]


def _spark(jobs: Jobs) -> list[Any]:
    from securecall.integrations.spark import run_jobs

    return run_jobs(spark_session(f"local[{CORES},4]"), jobs)


def _ray(jobs: Jobs) -> list[Any]:
    import ray

    from securecall.integrations.ray_data import run_jobs

    ray.init(num_cpus=CORES, include_dashboard=False, log_to_driver=False, ignore_reinit_error=True)
    return run_jobs(jobs)


def _dask(jobs: Jobs) -> list[Any]:
    from dask.distributed import Client, LocalCluster

    from securecall.integrations.dask_frames import run_jobs

    with (
        LocalCluster(n_workers=CORES, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        return run_jobs(client, jobs)


ENGINES: Final[dict[str, Callable[[Jobs], list[Any]]]] = {
    "here": _here, "spark": _spark, "ray": _ray, "dask": _dask,
}  # fmt: skip


def patterns(run_jobs: Callable[[Jobs], list[Any]], folder: Path, copies: int) -> dict[str, Any]:
    """Look for all patterns, in one scan and in jobs."""
    made = plant(seed=2)
    files = []
    for number in range(copies):
        # The same fortnight again, two weeks later, so that time goes on.
        later = pa.array(
            [at + number * 14 * 86_400_000 for at in made.calls["start"].cast("int64").to_pylist()]
        ).cast(made.calls["start"].type)
        path = folder / f"fortnight-{number:03}.parquet"
        pq.write_table(made.calls.set_column(1, "start", later), path)
        files.append(str(path))
    begun = perf_counter()
    whole = scan(pa.concat_tables([pq.read_table(path) for path in files]), made.parameters)
    alone_s, begun = perf_counter() - begun, perf_counter()
    joined = join_scans(run_jobs(scan_jobs(files, made.parameters, jobs=CORES)))
    return {
        "records": whole.rows, "findings": len(whole.findings), "same": joined == whole,
        "alone_s": alone_s, "engine_s": perf_counter() - begun,
    }  # fmt: skip


def bench(run_jobs: Callable[[Jobs], list[Any]], hours: float) -> dict[str, Any]:
    """Play calls to the monitor, in one process and in jobs."""
    setting, names = Setting(seed=11, call_s=CALL_S), ["monitor"]
    begun = perf_counter()
    alone = play(setting, names, hours=hours)["monitor"]
    alone_s, begun = perf_counter() - begun, perf_counter()
    joined = join_plays(run_jobs(play_jobs(setting, names, hours=hours)))["monitor"]
    told, wanted = (
        [(one.index, one.labels, one.heard, one.played) for one in records]
        for records in (joined, alone)
    )
    return {
        "calls": len(wanted), "heard": sum(len(one.heard) for one in alone),
        "same": told == wanted, "alone_s": alone_s, "engine_s": perf_counter() - begun,
    }  # fmt: skip


def main() -> None:
    """Run both on one engine, and print a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=list(ENGINES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fortnights", type=int, default=4)
    parser.add_argument("--hours", type=float, default=0.5)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    run_jobs = ENGINES[given.engine]
    print(json.dumps({
        "patterns": patterns(run_jobs, given.folder, given.fortnights),
        "bench": bench(run_jobs, given.hours),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
