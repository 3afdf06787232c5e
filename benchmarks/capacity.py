"""Machines for a load that is not here: 10^9 records a day, 100 000 calls at a time.

    python -m benchmarks.capacity [--records 1e9] [--calls 1e5] [--page docs/scale.md]

Slopes come from `python -m benchmarks.slopes` and the newest run of everything; nothing is measured
here. Work that is independent is a product: slope times load. What queues is simulated: the day,
minute by minute, and the ledger's groups, request by request, at the peak and after a media server
is lost. The same seed gives the same page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.comparison import newest
from benchmarks.measure import ROOT
from benchmarks.report import BEGIN, END, shown

__all__ = ["Day", "Groups", "Load", "Slopes", "a_day", "draw", "groups", "page", "slopes"]

PAGE: Final = ROOT / "docs" / "scale.md"
SEED: Final = 20261126
BUSY: Final = 0.6  # of a core, that peaks and a lost machine find room
# Attempts by hour of the facility's day, made up: cells open at 6 and close at 22, the evening is
# the peak. Only its shape matters; the peak is what the load says.
HOURS: Final = (0, 0, 0, 0, 0, 0, 2, 5, 6, 7, 7, 6, 6, 7, 7, 8, 9, 10, 12, 14, 13, 9, 1, 0)
MEDIAN_S: Final = 300.0  # of a call that is answered, as in the made-up month; log-normal
SPREAD: Final = 1.0
LIMIT_S: Final = 1_200.0
REQUESTS: Final = 2.3  # of a ledger, a call: its start, its end, and a deposit in three
LINE_BITS: Final = 8 * 50 * (160 + 12 + 8 + 20 + 38)  # G.711, 20 ms: RTP, UDP, IPv4, Ethernet


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for."""

    records_day: float = 1e9
    calls: float = 1e5


@dataclass(frozen=True, slots=True)
class Slopes:
    """Microseconds of one more; `group_s`, `request_s`: a PostgreSQL group, by the clock."""

    us: dict[str, Any]
    pattern_us: float
    bytes_record: float
    group_s: float
    request_s: float
    engines_us: dict[str, float]
    told: str


@dataclass(frozen=True, slots=True)
class Day:
    """A simulated day, minute by minute."""

    begun: np.ndarray
    live: np.ndarray
    mean_s: float


@dataclass(frozen=True, slots=True)
class Groups:
    """How long requests waited for their answers, in milliseconds."""

    p50_ms: float
    p99_ms: float
    most_ms: float
    busy: float
    size: float


def slopes(results: Path = ROOT / "benchmarks" / "results") -> Slopes:
    """Read what was measured."""
    path = max(results.glob("*-slopes.json"))
    kept = json.loads(path.read_text(encoding="utf-8"))
    run = json.loads(newest().read_text(encoding="utf-8"))
    figures = {(row["bench"], row["name"]): row["value"] for row in run["figures"]}
    us = kept["us"]
    # Alone, a request is a group; in a crowd of 64 a group is shared.
    alone_s = us["postgres_alone"]["clock"] / 1e6
    crowd_s = us["postgres_crowd"]["clock"] / 1e6
    group_s = max(alone_s - crowd_s, 0.0) * 64 / 63
    about = kept["machine"]
    return Slopes(
        us,
        1 / figures["patterns", "securecall, all twelve"],
        figures["everything", "bytes in and out a record"],
        group_s,
        alone_s - group_s,
        _engines(results),
        f"{about['date']}, commit {about['commit']}, {about['processor']}, load {about['load']}",
    )


def _engines(results: Path) -> dict[str, float]:
    """Read what a record cost on each engine, all its processes, start-up included."""
    runs = sorted(results.glob("*-engines.json"))
    told = json.loads(runs[-1].read_text(encoding="utf-8")) if runs else {}
    names = {
        "plain": "a loop on one thread",
        "polars": "Polars",
        "duckdb": "DuckDB",
        "dask": "Dask",
        "ray": "Ray",
        "spark": "Spark",
    }
    return {
        words: told[name]["cpu_s"] / told[name]["rows"] * 1e6
        for name, words in names.items()
        if name in told
    }


def a_day(calls: float, generator: np.random.Generator) -> Day:
    """Simulate a day whose peak is so many live calls."""
    shape = np.interp(np.arange(1_440) / 60, np.arange(24) + 0.5, HOURS, period=24)
    drawn = np.minimum(generator.lognormal(np.log(MEDIAN_S), SPREAD, 200_000), LIMIT_S)
    # A minute's calls that are still there so many minutes later.
    left = np.array([(drawn > 60 * minute).mean() for minute in range(int(LIMIT_S // 60) + 1)])
    scale = calls / np.convolve(shape, left)[:1_440].max()
    begun = generator.poisson(shape * scale)
    return Day(begun, np.convolve(begun, left)[:1_440], float(drawn.mean()))


def groups(
    rates: Sequence[float], group_s: float, request_s: float, generator: np.random.Generator
) -> Groups:
    """Simulate one ledger, a rate a second: what waits when a group ends is the next."""
    asked = np.concatenate(
        [
            np.sort(generator.random(generator.poisson(rate))) + second
            for second, rate in enumerate(rates)
        ]
    )
    waited = np.empty(len(asked))
    clock, first, worked, made = 0.0, 0, 0.0, 0
    while first < len(asked):
        clock = max(clock, asked[first])
        after = first + int(np.searchsorted(asked[first:], clock, side="right"))
        after = min(after, first + 512)
        took = group_s + request_s * (after - first)
        clock += took
        worked += took
        waited[first:after] = clock - asked[first:after]
        first, made = after, made + 1
    p50, p99 = np.quantile(waited, (0.5, 0.99)) * 1e3
    busy = worked / max(clock, len(rates))
    return Groups(float(p50), float(p99), float(waited.max() * 1e3), busy, len(asked) / made)


def _ledgers(rate: float, known: Slopes, generator: np.random.Generator) -> int:
    """Return how many ledgers answer 99 of 100 requests of a peak within 50 ms."""
    least = max(1, int(rate * known.request_s / BUSY))
    for count in range(least, 10_000):
        if groups([rate / count] * 30, known.group_s, known.request_s, generator).p99_ms <= 50:
            return count
    raise ValueError(f"no number of ledgers answers {rate} requests a second in time")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = "|".join(["---"] + ["---:"] * (len(heads) - 1))
    return [
        f"| {' | '.join(heads)} |",
        f"|{rule}|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def page(load: Load, known: Slopes) -> str:
    """Return the figures of docs/scale.md."""
    generator = np.random.default_rng(SEED)
    us = known.us
    lines = ["", "### Slopes", "", f"`python -m benchmarks.slopes`, {known.told}.", ""]
    names = (
        ("a record rated, from Parquet to Parquet", us["file_record"]),
        ("a record looked through for all twelve patterns", known.pattern_us),
        ("a rated record posted to SQLite, 4 096 an operation", us["posted_record"]),
        ("a call begun, metered and settled, in memory", us["live_call"]),
        ("a second of a call without ears", us["silent_second"]),
        ("a second of a call with two legs and every detector", us["heard_second"]),
        (
            "a call's start and end on PostgreSQL, 64 callers: the host",
            us["postgres_crowd"]["ours"],
        ),
        ("... the server", us["postgres_crowd"]["theirs"]),
        ("a group on PostgreSQL, by the clock", known.group_s * 1e6),
        ("... and each request in it", known.request_s * 1e6),
    )
    lines += _table(("one more", "microseconds"), [(name, shown(value)) for name, value in names])

    records = load.records_day
    day = a_day(load.calls, generator)
    share = day.begun.reshape(24, 60).sum(axis=1).max() / day.begun.sum()
    lines += [
        f"### {records:,.0f} records a day",
        "",
        f"{records / 86_400:,.0f} a second on average; the busiest hour has {share:.1%} of a day.",
        "",
    ]
    work = (
        ("rating, all columns out", us["file_record"]),
        *((f"rating, seven columns out: {name}", each) for name, each in known.engines_us.items()),
        ("patterns", known.pattern_us),
        ("posting", us["posted_record"]),
    )
    lines += _table(
        ("", "core hours a day", "cores, spread over the day", "cores, as they come, busiest hour"),
        [
            (
                name,
                shown(each * records / 3.6e9),
                shown(each * records / 86_400e6 / BUSY),
                shown(each * records * share / 3_600e6 / BUSY),
            )
            for name, each in work
        ],
    )
    posting_s = us["posted_record"] * records / 1e6
    lines += [
        f"In and out of rating, as Arrow: {known.bytes_record * records / 1e9:,.0f} GB a day, "
        f"{known.bytes_record * records / 86_400e6:,.1f} MB/s. One SQLite ledger posts "
        f"{1e6 / us['posted_record']:,.0f} records a second and no more, since it has one writer: "
        f"{posting_s / 86_400:.2f} ledgers a day's length, or {max(1, round(posting_s / 3_600))} "
        "for a day in an hour.",
        "",
        f"### {load.calls:,.0f} calls at a time",
        "",
        f"A simulated day with that peak: {day.begun.sum():,.0f} calls of {day.mean_s:.0f} s each, "
        f"{day.begun.max() / 60:,.0f} begin in a second of the busiest minute.",
        "",
    ]
    begun_s = float(day.begun.max()) / 60
    live = (
        ("ears, two legs and every detector", us["heard_second"] * load.calls / 1e6),
        ("calls held: cutoffs, warnings, timers", us["silent_second"] * load.calls / 1e6),
        ("calls begun and settled", us["live_call"] * begun_s / 1e6),
        ("PostgreSQL: the hosts", us["postgres_crowd"]["ours"] * begun_s / 1e6),
        ("PostgreSQL: the servers", us["postgres_crowd"]["theirs"] * begun_s / 1e6),
    )
    lines += _table(
        ("", "cores, all busy", f"cores at {BUSY:.0%}"),
        [(name, shown(cores), shown(cores / BUSY)) for name, cores in live],
    )
    most = 1 / (known.request_s + known.group_s / 512)
    lines += [
        f"Memory of calls and monitors: {12.5 * load.calls / 1e6:,.2f} GB ([measured]"
        "(calls.md#how-many-calls-one-core-holds): 12.5 KB a call with two legs). Sound: "
        f"{2 * LINE_BITS * load.calls / 1e9:,.1f} Gbit/s into the hosts (G.711, 20 ms, Ethernet).",
        "",
        "### The ledger's groups",
        "",
        f"{REQUESTS * begun_s:,.0f} requests a second at the peak. What waits while a group is "
        "written goes in the next one, so a busier ledger is a cheaper one, until groups are full. "
        f"The most that one ledger answers is {most:,.0f} a second, the peak of "
        f"{load.calls * most / (REQUESTS * begun_s):,.0f} live calls:",
        "",
    ]
    rate = REQUESTS * begun_s
    wanted = _ledgers(rate, known, generator)
    rows = []
    for count in sorted({1, max(1, wanted // 2), wanted, wanted * 2}):
        # A host with a tenth of the calls is lost; its people redial within half a minute.
        surge = rate / count + load.calls / 10 * REQUESTS / 30 / count
        calm = groups([rate / count] * 60, known.group_s, known.request_s, generator)
        lost = groups(
            [rate / count] * 10 + [surge] * 30 + [rate / count] * 20,
            known.group_s, known.request_s, generator,
        )  # fmt: skip
        rows.append(
            (
                f"{count:,}", f"{calm.busy:.0%}", f"{calm.size:.1f}", f"{calm.p50_ms:,.1f}",
                f"{calm.p99_ms:,.1f}", f"{lost.p99_ms:,.1f}", f"{lost.most_ms:,.0f}",
            )
        )  # fmt: skip
    lines += _table(
        (
            "ledgers",
            "busy",
            "requests a group",
            "p50 ms",
            "p99 ms",
            "p99 ms, a host lost",
            "longest",
        ),
        rows,
    )
    return "\n".join(lines) + "\n"


def draw(load: Load, known: Slopes, path: Path) -> None:
    """Draw the day, and the wait at a ledger by how much is asked of it."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    generator = np.random.default_rng(SEED)
    day = a_day(load.calls, generator)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    hours = np.arange(1_440) / 60
    left.plot(hours, day.live / 1e3, color="#3f51b5")
    left.set(xlabel="hour", ylabel="thousand live calls", xlim=(0, 24), title="A simulated day")
    turned = left.twinx()
    turned.plot(hours, day.begun / 60, color="#ef6c00", linewidth=0.7)
    turned.set_ylabel("calls begun a second")
    most = 1 / (known.request_s + known.group_s / 512)
    rates = [most * share for share in np.linspace(0.02, 0.98, 25)]
    waits = [groups([rate] * 15, known.group_s, known.request_s, generator) for rate in rates]
    right.plot(rates, [each.p50_ms for each in waits], label="half of the requests")
    right.plot(rates, [each.p99_ms for each in waits], label="99 of 100")
    right.set(xlabel="requests a second on one ledger", ylabel="ms", title="Wait for an answer")
    right.set_yscale("log")
    right.legend()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Work it out; write the page and the picture, or print."""
    parser = argparse.ArgumentParser(
        prog="capacity", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--records", type=float, default=1e9, help="records a day")
    parser.add_argument("--calls", type=float, default=1e5, help="live calls at the peak")
    parser.add_argument("--page", type=Path, help="write the figures between the page's two marks")
    given = parser.parse_args(arguments)
    load, known = Load(given.records, given.calls), slopes()
    told = page(load, known)
    if given.page is None:
        print(told)
        return 0
    text = given.page.read_text(encoding="utf-8")
    first = text.index("\n", text.index(BEGIN)) + 1
    given.page.write_text(text[:first] + told + text[text.index(END) :], encoding="utf-8")
    draw(load, known, given.page.with_suffix(".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
