"""Which processes of an engine do the work, so that some can be killed while they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil

from benchmarks.engines.meter import Victim

__all__ = ["WORKERS", "worker_of"]


def _pyspark(process: psutil.Process) -> bool:
    # The daemon forks a worker a task; the daemon itself holds no rows.
    parent = process.parent()
    return (
        "pyspark.daemon" in process.cmdline()
        and parent is not None
        and "pyspark.daemon" in parent.cmdline()
    )


def _executor(process: psutil.Process) -> bool:
    return any("CoarseGrainedExecutorBackend" in word for word in process.cmdline()) and any(
        "pyspark.daemon" in child.cmdline() for child in process.children()
    )


def _ray(process: psutil.Process) -> bool:
    # Ray's workers say in their title what they do at the moment.
    return any("ray::" in word and "MapBatches" in word for word in process.cmdline()[:1])


def _dask(process: psutil.Process) -> bool:
    return any("spawn_main" in word for word in process.cmdline()) and process.num_threads() > 4


WORKERS: Final[dict[str, Callable[[psutil.Process], bool]]] = {
    "spark": _pyspark,
    "spark_cluster": _executor,
    "ray": _ray,
    "dask": _dask,
}


def worker_of(engine: str, target: Path) -> Victim:
    """Return what tells a worker that is in the middle of it.

    A worker of Ray says what it does. Of the others it is known once something is being written.
    """
    works = WORKERS[engine]
    if engine == "ray":
        return works

    def victim(process: psutil.Process) -> bool:
        return works(process) and any(path.is_file() for path in target.rglob("*"))

    return victim
