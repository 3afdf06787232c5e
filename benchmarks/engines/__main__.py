"""Rates records through every engine, kills workers, and writes a dated page of what came of it.

Stages may be run one by one (``--only``): what is known of the day is kept in a JSON file, and the
page is written from all of it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.engines.job import ENGINES
from benchmarks.engines.kills import WORKERS, worker_of
from benchmarks.engines.meter import Metered, run
from benchmarks.engines.page import page
from benchmarks.engines.source import make, sums_of
from benchmarks.measure import ROOT, machine, say

__all__ = ["STAGES", "main"]

RESULTS: Final = ROOT / "benchmarks" / "results"
#: Engines, the same with workers killed, what rating adds to Spark, and jobs of other kinds.
STAGES: Final = (
    *ENGINES,
    *(f"kill-{engine}" for engine in WORKERS),
    "spark-overhead",
    *(f"apart-{engine}" for engine in ("spark", "ray", "dask")),
)
OVERHEAD_ROWS: Final = 2_000_000


def _last_line(found: Metered, stage: str) -> dict[str, Any]:
    if found.failed:
        raise RuntimeError(f"{stage}: {found.failed}")
    told: dict[str, Any] = json.loads(found.printed.strip().splitlines()[-1])
    return told


def rate(engine: str, work: Path, rows: int, files: int, kills: int) -> dict[str, Any]:
    """Rate all records through an engine; with kills, so many of its workers die meanwhile."""
    folder, target = work / f"source-{rows}-{files}", work / "out"
    if not folder.exists():
        say(f"  {rows:,} records into {files} files")
        make(folder, rows, files)
    wanted = json.loads((folder / "sums.json").read_text())
    victim = worker_of(engine, target) if kills else None
    found = run(
        "benchmarks.engines.job", engine, str(folder), str(target), victim=victim, kills=kills
    )
    told = _last_line(found, engine)
    sums = sums_of(target, rows)
    shutil.rmtree(target)
    killed = [each.replace(f"{ROOT}/", "") for each in found.killed]
    return {
        "rows": rows, "files": files, "wall_s": found.wall_s, "cpu_s": found.cpu_s,
        "memory_mb": found.memory_mb, **told, "killed": killed,
        "exact": {name: getattr(sums, name) == value for name, value in wanted.items()},
    }  # fmt: skip


def stage(name: str, work: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run one stage."""
    if name in ENGINES:
        return rate(name, work, chosen.rows, chosen.files, 0)
    kind, _, engine = name.partition("-")
    if kind == "kill":
        kills = 1 if engine == "spark_cluster" else chosen.kills
        return rate(engine, work, chosen.kill_rows or chosen.rows, chosen.files, kills)
    if kind == "apart":
        with tempfile.TemporaryDirectory(dir=work) as folder:
            size = ["--fortnights", str(chosen.fortnights), "--hours", str(chosen.hours)]
            return _last_line(run("benchmarks.engines.apart", engine, folder, *size), name)
    rows = min(chosen.rows, OVERHEAD_ROWS)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        make(Path(folder) / "few", rows, 8)
        rounds = ["--rounds", str(chosen.rounds)]
        found = run("benchmarks.engines.overhead", f"{folder}/few", *rounds)
        return {"rows": rows, "forms": _last_line(found, name)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 if a result was not exact."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--only", action="append", choices=STAGES, metavar="STAGE",
                        help=f"run this one; may be repeated: {', '.join(STAGES)}")  # fmt: skip
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--kill-rows", type=int, help="rows where workers die; --rows if not said")
    parser.add_argument("--rounds", type=int, default=5, help="of the comparison inside Spark")
    parser.add_argument("--fortnights", type=int, default=4, help="of records to find patterns in")
    parser.add_argument("--hours", type=float, default=0.5, help="of the bench")
    parser.add_argument(
        "--work", type=Path, help="folder of records, kept; a temporary one if none"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the page")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    kept = chosen.out / f"{datetime.now(UTC):%Y-%m-%d}-engines.json"
    known: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    exact = True
    with tempfile.TemporaryDirectory() as temporary:
        work = chosen.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for name in chosen.only or STAGES:
            say(f"{name} ...")
            about = machine()
            known[name] = {**stage(name, work, chosen), "commit": about["commit"],
                           "date": about["date"], "load": about["load"]}  # fmt: skip
            exact &= all(known[name].get("exact", {"": True}).values())
            known["about"] = {**about, **_versions()}
            kept.write_text(json.dumps(known, indent=1) + "\n")
            kept.with_suffix(".md").write_text(page(known))
            say(json.dumps(known[name]))
    return 0 if exact else 1


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("pyspark", "ray", "dask")}


if __name__ == "__main__":
    sys.exit(main())
