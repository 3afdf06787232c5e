"""``securecall lint``: what is wrong with a tariff, before it bills anyone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

import typer

from securecall.cli.console import (
    EXIT_REJECTED,
    OVERRIDES,
    as_json,
    day_of,
    load_tariff,
    people,
    say,
)

NAME: Final = "lint"


def run(
    *,
    tariff: str = typer.Argument(..., metavar="TARIFF", help="The tariff file, TOML."),
    since: str | None = typer.Option(None, help="Look at calls from that day on."),
    until: str | None = typer.Option(None, help="Up to that day."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="Findings as JSON."),
) -> None:
    """Check a tariff for holes, rates that never apply, ceilings it breaks and more.

    Each finding comes with a call that shows it. Exit code 3 says that some finding is an error.
    """
    compiled = load_tariff(tariff, override, known_at)
    findings = compiled.lint(
        since=None if since is None else day_of(since, "--since"),
        until=None if until is None else day_of(until, "--until"),
    )
    if json:
        as_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"{finding.where}: {finding.severity}: {finding.message} [{finding.code}]")
            if finding.witness is not None:
                say(f"    shown by {finding.witness}")
        count = dict.fromkeys(("error", "warning", "note"), 0)
        for finding in findings:
            count[finding.severity] += 1
        people().print(
            f"{compiled.file}: {count['error']} errors, {count['warning']} warnings, "
            f"{count['note']} notes"
        )
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(EXIT_REJECTED)
