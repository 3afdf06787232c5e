"""``securecall ledger torture``: faults done to ledgers on purpose, and what they still say."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import typer

from securecall.cli.console import EXIT_FAILURE, EXIT_REJECTED, as_json, complain, say
from securecall.errors import InputError

NAME: Final = "torture"
SECONDS: Final = 60.0
SAY_EVERY_SECONDS: Final = 5.0


def run(
    *,
    seconds: float | None = typer.Option(
        None, help="For all parts together; 60 if nothing else says how much."
    ),
    seed: int | None = typer.Option(None, help="Asks the same requests again; else one is drawn."),
    only: str = typer.Option("", help="Parts, with commas: kill,power,fsync,full,clock,processes."),
    times: str = typer.Option("", help="How often, such as kill=2000,power=1000."),
    full: bool = typer.Option(False, "--full", help="As often as a release must show."),
    folder: Path | None = typer.Option(
        None, exists=True, file_okay=False, help="Where files are made: the disk under test."
    ),
    report: Path | None = typer.Option(None, help="Write a page of Markdown, too."),
    note: str = typer.Option("", help="Words for that page, such as the commit."),
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
    weaken: bool = typer.Option(
        False, "--weaken", hidden=True, help="Commit without waiting for the disk."
    ),
) -> None:
    """Kill, cut, fail, fill and crowd ledgers in SQLite files, and check that no money is lost."""
    from random import SystemRandom

    from securecall.ledger.torture import TARGETS
    from securecall.ledger.torture import run as torture
    from securecall.ledger.torture.report import as_markdown, as_text

    counts = (dict(TARGETS) if full else {}) | _times(times)
    if seconds is None and not counts:
        seconds = SECONDS
    drawn = SystemRandom().randrange(1 << 31) if seed is None else seed
    complain(f"torture with seed {drawn}")
    found = torture(
        seed=drawn,
        seconds=seconds,
        times=counts,
        only=[name.strip() for name in only.split(",") if name.strip()],
        folder=folder,
        weaken=weaken,
        tell=_Teller(),
    )
    if report is not None:
        report.write_text(as_markdown(found, note), encoding="utf-8")
    if json:
        as_json(found.as_dict())
    else:
        for line in as_text(found):
            say(line)
    if found.faulty:
        raise SystemExit(EXIT_FAILURE)
    if found.not_run:
        raise SystemExit(EXIT_REJECTED)


def _times(text: str) -> dict[str, int]:
    found = {}
    for pair in text.split(","):
        if not pair.strip():
            continue
        name, sign, number = pair.partition("=")
        if not sign or not (number.strip().isascii() and number.strip().isdigit()):
            raise InputError(f"--times must be such as kill=2000,power=1000, not {text!r}")
        found[name.strip()] = int(number)
    return found


class _Teller:
    """Says how far it is every few seconds; a plain line, since processes are forked meanwhile."""

    def __init__(self) -> None:
        self._part = ""
        self._said = 0.0

    def __call__(self, part: str, done: int, wanted: int | None) -> None:
        """Be told."""
        now = time.monotonic()
        if part == self._part and now - self._said < SAY_EVERY_SECONDS:
            return
        self._part, self._said = part, now
        of = "" if wanted is None else f" of {wanted}"
        sys.stderr.write(f"securecall: {part} {done}{of}\n")
