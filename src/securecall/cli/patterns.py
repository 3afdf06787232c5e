"""``securecall patterns``: call records in, patterns of fraud out, with the reasons."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from securecall.cli.console import EXIT_REJECTED, as_json, complain, progress

if TYPE_CHECKING:
    from securecall.fraud.patterns.finding import Finding
    from securecall.fraud.patterns.scanning import Scan

NAME: Final = "patterns"
WIDTH: Final = 140


def run(
    *,
    files: list[str] = typer.Argument(
        ..., metavar="FILE...", help="Parquet, CSV or Arrow IPC, in the order of time; - is stdin."
    ),
    only: list[str] = typer.Option([], help="Look for this pattern only; may be repeated."),
    set_: list[str] = typer.Option(
        [], "--set", metavar="PATTERN.PARAMETER=VALUE", help="Change a parameter; may be repeated."
    ),
    settings: str | None = typer.Option(None, help="Parameters in a file (TOML), hours too."),
    lateness: str = typer.Option(
        "2h", help="How far records may be out of the order of their starts."
    ),
    format: str | None = typer.Option(None, help="Format of the files: parquet, csv or arrow."),
    workers: int = typer.Option(
        1, min=0, help="Processes that share the patterns; 0 is one a processor."
    ),
    out: Path | None = typer.Option(None, help="Write the findings: .parquet, .csv or .arrow."),
    json: bool = typer.Option(False, "--json", help="Findings and counts as JSON."),
    evaluate: Path | None = typer.Option(
        None, help="Labels (CSV: pattern, subject, first_at, last_at): precision and recall."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress and no table."),
) -> None:
    """Look for patterns of fraud in call records.

    Exit code 3 says that some rows could not be looked at; findings are no failure.
    """
    from securecall.cli.console import duration_of
    from securecall.fraud.patterns.compiled import need_numba

    need_numba()  # before the work, and with the words to say
    from securecall.fraud.patterns.evaluation import evaluate as judge
    from securecall.fraud.patterns.evaluation import read_labels
    from securecall.fraud.patterns.files import format_of, write_findings
    from securecall.fraud.patterns.settings import read_settings

    if out is not None:
        format_of(str(out))
    parameters = read_settings(settings, set_)
    labels = None if evaluate is None else read_labels(evaluate)
    looking: dict[str, Any] = {
        "format": format,
        "parameters": parameters,
        "only": only or None,
        "lateness_ms": duration_of(lateness, "--lateness"),
    }
    if workers == 1:
        result, bad = _scan(files, shown=not quiet, **looking)
    else:
        result = _scan_spread(files, workers=workers, **looking)
        bad = dict(result.bad)
    if out is not None:
        write_findings(str(out), result.table)
    scores = None if labels is None else judge(result.findings, labels)
    if json:
        as_json(
            {
                "rows": result.rows,
                "bad": bad,
                "notes": result.notes,
                "findings": [_plain(one) for one in result.findings],
                **({} if scores is None else {"evaluation": [one.to_dict() for one in scores]}),
            }
        )
    elif not quiet:
        _show(result.findings, result.rows)
        for score in scores or ():
            sys.stdout.write(f"{score}\n")
    for note in result.notes:
        complain(note)
    for what, count in bad.items():
        complain(f"left out: {count:,} {what}")
    if bad:
        raise typer.Exit(EXIT_REJECTED)


def _scan(
    files: list[str],
    *,
    format: str | None,
    parameters: Sequence[Any],
    only: list[str] | None,
    lateness_ms: int,
    shown: bool,
) -> tuple[Scan, dict[str, int]]:
    """Look for all patterns in this process, in one reading."""
    from securecall.fraud.patterns.files import open_files
    from securecall.fraud.patterns.scanning import scan

    reading = open_files(files, format)
    with progress("looking", shown, reading.rows) as told:

        def tell(done: int, total: int | None) -> None:
            told(done, reading.rows)

        result = scan(
            reading.reader(), parameters, only=only, lateness_ms=lateness_ms, progress=tell
        )
    return result, {**reading.bad, **result.bad}


def _scan_spread(
    files: list[str],
    *,
    format: str | None,
    parameters: Sequence[Any],
    only: list[str] | None,
    lateness_ms: int,
    workers: int,
) -> Scan:
    """Let workers share the patterns; each reads all records, in order, and finds its own."""
    from securecall.fraud.patterns.jobs import join_scans, scan_jobs
    from securecall.spread.calling import call_all
    from securecall.spread.crew import processors

    if "-" in files:
        raise typer.BadParameter("- can be read once only: give a file, or leave out --workers")
    count = workers or processors()
    jobs = scan_jobs(
        files, parameters, jobs=count, only=only, lateness_ms=lateness_ms, format=format
    )
    return join_scans(call_all(jobs, workers=count))


def _plain(one: Finding) -> dict[str, Any]:
    return {
        "pattern": one.pattern,
        "subject": one.subject,
        "facility": one.facility,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "calls": one.calls,
        "score": round(one.score, 6),
        "reason": one.reason,
        "evidence": json_text.loads(json_text.dumps(dict(one.evidence))),
    }


def _show(findings: Sequence[Finding], rows: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    width = None if sys.stdout.isatty() else WIDTH
    # Names in records are not ours: nothing in them is mark-up.
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    console.print(f"{rows:,} records, {len(findings):,} findings")
    if not findings:
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("pattern", "subject", "facility", "first (UTC)", "last (UTC)"):
        table.add_column(name, overflow="fold")
    for name in ("calls", "score"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for one in findings:
        table.add_row(
            one.pattern, one.subject, one.facility, f"{one.first_at:%Y-%m-%d %H:%M:%S}",
            f"{one.last_at:%Y-%m-%d %H:%M:%S}", f"{one.calls:,}", f"{one.score:.2f}", one.reason,
        )  # fmt: skip
    console.print(table)
