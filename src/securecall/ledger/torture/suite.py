"""The whole suite: its parts in turn, each with its share of the time or its number of times."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.ledger.torture import clocks, fsyncs, full, kills, power, processes
from securecall.ledger.torture.part import Order, Outcome, Tell

__all__ = ["NAMES", "PARTS", "TARGETS", "Report", "run"]

PARTS: Final[Mapping[str, Callable[[Order], Outcome]]] = MappingProxyType(
    {
        "kill": kills.torture,
        "power": power.torture,
        "control": power.control,
        "fsync": fsyncs.torture,
        "full": full.torture,
        "clock": clocks.torture,
        "processes": processes.torture,
    }
)
CAN_FORK: Final = hasattr(os, "fork")
NO_FORK: Final = "this system cannot fork a process"
NAMES: Final = tuple(name for name in PARTS if name != "control")
SHARES: Final[Mapping[str, int]] = MappingProxyType(
    {"kill": 40, "power": 25, "control": 5, "fsync": 12, "full": 6, "clock": 4, "processes": 8}
)
TARGETS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "kill": 2_000, "power": 12_000, "control": 560, "fsync": 300, "full": 40, "clock": 40,
        "processes": 60,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of the suite found.

    Attributes
    ----------
    seed : int
    began : datetime
    outcomes : tuple of Outcome
    sqlite, python, system : str
        What was under test.
    """

    seed: int
    began: datetime
    outcomes: tuple[Outcome, ...]
    sqlite: str
    python: str
    system: str

    @property
    def faulty(self) -> tuple[Outcome, ...]:
        """The parts that found a fault."""
        return tuple(each for each in self.outcomes if not each.not_run and not each.held)

    @property
    def not_run(self) -> tuple[Outcome, ...]:
        """The parts that could not be run here."""
        return tuple(each for each in self.outcomes if each.not_run)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "seed": self.seed,
            "began": self.began.isoformat(),
            "sqlite": self.sqlite,
            "python": self.python,
            "system": self.system,
            "ok": not self.faulty and not self.not_run,
            "parts": [
                {
                    "part": each.part,
                    "result": "not run" if each.not_run else "held" if each.held else "fault",
                    "unit": each.unit,
                    "done": each.done,
                    "faulty": each.faulty,
                    "seconds": round(each.seconds, 1),
                    "figures": each.figures,
                    "faults": each.faults,
                    "not_run": each.not_run,
                }
                for each in self.outcomes
            ],
        }


def run(
    *,
    seed: int,
    seconds: float | None = None,
    times: Mapping[str, int] | None = None,
    only: Iterable[str] = (),
    folder: Path | None = None,
    weaken: bool = False,
    tell: Tell | None = None,
) -> Report:
    """Torture SQLite ledgers and say what was found.

    Parameters
    ----------
    seed : int
        The same seed asks the same requests; instants of kills are the machine's.
    seconds : float, optional
        For all parts together.
    times : mapping of str to int, optional
        How often, by part; the rest of `TARGETS` if no seconds are given.
    only : iterable of str
        Of `NAMES`; none is all. With ``power`` goes a control: the same with a weakened store,
        which must be caught.
    folder : Path, optional
        Where files are made; default: the system's place for temporary ones.
    weaken : bool
        Make every store commit without waiting for the disk: the power cuts must show it.
    tell : callable, optional
        Is told (part, done, wanted) as it goes.

    Raises
    ------
    InputError
        A part has no such name; the times or seconds are not above 0.

    Source
    ------
    own; docs/torture.md.
    """
    wanted = _parts(only)
    if weaken and "control" in wanted:
        wanted.remove("control")
    given = dict(times or {})
    for name, value in given.items():
        _known(name, PARTS)
        if value < 1:
            raise InputError(f"times of {name} must be 1 or more, not {value}")
    if seconds is not None and seconds <= 0:
        raise InputError(f"seconds must be more than 0, not {seconds}")
    place = Path(tempfile.gettempdir()) if folder is None else folder
    began = datetime.now(UTC)
    outcomes = []
    whole = sum(SHARES[name] for name in wanted)
    for name in wanted:
        order = Order(
            seed,
            place,
            given.get(name, TARGETS[name] if seconds is None else None),
            None if seconds is None else seconds * SHARES[name] / whole,
            weaken,
        )
        if tell is not None:
            order.tell = tell
        outcomes.append(PARTS[name](order) if CAN_FORK else Outcome(name, "", not_run=NO_FORK))
    return Report(
        seed,
        began,
        tuple(outcomes),
        sqlite3.sqlite_version,
        platform.python_version(),
        f"{sys.platform} {platform.release()} {platform.machine()}, {os.cpu_count()} cores",
    )


def _known(name: str, allowed: Iterable[str]) -> None:
    if name not in allowed:
        raise InputError(
            f"a part must be one of {', '.join(allowed)}, not {name!r}"
            + did_you_mean(name, allowed)
        )


def _parts(names: Iterable[str]) -> list[str]:
    chosen = list(names)
    for name in chosen:
        _known(name, NAMES)
    if not chosen:
        return list(PARTS)
    if "power" in chosen:
        chosen.append("control")
    return [name for name in PARTS if name in chosen]
