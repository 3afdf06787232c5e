"""``securecall conform``: receivers at the limits of the standards, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from securecall.cli.console import EXIT_FAILURE, as_json, people, progress, say
from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.fraud.conform.runner import RowResult
    from securecall.fraud.conform.suite import Report

NAME: Final = "conform"
SEED: Final = 1
TRIALS: Final = 10
WIDTH: Final = 180
WANTED: Final = {"all": "100 %", "none": "0", "shown": "-"}
COLOURS: Final = {True: "green", False: "red", None: "default"}
MARKS: Final = {True: "met", False: "MISSED", None: ""}


def run(
    *,
    receiver: list[str] = typer.Option(
        [], "--receiver", help="A column; may be given more than once. All of them by default."
    ),
    only: list[str] = typer.Option(
        [], help="Rows: an id, or a pattern such as dtmf/frequency-*; may be given more than once."
    ),
    standard: str = typer.Option("bellcore", help="Whose limits; `all` for every one."),
    trials: int = typer.Option(TRIALS, help="Streams for each case; one holds all sixteen keys."),
    seed: int = typer.Option(SEED, help="Sends the same signals again."),
    sweeps: bool = typer.Option(False, "--sweeps", help="How wide receivers are, too."),
    picture: Path | None = typer.Option(None, help="Draw the sweeps, PNG or SVG by its name."),
    report: Path | None = typer.Option(None, help="Write a page of Markdown, too."),
    note: str = typer.Option("", help="Words for that page, such as the commit."),
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
) -> None:
    """Send signals at the limits of Q.24 and of call progress to our detector and to others.

    Exit code 1 says that our detector misses a requirement.
    """
    from securecall.fraud.conform.picture import acceptance, drawable
    from securecall.fraud.conform.receivers import OURS, RECEIVERS
    from securecall.fraud.conform.suite import run as conform

    if picture is not None:
        drawable(picture)
    for path in (picture, report):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {str(path.parent)!r}")
    with progress("streams", not json) as tell:
        found = conform(
            receivers=receiver or list(RECEIVERS),
            trials=trials,
            seed=seed,
            only=only,
            standard=standard,
            swept=sweeps or picture is not None,
            tell=tell,
        )
    if picture is not None:
        acceptance(found, picture)
    if report is not None:
        from securecall.fraud.conform.page import as_markdown

        report.write_text(as_markdown(found, note), encoding="utf-8")
    if json:
        as_json(found.as_dict())
    else:
        _show(found)
    missed = found.missed()
    if missed:
        people().print(f"{OURS} misses {len(missed)}: {', '.join(missed)}")
        raise SystemExit(EXIT_FAILURE)


def _show(report: Report) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    digits = [row for row in report.rows if not row.id.startswith("progress/")]
    tones = [row for row in report.rows if row.id.startswith("progress/")]
    if digits:
        console.print(_digits(report, digits))
    for one in report.receivers if tones else ():
        if any(one.name in row.tallies for row in tones):
            console.print(_tones(one.name, tones))
    if report.sweeps:
        console.print(_widths(report))
    for one in report.receivers:
        say(f"{one.name}: {one.about}" + (f"; {one.install}" if one.install else ""))
    say(
        f"seed {report.seed}, {report.trials} trials; found/sent, +heard and not sent, "
        "median/worst ms from onset to report"
    )


def _columns(report: Report, title: str, *first: str) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for name in first:
        table.add_column(name, overflow="fold")
    for one in report.receivers:
        table.add_column(one.name, justify="right", overflow="fold")
    return table


def _coloured(text: str, met: bool | None) -> str:
    return f"[{COLOURS[met]}]{text}[/{COLOURS[met]}]"


def _digits(report: Report, rows: list[RowResult]) -> Any:
    table = _columns(report, "Digits at the limits", "row", "signal", "wanted")
    for row in rows:
        wanted = WANTED.get(str(row.expect)) or f">= {100 * float(row.expect):g} %"
        if row.latency_ms_most is not None:
            wanted += f", <= {row.latency_ms_most:g} ms"
        cells = []
        for one in report.receivers:
            tally = row.tallies.get(one.name)
            if tally is None:
                cells.append("not installed" if one.install else "-")
                continue
            text = f"{100 * tally.rate:.4g} % {tally.found}/{tally.sent}"
            text += f" +{tally.too_much}" if tally.too_much else ""
            if tally.latency_ms is not None:
                text += " {:.0f}/{:.0f} ms".format(*tally.latency_ms)
            met = row.met(one.name)
            cells.append(_coloured(f"{text} {MARKS[met]}".rstrip(), met))
        table.add_row(row.id, row.what, wanted, *cells)
    return table


def _tones(name: str, rows: list[RowResult]) -> Any:
    """Return a table of one receiver: a line a tone, a column a row of requirements."""
    from rich.table import Table

    title = (
        f"Call progress, {name}: % found, +wrong names; ! misses; the first also median/worst ms"
    )
    table = Table(title=title, title_justify="left")
    heads = list(dict.fromkeys(row.id.split("/")[1] for row in rows))
    for head in ("tone", *heads):
        table.add_column(head, overflow="fold", justify="left" if head == "tone" else "right")
    cells = {row.id: row for row in rows if name in row.tallies}
    for tone in dict.fromkeys(row.id.split("/")[2] for row in rows):
        found = [cells.get(f"progress/{head}/{tone}") for head in heads]
        if any(found):
            table.add_row(tone, *(_tone(row, name, at == 0) for at, row in enumerate(found)))
    return table


def _tone(row: RowResult | None, name: str, timed: bool) -> str:
    if row is None:
        return ""
    tally = row.tallies[name]
    text = f"{100 * tally.rate:.4g}" + (f" +{tally.too_much}" if tally.too_much else "")
    if timed and tally.latency_ms is not None:
        text += " {:.0f}/{:.0f} ms".format(*tally.latency_ms)
    met = row.met(name)
    return _coloured(text + ("!" if met is False else ""), met)


def _widths(report: Report) -> Any:
    table = _columns(report, "How wide: 100 % within, heard at all within", "sweep", "quantity")
    for one in report.sweeps:
        cells = []
        for about in report.receivers:
            if about.name not in one.tallies:
                cells.append("not installed" if about.install else "-")
                continue
            met = one.met(about.name)
            parts = (
                "never" if span is None else f"{span[0]:g} .. {span[1]:g}"
                for span in (one.widest(about.name), one.reach(about.name))
            )
            text = "; ".join(parts)
            cells.append(_coloured(f"{text} {MARKS[met]}".rstrip(), met))
        table.add_row(one.sweep.id, f"{one.sweep.what}, {one.sweep.unit}", *cells)
    return table
