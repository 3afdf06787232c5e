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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from month.generate import write_month
from month.repeats import repeated_ids
from month.switches import Captured, rate_captured
from rich.console import Console
from rich.table import Table

from securecall.cli.console import progress
from securecall.rating.batch import Rater
from securecall.rating.files import open_records, write_records
from securecall.rating.report import write_report
from securecall.rating.summarizer import Summarizer, rate_and_sum
from securecall.rating.summary import Summary
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

    def __str__(self) -> str:
        def a_second(seconds: float) -> str:
            return f"{self.rows / max(seconds, 1e-9):,.0f}"

        return (
            f"{a_second(self.seconds)} records a second from file to file, "
            f"{a_second(self.cpu_seconds)} a second of processor time; "
            f"{a_second(self.engine_seconds)} by rating alone"
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


def show_month(console: Console, summary: Summary) -> None:
    table = Table(title=f"{summary.rows:,} call records, rated", title_justify="left")
    for heading in ("facility", "jurisdiction"):
        table.add_column(heading)
    for heading in ("calls", "charged", "of it tax", "saved by ceilings", "paid by state"):
        table.add_column(heading, justify="right")
    before = ""
    for place in summary.by_place:
        amounts = (place.total, place.tax, place.saved, place.state_paid)
        if before not in ("", place.facility):
            table.add_section()
        table.add_row(
            place.facility if place.facility != before else "",
            place.jurisdiction,
            f"{place.calls:,}",
            *(f"${amount:,.2f}" for amount in amounts),
        )
        before = place.facility
    table.add_section()
    table.add_row(
        "all",
        "",
        f"{summary.calls:,}",
        *(
            f"${amount:,.2f}"
            for amount in (summary.total, summary.tax, summary.saved, summary.state_paid)
        ),
        style="bold",
    )
    console.print(table)


def show_rules_and_rejects(console: Console, summary: Summary) -> None:
    rules = Table(title="what lowered prices", title_justify="left")
    for heading in ("rule", "calls", "lowered", "saved"):
        rules.add_column(heading, justify="left" if heading == "rule" else "right")
    for one in summary.by_ceiling:
        rules.add_row(
            one.source or "none found", f"{one.calls:,}", f"{one.bitten:,}", f"${one.saved:,.2f}"
        )
    console.print(rules)
    rejects = Table(title="rows", title_justify="left")
    for heading in ("status", "rows"):
        rejects.add_column(heading, justify="left" if heading == "status" else "right")
    for status, count in summary.statuses.items():
        word = f"{status} (rejected)" if status in REJECTED else status
        rejects.add_row(word, f"{count:,}")
    console.print(rejects)


def show_captured(console: Console, captured: list[Captured]) -> None:
    table = Table(title="records that real switches wrote", title_justify="left")
    for heading in ("switch", "calls", "other legs", "ok", "unanswered", "rejected", "charged"):
        table.add_column(heading, justify="left" if heading == "switch" else "right")
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
    # Where nobody looks at a terminal (a file, a log), lines are as long as the tables want.
    console = Console(width=None if sys.stdout.isatty() else 118, highlight=False)

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
    console.print(f"repeated: {facts['repeated']}")
    console.print(
        f"rated:    {rows:,} records in {took.seconds:.2f} s, {took.cpu_seconds:.2f} s of "
        f"processor time, {took.engine_seconds:.2f} s of it rating alone"
    )
    console.print(f"speed:    {took}")
    console.print(
        f"also:     tariff loaded in {loaded:.2f} s, records made up in {made:.1f} s, at most "
        f"{megabytes:,.0f} MB of memory until they were rated"
    )
    console.print(f"wrote:    {calls}, {rated}, {figures}")
    console.print(f"look at:  {page}")


if __name__ == "__main__":
    main()
