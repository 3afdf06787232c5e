"""Rate a month of call records: two million, from Parquet to Parquet, with a page to look at.

Run it from the project's folder with ``make run``, or:

    python examples/month.py [--rows N] [--seed N] [--month YYYY-MM] [--out FOLDER]

The records are made up (``month/generate.py``), the rules are not. What it does and how to read
what it shows: ``docs/month.md``.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from month.generate import write_month
from month.repeats import repeated_ids
from month.switches import Captured, rate_captured
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from securecall.cli.console import progress
from securecall.rating.batch import Rater
from securecall.rating.files import open_records, write_records
from securecall.rating.report import write_report
from securecall.rating.summarizer import Summarizer, rate_and_sum
from securecall.rating.summary import PlaceSum, Summary
from securecall.rating.tariff import Tariff
from securecall.rating.words import REJECTED

HERE = Path(__file__).parent


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rate a made-up month of call records.")
    parser.add_argument("--rows", type=int, default=2_000_000, help="calls to make up")
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument(
        "--month",
        type=lambda text: date.fromisoformat(f"{text}-01"),
        default=date(2026, 5, 1),
        metavar="YYYY-MM",
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what it writes")
    return parser.parse_args()


class Stopwatch(Rater):
    """A rater that knows how much processor time rating itself took, without files and sums."""

    cpu_seconds = 0.0

    def rate(
        self, batch: pa.RecordBatch, rating: pa.RecordBatch | None = None
    ) -> Iterator[pa.RecordBatch]:
        pieces = super().rate(batch, rating)
        while True:
            begun = time.process_time()
            piece = next(pieces, None)
            self.cpu_seconds += time.process_time() - begun
            if piece is None:
                return
            yield piece


@dataclass(frozen=True, slots=True)
class Took:
    """What rating a file took: seconds, those of a processor, and those of the engine."""

    rows: int
    seconds: float
    cpu_seconds: float
    engine_seconds: float

    def a_second(self, seconds: float) -> str:
        return f"{self.rows / max(seconds, 1e-9):,.0f}"

    def __str__(self) -> str:
        return (
            f"{self.a_second(self.seconds)} records a second from file to file, "
            f"{self.a_second(self.cpu_seconds)} a second of processor time; "
            f"{self.a_second(self.engine_seconds)} by rating alone"
        )


def rate_file(source: Path, target: Path, tariff: Tariff) -> tuple[Summary, Took]:
    """Rate a file to a file, streaming; return the sums and what it took."""
    begun, worked = time.perf_counter(), time.process_time()
    records = open_records(str(source))
    rater = Stopwatch(tariff, records.schema, rating_schema=records.rating_schema)
    sums = Summarizer(tariff)
    with progress("rating   ", True, records.rows) as told:
        write_records(str(target), rater.schema, rate_and_sum(rater, records, sums, told))
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - worked
    summary = sums.summary()
    return summary, Took(summary.rows, seconds, cpu_seconds, rater.cpu_seconds)


def table_of(title: str, words: Sequence[str], figures: Sequence[str]) -> Table:
    """Return an empty table that fits a terminal of 80 columns."""
    table = Table(
        title="\n" + title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0),
        show_edge=False, pad_edge=False,
    )  # fmt: skip
    for heading in words:
        table.add_column(heading, overflow="fold")
    for heading in figures:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def show_month(console: Console, summary: Summary) -> None:
    table = table_of(
        f"{summary.rows:,} call records, rated",
        ["facility"],
        ["calls", "charged", "of it tax", "saved by\nceilings", "paid by\nthe state"],
    )

    def add(name: str, places: Sequence[PlaceSum], style: str | None = None) -> None:
        sums = (
            sum((getattr(place, amount) for place in places), Decimal(0))
            for amount in ("total", "tax", "saved", "state_paid")
        )
        calls = sum(place.calls for place in places)
        table.add_row(name, f"{calls:,}", *(f"${amount:,.2f}" for amount in sums), style=style)

    for facility, places in groupby(summary.by_place, lambda place: place.facility):
        kept = list(places)
        add(facility, kept, "bold")
        for place in kept:
            add(f"  {place.jurisdiction}", [place])
    add("all", summary.by_place, "bold")
    console.print(table)


def show_rules_and_rejects(console: Console, summary: Summary) -> None:
    rules = table_of("what lowered prices", ["rule"], ["calls", "lowered", "saved"])
    for one in summary.by_ceiling:
        rules.add_row(
            one.source or "none found", f"{one.calls:,}", f"{one.bitten:,}", f"${one.saved:,.2f}"
        )
    console.print(rules)
    rejects = table_of("rows", ["status"], ["rows"])
    for status, count in summary.statuses.items():
        word = f"{status} (rejected)" if status in REJECTED else status
        rejects.add_row(word, f"{count:,}")
    console.print(rejects)


def show_captured(console: Console, captured: list[Captured]) -> None:
    table = table_of(
        "records that real switches wrote",
        ["switch"],
        ["calls", "other\nlegs", "ok", "not\nanswered", "rejected", "charged"],
    )
    for one in captured:
        summary = one.summary
        table.add_row(
            one.switch,
            str(summary.rows),
            str(one.found.other_legs.num_rows),
            str(summary.statuses.get("ok", 0)),
            str(summary.statuses.get("unanswered", 0)),
            ", ".join(f"{n} {word}" for word, n in summary.statuses.items() if word in REJECTED)
            or "0",
            f"${summary.total}",
        )
    console.print(table)


def main() -> None:
    asked = options()
    out: Path = asked.out
    out.mkdir(parents=True, exist_ok=True)
    name = f"{asked.month:%Y-%m}"
    calls, rated = out / f"calls-{name}.parquet", out / f"rated-{name}.parquet"
    # Where nobody looks at a terminal (a file, a log), lines are as long as they want to be.
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())

    begun = time.perf_counter()
    tariff = Tariff.load(HERE / "month" / "tariff.toml")
    loaded = time.perf_counter() - begun
    with progress("making up", True, asked.rows) as told:
        rows = write_month(
            calls, tariff, rows=asked.rows, seed=asked.seed, month=asked.month, progress=told
        )
    made = time.perf_counter() - begun - loaded
    summary, took = rate_file(calls, rated, tariff)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ids, rows_of_ids = repeated_ids(calls)
    captured = rate_captured()

    facts = {
        "speed": str(took),
        "repeated": f"{ids:,} call ids occur more than once, on {rows_of_ids:,} rows; every row "
        "is rated, none is dropped",
    }
    for one in captured:
        counts = ", ".join(f"{count} {status}" for status, count in one.summary.statuses.items())
        facts[one.switch] = f"{counts}; charged ${one.summary.total}"
    page = out / f"report-{name}.html"
    write_report(
        page, summary, tariff, source=calls.name, facts=facts,
        title=f"Calls of {asked.month:%B %Y}, rated",
    )  # fmt: skip
    figures = out / f"summary-{name}.json"
    figures.write_text(json.dumps(summary.to_dict(), default=str, indent=2) + "\n")

    show_month(console, summary)
    show_rules_and_rejects(console, summary)
    show_captured(console, captured)
    console.print(
        f"\nrepeated  {ids:,} call ids occur more than once, on {rows_of_ids:,} rows;\n"
        "          every row is rated, none is dropped\n"
        f"rated     {rows:,} records in {took.seconds:.2f} s, "
        f"{took.cpu_seconds:.2f} s of processor time\n"
        f"speed     {took.a_second(took.seconds)} records a second, file to file\n"
        f"          {took.a_second(took.cpu_seconds)} a second of processor time, "
        f"{took.a_second(took.engine_seconds)} by rating alone\n"
        f"also      tariff loaded in {loaded:.2f} s, records made up in {made:.1f} s\n"
        f"          at most {megabytes:,.0f} MB of memory until they were rated\n"
        f"wrote     {calls}\n          {rated}\n          {figures}\nlook at   {page}"
    )


if __name__ == "__main__":
    main()
