"""``securecall rate``: a file of call records in, the same file with what they cost out."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.table import Table

from securecall.cli.console import (
    EXIT_REJECTED,
    OVERRIDES,
    TARIFF,
    as_json,
    complain,
    load_tariff,
    people,
    progress,
)
from securecall.rating.batch import Rater
from securecall.rating.file_parts import PART_ROWS, parts_of
from securecall.rating.part_work import RatePart, summary_of
from securecall.rating.words import REJECTED
from securecall.spread import Part, write_parts

if TYPE_CHECKING:
    from securecall.rating.csv_records import Records
    from securecall.rating.summarizer import Summarizer
    from securecall.rating.tariff import Tariff

NAME: Final = "rate"


def _read(source: str, given: str | None, options: dict[str, Any]) -> Records:
    from securecall.rating.files import open_records

    layout = options.pop("layout")
    if layout is None:
        used = [name for name, value in options.items() if value is not None]
        if used:
            raise typer.BadParameter(f"--{used[0].replace('_', '-')} goes with --layout")
        return open_records(source, given)
    from securecall.rating.csv_records import Records
    from securecall.rating.layouts import layout_named
    from securecall.rating.records import declared, read

    said: dict[str, Any] = {
        name: declared(value) if name in ("facility", "bill_type", "account") else value
        for name, value in options.items()
        if value is not None
    }
    imported = read(source, layout_named(layout), **said)
    for note in imported.notes:
        complain(str(note))
    if imported.other_legs.num_rows:
        complain(f"{imported.other_legs.num_rows} other legs of calls were set aside")
    schema = imported.calls.schema
    batches = ((batch, batch) for batch in imported.calls.to_batches())
    return Records(schema, batches, schema, imported.calls.num_rows)


def run(
    *,
    sources: list[str] = typer.Argument(
        ..., metavar="IN...", help="Parquet, CSV or Arrow IPC; - is stdin. Or a folder of such."
    ),
    tariff: str = TARIFF,
    output: str = typer.Option(
        ..., "--output", "-o", help="Where to write; - is stdout. Of parts, a folder."
    ),
    workers: int | None = typer.Option(
        None, help="Rate parts with so many processes; 0 is one a processor."
    ),
    threads: bool = typer.Option(False, "--threads", help="Threads instead of processes."),
    part_rows: int = typer.Option(PART_ROWS, help="Cut files into parts of about so many rows."),
    explain: bool = typer.Option(False, help="Add what makes up each total; slower."),
    replace: bool = typer.Option(False, help="Replace columns called like rated ones."),
    format: str | None = typer.Option(None, help="Format of IN: parquet, csv or arrow."),
    output_format: str | None = typer.Option(None, help="Format of the output."),
    layout: str | None = typer.Option(
        None, help="Read another switch's records: asterisk_master, freeswitch_json, ..."
    ),
    facility: str | None = typer.Option(
        None, help="With --layout: a facility, @field, or @field~pattern."
    ),
    bill_type: str | None = typer.Option(None, help="With --layout: likewise the bill type."),
    account: str | None = typer.Option(None, help="With --layout: likewise the account."),
    timezone: str | None = typer.Option(None, help="With --layout: zone of local times."),
    dial_plan: str | None = typer.Option(None, help="With --layout: nanp (default) or e164."),
    report: Path | None = typer.Option(None, help="Also write a page (HTML) with pictures."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="The summary as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress and no summary."),
) -> None:
    """Rate a file of call records, or many in parts.

    Every row of IN is in the output, in order, with a status; a row that cannot be rated has no
    amounts. Exit code 3 says that there are such rows. A folder, several files or --workers are
    rated in parts; run the same again after any kill, and it goes on.
    """
    options = {
        "layout": layout,
        "facility": facility,
        "bill_type": bill_type,
        "account": account,
        "timezone": timezone,
        "dial_plan": dial_plan,
    }
    if workers is not None or threads or len(sources) > 1 or Path(sources[0]).is_dir():
        for name, value in {**options, "report": report}.items():
            if value is not None:
                raise typer.BadParameter(
                    f"--{name.replace('_', '-')} goes with one file and without --workers"
                )
        work = RatePart(load_tariff(tariff, override, known_at), explain, replace)
        parts = parts_of(sources, given=format, output_format=output_format, part_rows=part_rows)
        _rate_parts(
            work,
            parts,
            output=output,
            workers=workers or 0,
            threads=threads,
            json=json,
            quiet=quiet,
        )
        return
    (source,) = sources
    from securecall.rating.summarizer import Summarizer

    if report is not None:
        from securecall.rating.report import need_matplotlib

        need_matplotlib()  # before the work, not after it
    compiled = load_tariff(tariff, override, known_at)
    records = _read(source, format, options)
    rater = Rater(compiled, records.schema, explain, replace, rating_schema=records.rating_schema)
    sums = Summarizer(compiled)
    begun, worked = time.perf_counter(), time.process_time()
    _write(rater, records, sums, output=output, given=output_format, shown=not quiet)
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    for note in records.notes:
        complain(note)
    found = sums.summary()
    said = found.to_dict()
    summary = {
        **{name: said[name] for name in ("rows", "rejected", "statuses", "by_facility")},
        "seconds": round(took, 3),
        "rows_per_second": round(found.rows / max(took, 1e-9)),
        "rows_per_cpu_second": round(found.rows / max(worked, 1e-9)),
        "tariff": compiled.digest,
    }
    if report is not None:
        from securecall.rating.report import write_report

        write_report(report, found, compiled, source=source)
        summary["report"] = str(report)
    if json and output != "-":
        as_json(summary)
    elif not quiet:
        _show(summary, compiled)
    if rater.rejected:
        raise typer.Exit(EXIT_REJECTED)


def _rate_parts(
    work: RatePart,
    parts: list[Part],
    *,
    output: str,
    workers: int,
    threads: bool,
    json: bool,
    quiet: bool,
) -> None:
    """Rate parts into a folder, and say what all of them came to."""
    folder = Path(output)
    if output == "-" or folder.is_file():
        raise typer.BadParameter(f"--output must be a folder for parts, not {output!r}")
    begun, worked = time.perf_counter(), _processor_s()
    with progress("rating", not quiet) as tell:
        manifest = write_parts(work, parts, folder, workers=workers, threads=threads, progress=tell)
    took, worked = time.perf_counter() - begun, _processor_s() - worked
    for made in manifest.made:
        for note in made.written.detail["notes"]:
            complain(note)
    found = summary_of(manifest)
    summary = {
        **found,
        "seconds": round(took, 3),
        "rows_per_second": round(manifest.rows / max(took, 1e-9)),
        "rows_per_cpu_second": round(manifest.rows / max(worked, 1e-9)),
        "tariff": work.tariff.digest,
        "parts": len(manifest.made),
    }
    if json:
        as_json(summary)
    elif not quiet:
        _show(summary, work.tariff)
    if found["rejected"]:
        raise typer.Exit(EXIT_REJECTED)


def _processor_s() -> float:
    """Return the processor time of this process and of its workers that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _write(
    rater: Rater, records: Records, sums: Summarizer, *, output: str, given: str | None, shown: bool
) -> None:
    from securecall.rating.files import write_records
    from securecall.rating.summarizer import rate_and_sum

    if output == "-" and given is None:
        given = "csv"
    with progress("rating", shown, records.rows) as report:
        write_records(output, rater.schema, rate_and_sum(rater, records, sums, report), given)


def _show(summary: dict[str, Any], tariff: Tariff) -> None:
    console = people()
    table = Table(title=f"{summary['rows']:,} records rated with {tariff.file}")
    for heading in ("facility", "jurisdiction"):
        table.add_column(heading, overflow="fold")  # half a name is no name
    for heading in ("calls", "total", "of it tax", "saved by ceilings", "paid by the state"):
        table.add_column(heading, justify="right")
    for row in summary["by_facility"]:
        amounts = (row["total"], row["tax"], row["saved_by_ceilings"], row["state_paid"])
        table.add_row(
            row["facility"],
            row["jurisdiction"],
            f"{row['calls']:,}",
            *(f"${amount:,.2f}" for amount in amounts),
        )
    console.print(table)
    for status, count in summary["statuses"].items():
        if status in REJECTED:
            console.print(f"rejected: {count:,} {status}")
    console.print(
        f"{summary['rows_per_second']:,} records a second, "
        f"{summary['rows_per_cpu_second']:,} a second of CPU",
    )
    sys.stderr.flush()
