"""``securecall compile``: a tariff as a file that workers load in milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from securecall.cli.console import OVERRIDES, as_json, load_tariff, people

NAME: Final = "compile"


def run(
    *,
    tariff: str = typer.Argument(..., metavar="TARIFF", help="The tariff file, TOML."),
    output: Path = typer.Option(..., "--output", "-o", help="Such as harris.tariff."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="What was written, as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing."),
) -> None:
    """Compile a tariff, its decks and its rules into one file.

    Every --tariff takes it, and securecall.load_compiled maps it into memory.
    """
    compiled = load_tariff(tariff, override, known_at)
    compiled.save(output)
    size = output.stat().st_size
    if json:
        as_json({"file": str(output), "bytes": size, "digest": compiled.digest})
    elif not quiet:
        people().print(f"{output}: {size:,} bytes, digest {compiled.digest[:12]}")
