"""Processor seconds, the least of several rounds: what a noisy machine disturbs least."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any, Final

__all__ = ["least_seconds", "machine", "say", "sizes_bytes"]

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("pyarrow", "numpy", "polars", "duckdb", "pandas", "cython")


def least_seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the least processor seconds that a round took, all threads together."""
    least = float("inf")
    for _ in range(rounds):
        began = process_time()
        result = work()
        least = min(least, process_time() - began)
        del result  # its memory is given back outside the measured time, for everybody alike
    return least


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)


def sizes_bytes(*tables: Any) -> int:
    """Return the bytes of the tables' buffers."""
    return sum(table.nbytes for table in tables)


def machine() -> dict[str, Any]:
    """Return what the figures depend on: date, commit, machine, versions."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not from a repository"
    return found.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    found = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    family = f"family {found.get('cpu family', '?')} model {found.get('model', '?')}"
    return f"{found.get('model name', platform.processor())} ({family})"


def spawn(module: str, *arguments: str, threads: int = 1) -> subprocess.Popen[str]:
    """Start a module of this package in a process of its own that talks in lines of JSON."""
    environment = {
        **os.environ,
        "POLARS_MAX_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def ask(process: subprocess.Popen[str], question: Any) -> Any:
    """Send a line and return the answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a measured process ended: {process.args}")
    return json.loads(line)
