"""Two workers beside one loop: how much faster `securecall rate --workers 2` is, and at what cost.

    python -m benchmarks.workers --rows 20000000

A round measures, one after the other: a bare loop of the processor alone and two of them at a time
(what this machine's second processor is worth just then), a plain pyarrow loop on one thread that
reads, rates and writes every file, the same loop that writes as parts are written, and the parts of
`securecall.spread` with one process, with two and with two threads. All write all columns, and what
they wrote must have the rows, ids, sums and position-weighted sum that were made. The parts'
digests, syncs, sums by facility and manifest are in their time, and are not in the loops'. The
plain loop writes a row group a batch with Parquet's own settings, as one writes it; parts have long
row groups, few dictionaries and whole numbers, which takes a third less time. The second loop tells
that apart from what workers are worth: no sums, no digest, no sync, the same files.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.engines.meter import Metered, run
from benchmarks.engines.source import BATCH, calls_in, make, sums_of, tariff_of

__all__ = ["JOBS", "bare_speed_up", "main", "measure", "page"]

CORES: Final = 2
BARE: Final = (
    "import time\n"
    "begun = time.perf_counter()\n"
    "value = 1\n"
    "for _ in range({steps}):\n"
    "    value = value * 6364136223846793005 + 1442695040888963407 & 0xFFFFFFFFFFFFFFFF\n"
    "print(time.perf_counter() - begun)\n"
)
BARE_STEPS: Final = 20_000_000


def bare_speed_up(steps: int = BARE_STEPS) -> float:
    """Return how much two bare loops at a time do in the time of one; 2 is all there could be."""

    def timed(count: int) -> float:
        command = [sys.executable, "-c", BARE.format(steps=steps)]
        loops = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
        return statistics.mean(float(loop.communicate()[0]) for loop in loops)

    return CORES * timed(1) / timed(CORES)


def plain(folder: Path, target: Path) -> None:
    """Read, rate and write every file in one loop, on one thread."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from securecall import rate_batches, rated_schema

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    tariff = tariff_of(folder)
    target.mkdir()
    for path in sorted(calls_in(folder).iterdir()):
        file = pq.ParquetFile(path)
        schema = rated_schema(tariff, file.schema_arrow)
        with pq.ParquetWriter(target / path.name, schema, compression="zstd") as out:
            for batch in rate_batches(tariff, file.iter_batches(BATCH, use_threads=False)):
                out.write_batch(batch)


def tight(folder: Path, target: Path) -> None:
    """Read, rate and write every file in one loop, with the settings of parts."""
    import pyarrow as pa

    from securecall.rating.batch import Rater
    from securecall.rating.files import open_records, write_records

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    tariff = tariff_of(folder)
    target.mkdir()
    for path in sorted(calls_in(folder).iterdir()):
        records = open_records(str(path))
        rater = Rater(tariff, records.schema)
        rated = (piece for batch, _ in records.batches for piece in rater.rate(batch))
        write_records(str(target / path.name), rater.schema, rated)


def _parts(folder: Path, target: Path, workers: int, threads: bool) -> None:
    from securecall.rating.file_parts import parts_of
    from securecall.rating.part_work import RatePart
    from securecall.spread import write_parts

    parts = parts_of([str(calls_in(folder))])
    write_parts(RatePart(tariff_of(folder)), parts, target, workers=workers, threads=threads)


def one_process(folder: Path, target: Path) -> None:
    """Rate parts with one worker process: what two are compared with."""
    _parts(folder, target, 1, threads=False)


def processes(folder: Path, target: Path) -> None:
    """Rate parts with two worker processes."""
    _parts(folder, target, CORES, threads=False)


def threads(folder: Path, target: Path) -> None:
    """Rate parts with two threads."""
    _parts(folder, target, CORES, threads=True)


JOBS: Final[dict[str, Callable[[Path, Path], None]]] = {
    "plain": plain,
    "tight": tight,
    "one_process": one_process,
    "processes": processes,
    "threads": threads,
}


def measure(folder: Path, rows: int, rounds: int, steps: int = BARE_STEPS) -> list[dict[str, Any]]:
    """Run rounds over records that lie in a folder; return what each job took and was worth."""
    wanted = json.loads((folder / "sums.json").read_text())
    found = []
    for _ in range(rounds):
        before = bare_speed_up(steps)
        took: dict[str, Metered] = {}
        for name in JOBS:
            target = folder / f"by-{name}"
            took[name] = run("benchmarks.workers", "--job", name, str(folder), str(target))
            if took[name].failed:
                raise SystemExit(f"{name}: {took[name].failed}")
            sums = sums_of(target, rows)
            assert {key: getattr(sums, key) for key in wanted} == wanted, name
            shutil.rmtree(target)
        bare = statistics.mean([before, bare_speed_up(steps)])
        found.append({
            "bare_speed_up": bare,
            "jobs": {
                name: {
                    "rows_per_s": rows / one.wall_s, "wall_s": one.wall_s, "cpu_s": one.cpu_s,
                    "memory_mb": one.memory_mb,
                    "over_plain": took["plain"].wall_s / one.wall_s,
                    "over_tight": took["tight"].wall_s / one.wall_s,
                    "over_one": took["one_process"].wall_s / one.wall_s,
                }
                for name, one in took.items()
            },
        })  # fmt: skip
        print(json.dumps(found[-1]), file=sys.stderr)  # a run that is stopped has told this much
    return found


def page(rows: int, files: int, rounds: list[dict[str, Any]]) -> str:
    """Return the figures as a page."""
    lines = [
        f"# Workers beside a loop, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"{rows:,} call records in {files} files of Parquet, 10 000 prefixes, on {CORES} "
        f"processors; `python -m benchmarks.workers`, {len(rounds)} rounds. Every result had the "
        "rows, ids, sums and position-weighted sum that were made.",
        "",
        "| round | job | rows a second | CPU s | memory MB | over the plain loop "
        "| over the tight loop | over one process | two bare loops |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for number, one in enumerate(rounds, 1):
        for name, job in one["jobs"].items():
            lines.append(
                f"| {number} | {name} | {job['rows_per_s']:,.0f} | {job['cpu_s']:.1f} | "
                f"{job['memory_mb']:.0f} | {job['over_plain']:.2f} | {job['over_tight']:.2f} | "
                f"{job['over_one']:.2f} | {one['bare_speed_up']:.2f} |"
            )

    def against(over: str, name: str) -> str:
        found = [one["jobs"][name][over] / one["bare_speed_up"] for one in rounds]
        return f"{statistics.median(found):.2f}"

    lines += [
        "",
        "In the middle of the rounds, divided by what two bare loops reached in the same one:",
        "",
        "| | over the plain loop | over the tight loop | over one process |",
        "|---|---|---|---|",
    ]
    for title, name in (("two processes", "processes"), ("two threads", "threads")):
        cells = (against(over, name) for over in ("over_plain", "over_tight", "over_one"))
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lines += [
        "",
        "The tight loop writes as parts are written; the plain one with Parquet's own settings, a "
        "row group a batch. Neither makes sums, digests, or waits for the disk, as parts do.",
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure and write the page; or be one job."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--to", type=Path, help="the page; otherwise it is printed")
    parser.add_argument("--job", choices=list(JOBS), help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        JOBS[given.job](*given.paths)
        return
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "month"
        folder.mkdir()
        begun = time.perf_counter()
        make(folder, given.rows, given.files)
        print(f"made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        text = page(given.rows, given.files, measure(folder, given.rows, given.rounds))
    if given.to:
        given.to.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
