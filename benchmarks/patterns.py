"""How fast patterns of call records are found, beside DuckDB and Polars, and in how much memory.

Three patterns are written for both peers as one writes them there, windows over partitions; each
must name the same people as ours. All contestants run in one process with one thread. The stream is
a process of its own: a million records a day, the same people, and numbers that never end.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measure import ask, least_seconds, say, spawn
from benchmarks.row import Row

__all__ = ["patterns", "patterns_stream"]

BATCH: Final = 1 << 17
PEOPLE: Final = 250_000
A_DAY: Final = 1_000_000
DAY_MS: Final = 86_400_000
BEGIN_MS: Final = 1_772_323_200_000  # 2026-03-01 UTC
OUTCOMES: Final = np.array(["answered"] * 14 + ["unanswered"] * 4 + ["busy", "invalid_pin"])
THREE: Final = ("velocity", "shared_pin", "chain")

# What each names: people. The limits are the defaults of securecall.fraud.patterns.
DUCKDB: Final = {
    "velocity": """
        select distinct person from (
            select person, start_ms - lag(start_ms, 11) over w as span from calls
            where outcome = 'answered' and duration_ms > 0
            window w as (partition by person order by start_ms, nth))
        where span < 3600000""",
    "shared_pin": """
        select distinct person from (
            select person, facility, lag(facility) over w as before,
                start_ms - lag(start_ms) over w as gap
            from calls where outcome <> 'invalid_pin'
            window w as (partition by person order by start_ms, nth))
        where facility <> before and gap < 7200000""",
    "chain": """
        select distinct person from (
            select person, count(*) as links from (
                select person, sum(begins) over (
                    partition by person order by start_ms, nth rows unbounded preceding) as island
                from (
                    select person, start_ms, nth, case when
                        start_ms - lag(start_ms + duration_ms) over w between 0 and 10000
                        and number <> lag(number) over w then 0 else 1 end as begins
                    from calls where duration_ms >= 10000 and outcome <> 'invalid_pin'
                    window w as (partition by person order by start_ms, nth)))
            group by person, island)
        where links >= 4""",
}


def calls(rows: int, first: int, rng: Any) -> pa.RecordBatch:
    """Return records of a stream, from its so-manieth on; a third of the numbers are new ones."""
    at = first + np.arange(rows)
    person = rng.integers(0, PEOPLE, rows)
    slot = rng.integers(0, 3, rows)
    # Every 50 000th row begins twelve calls by one person, which chains and haste are made of.
    run = at % 50_000 < 12
    person[run] = (at[run] // 50_000) % PEOPLE
    number = np.where(slot < 2, person * 4 + slot, 4 * PEOPLE + at)
    number[run] = 4 * PEOPLE + at[run]
    lasts = np.where(run, 11_000, np.minimum(rng.lognormal(11.5, 1.1, rows), 900_000))
    outcome = rng.integers(0, len(OUTCOMES), rows)
    outcome[run] = 0
    lasts[(outcome > 13)] = 0
    # So that a run's next call begins seconds behind the last, its rows lie 13 s apart.
    start = BEGIN_MS + at * DAY_MS // A_DAY
    start[run] = BEGIN_MS + (at[run] // 50_000 * 50_000) * DAY_MS // A_DAY
    start[run] += at[run] % 50_000 * 13_000
    moved = rng.random(rows) < 0.0005
    facility = np.where(moved, rng.integers(0, 500, rows), person % 500)
    text = pa.string()

    def words(before: str, values: Any) -> pa.Array:
        return pc.binary_join_element_wise(pa.scalar(before), pa.array(values).cast(text), "")

    return pa.record_batch(
        {
            "call_id": words("c", at),
            "facility": words("jail-", facility),
            "number": words("+1", 2_000_000_000 + number % 7_999_999_999),
            "start": pa.array(start, pa.timestamp("ms", "UTC")),
            "duration_ms": pa.array(lasts.astype(np.int64)),
            "person": words("p", person),
            "outcome": pa.array(OUTCOMES[outcome]),
        }
    )


def _polars(frame: Any) -> dict[str, Callable[[], set[str]]]:
    import polars as pl

    lazy = frame.lazy()
    by_time = ["start_ms", "nth"]

    def people(query: Any) -> set[str]:
        return set(query.select("person").unique().collect()["person"].to_list())

    def velocity() -> set[str]:
        mine = lazy.filter((pl.col("outcome") == "answered") & (pl.col("duration_ms") > 0))
        span = pl.col("start_ms") - pl.col("start_ms").shift(11).over("person")
        return people(mine.sort("person", *by_time).filter(span < 3_600_000))

    def shared_pin() -> set[str]:
        mine = lazy.filter(pl.col("outcome") != "invalid_pin").sort("person", *by_time)
        before = pl.col("facility").shift(1).over("person")
        gap = pl.col("start_ms") - pl.col("start_ms").shift(1).over("person")
        return people(mine.filter((pl.col("facility") != before) & (gap < 7_200_000)))

    def chain() -> set[str]:
        mine = lazy.filter(
            (pl.col("duration_ms") >= 10_000) & (pl.col("outcome") != "invalid_pin")
        ).sort("person", *by_time)
        end = (pl.col("start_ms") + pl.col("duration_ms")).shift(1).over("person")
        gap = pl.col("start_ms") - end
        goes_on = gap.is_between(0, 10_000) & (
            pl.col("number") != pl.col("number").shift(1).over("person")
        )
        island = (~goes_on.fill_null(value=False)).cum_sum().over("person").alias("island")
        links = mine.with_columns(island).group_by("person", "island").len()
        return people(links.filter(pl.col("len") >= 4))

    return {"velocity": velocity, "shared_pin": shared_pin, "chain": chain}


def _duckdb(table: pa.Table) -> dict[str, Callable[[], set[str]]]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", table)
    connection.execute("create table calls as select * from given")  # in its own form, beforehand
    return {
        name: lambda query=query: {row[0] for row in connection.execute(query).fetchall()}
        for name, query in DUCKDB.items()
    }


def _compare(rows: int, rounds: int) -> dict[str, Any]:
    """Return processor seconds of each contestant."""
    from securecall.fraud.patterns import scan

    rng = np.random.default_rng(20260501)
    batches = [calls(min(BATCH, rows - first), first, rng) for first in range(0, rows, BATCH)]
    table = pa.Table.from_batches(batches).combine_chunks()
    order = pa.array(np.argsort(table["start"].cast(pa.int64()).to_numpy(), kind="stable"))
    table = table.take(order).combine_chunks()
    scan(table.slice(0, 1000))  # compiled, or read from where numba keeps it
    peers = table.append_column("start_ms", table["start"].cast(pa.int64())).append_column(
        "nth", pa.array(np.arange(rows))
    )
    import polars as pl

    contestants = {"DuckDB": _duckdb(peers), "Polars": _polars(pl.from_arrow(peers))}
    spent: dict[str, Any] = {}
    named: dict[str, dict[str, set[str]]] = {}
    for name in THREE:
        found = scan(table, only=[name]).findings
        named[name] = {"securecall": {one.subject for one in found}}
        for peer, queries in contestants.items():
            named[name][peer] = queries[name]()
            spent[f"{peer}, {name}"] = least_seconds(queries[name], rounds)
        first, *others = named[name].values()
        assert first, f"{name}: nobody is found"
        assert all(other == first for other in others), f"{name}: others are named"
        spent[f"securecall, {name}"] = least_seconds(lambda name=name: scan(table, only=[name]),
                                                     rounds)  # fmt: skip
    spent["securecall, three"] = least_seconds(lambda: scan(table, only=THREE), rounds)
    spent["securecall, all"] = least_seconds(lambda: scan(table), rounds)
    return spent


def patterns(rows: int, rounds: int) -> list[Row]:
    """Measure records a second of three patterns beside two peers, and of all twelve."""
    process = spawn("benchmarks.patterns")
    spent = ask(process, ["compare", rows, rounds])
    process.communicate()
    title = "patterns"
    found = []
    for name in THREE:
        for who in ("securecall", "DuckDB", "Polars"):
            rate = rows / spent[f"{who}, {name}"] / 1e6
            found.append(Row(title, f"{who}, {name}", rate, "M records/s"))
    found.append(
        Row(title, "securecall, these three in one pass", rows / spent["securecall, three"] / 1e6,
            "M records/s")
    )  # fmt: skip
    sums = {peer: sum(spent[f"{peer}, {name}"] for name in THREE) for peer in ("DuckDB", "Polars")}
    best = min(sums, key=sums.__getitem__)
    found.append(
        Row(title, "three in one pass over the best peer's three", sums[best] /
            spent["securecall, three"], "x", note=f"{best}, one query a pattern")
    )  # fmt: skip
    found.append(
        Row(title, "securecall, all twelve", rows / spent["securecall, all"] / 1e6, "M records/s")
    )
    return found


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _stream(rows: int) -> dict[str, float]:
    """Return seconds of the scan alone, megabytes it added, and what it remembered."""
    from securecall.fraud.patterns import Scanner

    rng = np.random.default_rng(20260501)
    warm = Scanner()
    warm.feed(calls(BATCH, 0, rng))
    warm.finish()
    before = _peak_mb()
    scanner = Scanner()
    spent, found = 0.0, 0

    def made() -> Iterator[pa.RecordBatch]:
        for first in range(0, rows, BATCH):
            yield calls(min(BATCH, rows - first), first, rng)

    for batch in made():
        began = process_time()
        found += len(scanner.feed(batch))
        spent += process_time() - began
    held = scanner.bytes_held
    began = process_time()
    found += len(scanner.finish())
    spent += process_time() - began
    assert scanner.rows == rows
    return {
        "seconds": spent, "mb": _peak_mb() - before, "held_mb": held / 1e6, "found": found,
        "bad": sum(scanner.bad.values()),
    }  # fmt: skip


def patterns_stream(sizes: tuple[int, ...]) -> list[Row]:
    """Measure memory and speed of streams, all twelve patterns at once."""
    rows = []
    for size in sizes:
        say(f"  {size:,} records")
        process = spawn("benchmarks.patterns")
        told = ask(process, ["stream", size])
        process.communicate()
        title = f"{size:,} records"
        note = f"{told['found']:,.0f} findings, {told['bad']:,.0f} late"
        rows += [
            Row("patterns-stream", f"speed, {title}", size / told["seconds"] / 1e6,
                "M records/s", note=note),
            Row("patterns-stream", f"memory added by {title}", told["mb"], "MB"),
            Row("patterns-stream", f"... of it tables of subjects, {title}", told["held_mb"],
                "MB"),
        ]  # fmt: skip
    return rows


if __name__ == "__main__":
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        answer = _compare(*arguments) if what == "compare" else _stream(*arguments)
        print(json.dumps(answer), flush=True)
