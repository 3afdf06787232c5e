"""``securecall compare``: what changes between two tariffs, or two dates of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer
from rich.table import Table

from securecall.cli.console import (
    OVERRIDES,
    TARIFF,
    as_json,
    day_of,
    load_tariff,
    people,
    progress,
)

NAME: Final = "compare"


def run(
    *,
    source: str = typer.Argument(..., metavar="IN", help="Parquet, CSV or Arrow IPC; - is stdin."),
    tariff: str = TARIFF,
    other: str | None = typer.Option(None, "--with", "-w", help="The other tariff."),
    known_at: str | None = typer.Option(
        None, help="Or the same tariff under the rules as believed on that day."
    ),
    output: str | None = typer.Option(None, "--output", "-o", help="The rows that change."),
    format: str | None = typer.Option(None, help="Format of IN."),
    output_format: str | None = typer.Option(None, help="Format of the output."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="The totals as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress."),
) -> None:
    """Rate records twice and show only what changes, with totals by facility and reason."""
    from securecall.rating.compare import compare_records
    from securecall.rating.files import open_records, write_records

    if (other is None) == (known_at is None):
        raise typer.BadParameter("give either --with or --known-at")
    before = load_tariff(tariff, override, None)
    if known_at is not None:
        after = before.known(day_of(known_at, "--known-at"))
    else:
        assert other is not None
        after = load_tariff(other, override, None)
    records = open_records(source, format)
    with progress("comparing", not quiet, records.rows) as report:
        found = compare_records(before, records, after, report)
    if output is not None:
        given = "csv" if output == "-" and output_format is None else output_format
        write_records(output, found.rows.schema, iter(found.rows.to_batches()), given)
    totals = found.totals.to_pylist()
    if json and output != "-":
        as_json({"compared": found.compared, "changed": found.rows.num_rows, "totals": totals})
        return
    table = Table(title=f"{found.rows.num_rows:,} of {found.compared:,} records change")
    for heading in ("facility", "reason"):
        table.add_column(heading)
    for heading in ("records", "before", "after", "difference"):
        table.add_column(heading, justify="right")
    for row in totals:
        amounts = (row["before"], row["after"], row["difference"])
        table.add_row(
            row["facility"] or "",
            row["reason"],
            f"{row['rows']:,}",
            *(f"{'-' if amount < 0 else ''}${abs(amount):,.2f}" for amount in amounts),
        )
    people().print(table)
