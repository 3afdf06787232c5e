"""``securecall simulate``: a facility's day from a seed, and whether every invariant held."""

from __future__ import annotations

import resource
import sys
import time
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from securecall.cli.console import EXIT_FAILURE, as_json, complain, day_of, people, progress, say
from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.calls.day.result import DayResult

NAME: Final = "simulate"
CALLERS: Final = 1_000
HOURS: Final = 16.0
AUDIO_PER_MILLE: Final = 2.0
AUDIO_S: Final = 75
DAY: Final = date(2026, 5, 1)


def run(
    *,
    seed: int = typer.Option(1, help="The same seed makes the same day."),
    callers: int = typer.Option(CALLERS, help="People of the facility, up to a million."),
    hours: float = typer.Option(HOURS, help="Hours of attempts from 06:00 on; 16 are all day."),
    day: str = typer.Option(
        DAY.isoformat(), "--date", help="Local date: its rules, ceilings and fees hold."
    ),
    audio: float = typer.Option(
        AUDIO_PER_MILLE, help="Calls in a thousand that have sound; 0 leaves sound out."
    ),
    audio_s: int = typer.Option(AUDIO_S, "--audio-s", help="Seconds of a call with sound."),
    frauds: bool = typer.Option(
        True, "--frauds/--no-frauds", help="One call with sound of each kind of fraud, besides."
    ),
    folder: Path | None = typer.Option(
        None, exists=True, file_okay=False,
        help="Keep ledger, lists and PINs in files here; else in memory, up to 5 000 callers.",
    ),
    report: Path | None = typer.Option(None, help="Write a page (HTML) with pictures."),
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
    shown: bool = typer.Option(
        True, "--progress/--no-progress", help="Show how far it is, on a terminal."
    ),
) -> None:  # fmt: skip
    """Let a facility's day go by: thousands of callers, families and staff on the whole library."""
    from securecall.calls.day import DaySetting, run_day

    if report is not None and not report.parent.is_dir():
        raise InputError(f"{report}: there is no folder {str(report.parent)!r}")
    setting = DaySetting(
        seed, callers, hours, day_of(day, "--date"), audio, audio_kinds=frauds and audio > 0,
        audio_s=audio_s,
    )  # fmt: skip
    began = time.monotonic()
    with progress("attempts", True) if shown else nullcontext(_unsaid) as tell:
        result = run_day(setting, folder=folder, tell=tell)
    took_s = time.monotonic() - began
    if report is not None:
        from securecall.calls.day.page import day_page
        from securecall.fraud.bench.page import write_page

        write_page(report, day_page(result))
    if json:
        as_json(result.as_dict())
    else:
        _tell(result)
    # What a machine took is no part of the result, which is the same everywhere.
    people().print(f"{took_s:.1f} s, {_peak_mib():.0f} MiB at most; ledger {result.digest[:16]}")
    if not result.ok:
        for check in result.checks.found.values():
            for fault in check.faults:
                complain(fault)
        raise SystemExit(EXIT_FAILURE)


def _unsaid(done: int, total: int | None) -> None:
    """Be told, and say nothing."""


def _peak_mib() -> float:
    """Return the most memory that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _tell(result: DayResult) -> None:
    from securecall.calls.day.checks import INVARIANTS

    told = result.as_dict()
    setting, outcomes = result.setting, told["outcomes"]
    say(
        f"{setting.day.isoformat()}, {setting.callers} callers, {setting.hours:g} hours, seed "
        f"{setting.seed}"
    )
    say(
        f"{told['attempts']} attempts: {outcomes.get('talked', 0)} talked, "
        f"{outcomes.get('not_accepted', 0)} placed and not accepted, {outcomes.get('denied', 0)} "
        f"refused; {told['most_live']} at once at most, {told['with_sound']} with sound"
    )
    for name, amount in told["money"].items():
        say(f"  {name.replace('_', ' '):18} {amount:>18}")
    for name, check in result.checks.found.items():
        state = "broken" if check.broken else "held" if check.looked else "not at stake"
        say(f"{state:12} {check.looked:>8}  {INVARIANTS[name]}")
