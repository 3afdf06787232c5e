"""The whole table: which rows, which receivers, and everything they made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from securecall.errors import InputError
from securecall.fraud.conform.limits import Limit, Sweep, limits, standards, sweeps
from securecall.fraud.conform.progress import ProgressRow, progress_rows
from securecall.fraud.conform.receivers import OURS, NotInstalledError, Receiver, receiver
from securecall.fraud.conform.runner import (
    RowResult,
    SweepResult,
    row_id,
    run_limit,
    run_progress,
    run_sweep,
)

__all__ = ["About", "Report", "run"]


@dataclass(frozen=True, slots=True)
class About:
    """A receiver of a report.

    Attributes
    ----------
    name, about : str
    install : str or None
        What would install it; None if it is there.
    """

    name: str
    about: str
    install: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that came out.

    Attributes
    ----------
    seed, trials : int
    receivers : tuple of About
        In the order of their columns; those not installed are among them.
    rows : tuple of RowResult
    sweeps : tuple of SweepResult
    """

    seed: int
    trials: int
    receivers: tuple[About, ...]
    rows: tuple[RowResult, ...]
    sweeps: tuple[SweepResult, ...]

    def missed(self, name: str = OURS) -> tuple[str, ...]:
        """Return the ids of rows and sweeps that a receiver does not meet."""
        rows = [row.id for row in self.rows if row.met(name) is False]
        swept = [one for one in self.sweeps if name in one.tallies and one.met(name) is False]
        return (*rows, *(f"sweep/{one.sweep.id}" for one in swept))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "seed": self.seed,
            "trials": self.trials,
            "receivers": [
                {"name": one.name, "about": one.about, "install": one.install}
                for one in self.receivers
            ],
            "rows": [_row(row) for row in self.rows],
            "sweeps": [_sweep(one) for one in self.sweeps],
        }


def _row(row: RowResult) -> dict[str, Any]:
    return {
        "id": row.id,
        "standard": row.standard,
        "what": row.what,
        "source": row.source,
        "expect": row.expect,
        "latency_ms_most": row.latency_ms_most,
        "receivers": {
            name: {**tally.as_dict(), "met": row.met(name)} for name, tally in row.tallies.items()
        },
        "cases": [
            {"case": text, **{name: tally.as_dict() for name, tally in tallies.items()}}
            for text, tallies in row.cases
        ],
    }


def _sweep(one: SweepResult) -> dict[str, Any]:
    return {
        "id": f"sweep/{one.sweep.id}",
        "what": one.sweep.what,
        "unit": one.sweep.unit,
        "values": one.sweep.values,
        "receivers": {
            name: {
                "sent": tallies[0].sent,
                "found": [tally.found for tally in tallies],
                "extra": [tally.too_much for tally in tallies],
                "met": one.met(name),
            }
            for name, tallies in one.tallies.items()
        },
    }


def _streams(row: Limit | ProgressRow | Sweep, trials: int) -> int:
    if isinstance(row, ProgressRow):
        return len(row.offs) * trials
    return len(row.cases) * trials * (row.times if isinstance(row, Limit) else 1)


def _chosen(
    only: Sequence[str], standard: str, swept: bool
) -> list[tuple[str, Limit | ProgressRow | Sweep]]:
    """Return the rows to run by their ids."""
    every: list[tuple[str, Limit | ProgressRow | Sweep]] = [
        *((row_id(row), row) for row in limits()),
        *((f"progress/{one.id}", one) for one in progress_rows()),
        *((f"sweep/{sweep.id}", sweep) for sweep in sweeps()),
    ]
    if only:
        for pattern in only:
            if not any(_like(name, pattern) for name, _ in every):
                raise InputError(f"--only {pattern}: no row has such an id")
        return [(name, row) for name, row in every if any(_like(name, one) for one in only)]
    known = standards()
    if standard not in (*known, "all"):
        raise InputError(f"a standard is one of {', '.join(known)} or all, not {standard!r}")

    def wanted(row: Limit | ProgressRow | Sweep) -> bool:
        if isinstance(row, Limit):
            home = standard == "bellcore" and row.system != "dtmf"
            return home or standard in ("all", row.standard)
        return swept if isinstance(row, Sweep) else standard in ("all", "bellcore")

    return [(name, row) for name, row in every if wanted(row)]


def _like(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/")


def run(
    *,
    receivers: Sequence[str],
    trials: int,
    seed: int,
    only: Sequence[str] = (),
    standard: str = "bellcore",
    swept: bool = False,
    tell: Callable[[int, int], object] = lambda done, total: None,
) -> Report:
    """Run rows of the table.

    Parameters
    ----------
    receivers : sequence of str
        Their names, in the order of their columns.
    trials : int
        Streams for each case; one of digits holds all sixteen keys, one of call progress one tone.
    seed : int
        The same seed sends the same signals.
    only : sequence of str
        Ids of rows or patterns of them, ``dtmf/*``; empty for the whole table of the standard.
    standard : str
        An id of a standard, or ``all``.
    swept : bool
        Run the sweeps, too.
    tell : callable
        Told how many streams were sent, of how many.

    Raises
    ------
    InputError
        A receiver, a row or a standard of that name does not exist, or trials is below 1.

    Source
    ------
    own.
    """
    if trials < 1:
        raise InputError(f"trials must be 1 or more, not {trials}")
    if seed < 0:
        raise InputError(f"seed must be 0 or more, not {seed}")
    chosen = _chosen(only, standard, swept)
    there: list[Receiver] = []
    about = []
    for name in receivers:
        try:
            made = receiver(name)
        except NotInstalledError as missing:
            about.append(About(name, "not installed", str(missing)))
        else:
            there.append(made)
            about.append(About(name, made.about))
    total = sum(_streams(row, trials) for _, row in chosen)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        tell(done, total)

    rows: list[RowResult] = []
    swept_rows: list[SweepResult] = []
    for _, row in chosen:
        if isinstance(row, Limit):
            rows.append(run_limit(row, there, trials=trials, seed=seed, step=step))
        elif isinstance(row, ProgressRow):
            rows.append(run_progress(row, there, trials=trials, seed=seed, step=step))
        else:
            swept_rows.append(run_sweep(row, there, trials=trials, seed=seed, step=step))
    return Report(seed, trials, tuple(about), tuple(rows), tuple(swept_rows))
