"""A job and all processes that it starts: their time, their memory, and the death of some."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from benchmarks.measure import ROOT

__all__ = ["Metered", "run"]

EVERY_S: Final = 0.2
Victim = Callable[[psutil.Process], bool]


@dataclass(slots=True)
class Metered:
    """What a job took.

    Attributes
    ----------
    wall_s, cpu_s : float
        From its start to its end, start-up included; processor time of all its processes, as far
        as a look five times a second sees it.
    memory_mb : float
        The most at one time of all of them together, each shared page counted once (PSS).
    killed : list of str
        Command lines of the processes that were killed.
    printed : str
    failed : str
        The end of what it complained about, if it failed.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    killed: list[str] = field(default_factory=list)
    printed: str = ""
    failed: str = ""


def run(
    module: str, *arguments: str, victim: Victim | None = None, kills: int = 0,
    timeout_s: float = 1800, environment: dict[str, str] | None = None,
) -> Metered:  # fmt: skip
    """Run a module; kill so many of its processes by their ids, one each second, once they work."""
    found = Metered()
    spent: dict[tuple[int, float], float] = {}
    begun, next_kill = time.perf_counter(), 0.0
    with _started(module, arguments, environment or {}) as process:
        top = psutil.Process(process.pid)
        ended = os.pidfd_open(process.pid)
        while process.poll() is None:
            family = _family(top)
            memory = 0.0
            for one in family:
                memory += _pss_mb(one.pid)
                _note(one, spent)
            found.memory_mb = max(found.memory_mb, memory)
            now = time.perf_counter() - begun
            if victim is not None and len(found.killed) < kills and now >= next_kill:
                killed = _kill(family, victim)
                found.killed += killed
                next_kill = now + 1.0 if killed else now
            if now > timeout_s:
                _end(family)
                found.failed = f"not done after {timeout_s:.0f} s"
            # Not a sleep: a short job would seem longer by up to a fifth of a second.
            select.select([ended], [], [], EVERY_S if not victim else 0.02)
        found.wall_s = time.perf_counter() - begun
        os.close(ended)
        found.cpu_s = sum(spent.values())
        assert process.stdout is not None
        assert process.stderr is not None
        found.printed = process.stdout.read()
        complaint = process.stderr.read()
        if process.returncode and not found.failed:
            found.failed = complaint[-2000:] or f"exit {process.returncode}"
    return found


def _started(
    module: str, arguments: tuple[str, ...], environment: dict[str, str]
) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, "POLARS_MAX_THREADS": "2", **environment},
    )  # fmt: skip


def _family(top: psutil.Process) -> list[psutil.Process]:
    try:
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _note(one: psutil.Process, spent: dict[tuple[int, float], float]) -> None:
    try:
        times = one.cpu_times()
        spent[one.pid, one.create_time()] = times.user + times.system
    except psutil.Error:
        return


def _pss_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        return 0.0
    return 0.0


def _kill(family: list[psutil.Process], victim: Victim) -> list[str]:
    """Kill the first that will do, by its id; it is one that the job itself started."""
    for one in family:
        try:
            if victim(one):
                told = " ".join(one.cmdline()).strip()
                os.kill(one.pid, signal.SIGKILL)
                return [told]
        except (psutil.Error, ProcessLookupError):
            continue
    return []


def _end(family: list[psutil.Process]) -> None:
    for one in family:
        try:
            one.kill()
        except psutil.Error:
            continue
