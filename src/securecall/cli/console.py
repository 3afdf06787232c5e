"""How the command speaks: people read standard error, programs standard output."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from securecall.errors import InputError
from securecall.rating.batch import Progress as Report
from securecall.rating.compiled_file import is_compiled, load_compiled
from securecall.rating.tariff import Tariff

__all__ = [
    "EXIT_FAILURE",
    "EXIT_REJECTED",
    "OVERRIDES",
    "TARIFF",
    "as_json",
    "complain",
    "day_of",
    "duration_of",
    "instant_of",
    "load_tariff",
    "people",
    "progress",
    "say",
]

EXIT_FAILURE: Final = 1
EXIT_REJECTED: Final = 3

TARIFF: Final = typer.Option(
    ..., "--tariff", "-t", help="The tariff file, TOML, or one that `securecall compile` wrote."
)
OVERRIDES: Final = typer.Option(
    [], "--override", help="A rules file of your own (CSV); may be given more than once."
)

_DURATION: Final = re.compile(
    r"(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m(?!s))?(?:(?P<s>\d+(?:\.\d{1,3})?)s)?(?:(?P<ms>\d+)ms)?\Z"
)


def people() -> Console:
    """Return the console on standard error; honours NO_COLOR and pipes."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def complain(message: str) -> None:
    """Say what is wrong."""
    sys.stderr.write(f"securecall: {message}\n")


def say(text: str) -> None:
    """Write to standard output."""
    sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"  # a JSON number would become binary floating point
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    return str(value)


def as_json(value: Any) -> None:
    """Write JSON to standard output; money as text, so that no reader makes it a float."""
    say(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def load_tariff(path: str, overrides: list[Path], known_at: str | None) -> Tariff:
    """Load a tariff as the options say; one that is compiled already brings its rules along.

    Raises
    ------
    InputError
        The file cannot be loaded, or a compiled one shall take other rules.
    """
    known = None if known_at is None else day_of(known_at, "--known-at")
    if is_compiled(path):
        if overrides:
            raise InputError("--override goes with a tariff of TOML: a compiled one has its rules")
        tariff = load_compiled(path)
        return tariff if known is None else tariff.known(known)
    return Tariff.load(path, overrides=overrides, known_at=known)


def day_of(text: str, name: str) -> date:
    """Read a day.

    Raises
    ------
    InputError
        It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name} must be a day such as 2026-04-06, not {text!r}") from None


def instant_of(text: str, name: str) -> datetime:
    """Read an instant with an offset.

    Raises
    ------
    InputError
        It is none, or has no offset.
    """
    with suppress(ValueError, OverflowError):  # no instant, or one before the year 1
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    raise InputError(
        f"{name} must be a date and time with an offset, such as "
        f"2026-05-01T18:00:00-05:00, not {text!r}"
    )


def duration_of(text: str, name: str) -> int:
    """Read a duration: ``613s``, ``10m13s``, ``1h5m``, ``613250ms`` or whole milliseconds.

    Raises
    ------
    InputError
        It is none.
    """
    sane = text.isascii() and len(text) < 40
    if sane and text.isdigit():
        return int(text)
    match = _DURATION.match(text) if sane else None
    if match is None or not any(match.groups()):
        raise InputError(f"{name} must be a duration such as 10m13s or 613250ms, not {text!r}")
    seconds = Decimal(match["s"] or 0)
    hours, minutes, ms = (int(match[unit] or 0) for unit in ("h", "m", "ms"))
    return hours * 3_600_000 + minutes * 60_000 + int(seconds * 1000) + ms


@contextmanager
def progress(what: str, shown: bool, total: int | None = None) -> Iterator[Report]:
    """Show progress on standard error while a loop reports to what this yields."""
    if not shown or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=people(), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)
