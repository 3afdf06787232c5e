"""The dated page of what was measured, from what is kept of the day."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any, Final

from benchmarks.engines.job import ENGINES
from benchmarks.engines.kills import WORKERS
from benchmarks.engines.overhead import ASKED

__all__ = ["page"]

WORDS: Final = {
    "plain": "pyarrow loop, one thread of ours",
    "polars": "Polars, streaming into one file",
    "duckdb": "DuckDB, rating as a function",
    "dask": "Dask, two worker processes",
    "ray": "Ray Data, two processors",
    "spark": "Spark `local[2,4]`",
    "spark_cluster": "Spark `local-cluster[2,1,2048]`",
}
_IN: Final = "identity in"
PYTHONS: Final = {"spark": "Python worker", "spark_cluster": "executor (JVM)", "ray": "worker",
                  "dask": "worker"}  # fmt: skip


def page(known: dict[str, Any]) -> str:
    """Return the page."""
    about = known["about"]
    lines = [
        f"# Engines, {about['date'][:10]}",
        "",
        "Written by `python -m benchmarks.engines`; how to read it: "
        "[docs/engines.md](../../docs/engines.md#measured).",
        "",
        *(f"- {name}: {value}" for name, value in about.items() if name not in ("load", "date")),
        "",
        *_engines(known),
        *_kills(known),
        *_overhead(known.get("spark-overhead")),
        *_apart(known),
    ]
    return "\n".join(lines) + "\n"


def _exact(found: dict[str, Any]) -> str:
    wrong = [name for name, same in found["exact"].items() if not same]
    return "**differs: " + ", ".join(wrong) + "**" if wrong else "exact"


def _engines(known: dict[str, Any]) -> Iterator[str]:
    there = [name for name in ENGINES if name in known]
    if not there:
        return
    yield "## Every record through every engine"
    yield ""
    yield ("Two cores. Seconds are from the start of the process to its end; *start-up* of them is "
           "the engine's. Memory is the most of all its processes together (PSS).")  # fmt: skip
    yield ""
    yield ("| | records | s | start-up s | M records/s | without start-up | CPU s a M records "
           "| MB | rows, ids, sum, weighted sum | load before |")  # fmt: skip
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---|---:|"
    for name in there:
        one = known[name]
        millions = one["rows"] / 1e6
        yield (
            f"| {WORDS[name]} | {one['rows']:,} | {one['wall_s']:.1f} | {one['start_s']:.1f} | "
            f"{millions / one['wall_s']:.2f} | {millions / one['work_s']:.2f} | "
            f"{one['cpu_s'] / millions:.2f} | {one['memory_mb']:,.0f} | {_exact(one)} | "
            f"{one['load']} |"
        )
    yield ""


def _kills(known: dict[str, Any]) -> Iterator[str]:
    there = [name for name in WORKERS if f"kill-{name}" in known]
    if not there:
        return
    yield "## Workers killed in the middle of it"
    yield ""
    yield "By SIGKILL to the process id, in the middle of a task, a second or more between two."
    yield ""
    yield "| | records | killed | s | rows, ids, sum, weighted sum |"
    yield "|---|---:|---|---:|---|"
    for name in there:
        one = known[f"kill-{name}"]
        failed = one.get("failed_tasks")
        told = "" if failed is None else f"; Spark counts {failed} failed tasks"
        yield (
            f"| {WORDS[name]} | {one['rows']:,} | {len(one['killed'])} x {PYTHONS[name]}{told} | "
            f"{one['wall_s']:.1f} | {_exact(one)} |"
        )
    yield ""


def _overhead(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    forms = {name: one["cpu_s"] / (found["rows"] / 1e6) for name, one in found["forms"].items()}
    base = forms[_IN]
    yield "## What rating adds to Spark's `mapInArrow`"
    yield ""
    yield (f"{found['rows']:,} records, written nowhere (`noop`); processor seconds of the JVM and "
           "its Python workers a million records, the least of the rounds. Five columns come in. "
           f"Spark's own identity of them takes {base:.3f}; of the 16 that can go out, in and out, "
           f"{forms['identity out']:.3f}. *Carried* is the adapter without rating: columns made "
           "beforehand, the same for every batch. In brackets is the median of what each round "
           "says by itself; the bound is kept only if both say so.")  # fmt: skip
    yield ""
    yield ("| what goes out | carried | rated | rating without Spark | carrying adds to the "
           "identity | rating adds to carried | **the adapter adds to the identity** "
           "| less than 8 % |")  # fmt: skip
    yield "|---|---:|---:|---:|---:|---:|---:|---|"
    for asked, columns in ASKED.items():
        names = "all 16 columns" if columns is None else f"{len(columns)}: {', '.join(columns)}"
        carried, rated = forms[f"carried {asked}"], forms[f"rated {asked}"]
        more = rated / base - 1
        each = zip(*(found["forms"][name]["cpu_s_all"] for name in (f"rated {asked}", _IN)),
                   strict=True)  # fmt: skip
        middle = statistics.median(one / other for one, other in each) - 1
        yield (
            f"| {names} | {carried:.3f} | {rated:.3f} | {forms[f'alone {asked}']:.3f} | "
            f"{100 * (carried / base - 1):+.1f} % | {100 * (rated / carried - 1):+.1f} % | "
            f"{100 * more:+.1f} % ({100 * middle:+.1f}) | "
            f"{'yes' if max(more, middle) < 0.08 else '**no**'} |"
        )
    yield ""


def _apart(known: dict[str, Any]) -> Iterator[str]:
    there = [name for name in ("spark", "ray", "dask") if f"apart-{name}" in known]
    if not there:
        return
    yield "## Patterns and the bench in jobs"
    yield ""
    yield "Two jobs of six patterns each, and jobs of eight calls; seconds with the engine's start."
    yield ""
    yield "| | what | alone s | on the engine s | the same |"
    yield "|---|---|---:|---:|---|"
    for name in there:
        for kind, of in (("patterns", "{records:,} records, {findings:,} findings"),
                         ("bench", "{calls} calls, {heard:,} reports")):  # fmt: skip
            one = known[f"apart-{name}"][kind]
            yield (
                f"| {WORDS[name]} | {of.format(**one)} | {one['alone_s']:.1f} | "
                f"{one['engine_s']:.1f} | {'yes' if one['same'] else '**no**'} |"
            )
    yield ""
