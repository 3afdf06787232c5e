"""What each part of the suite is asked for, and what it says after."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

__all__ = ["FAULTS_MAX", "Order", "Outcome", "Tell"]

FAULTS_MAX: Final = 20
Tell = Callable[[str, int, int | None], None]


def _silent(part: str, done: int, wanted: int | None) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Order:
    """How much of a part is wanted, and where.

    Attributes
    ----------
    seed : int
    times : int or None
        How many kills, replays, ...; None: as many as the time allows.
    seconds : float or None
        After so long it ends, whatever was reached; None: when ``times`` are done.
    folder : Path
        Where files may be made.
    weak : bool
        Whether the store is made weaker than it allows, to see that the suite notices.
    tell : callable
        Is told (part, done, wanted) now and then.
    """

    seed: int
    folder: Path
    times: int | None = None
    seconds: float | None = None
    weak: bool = False
    tell: Tell = _silent
    _began: float = field(default_factory=time.monotonic)

    def wants(self, done: int) -> bool:
        """Return whether more is wanted than was done; something always is at first."""
        if self.times is not None and done >= self.times:
            return False
        spent = time.monotonic() - self._began
        return self.seconds is None or spent < self.seconds or done == 0

    @property
    def spent_seconds(self) -> float:
        """How long it took so far."""
        return time.monotonic() - self._began

    @contextmanager
    def room(self, *, in_memory: bool = False) -> Iterator[Path]:
        """Give an empty folder, and take it away after.

        Parameters
        ----------
        in_memory : bool
            Where nothing depends on a disk, files go where writing them costs nothing.
        """
        shm = Path("/dev/shm")
        place = shm if in_memory and shm.is_dir() else self.folder
        with tempfile.TemporaryDirectory(prefix="securecall-torture-", dir=place) as name:
            yield Path(name)


@dataclass(slots=True)
class Outcome:
    """What a part found.

    Attributes
    ----------
    part : str
    unit : str
        What ``done`` counts.
    done : int
    faults : list of str
        Each with what it takes to see it again; at most 20.
    faulty : int
        In how many of ``done`` there was a fault.
    figures : dict of str to int
        What else was counted, in words.
    not_run : str
        Why it could not be run; empty if it was.
    seconds : float
    """

    part: str
    unit: str
    done: int = 0
    faults: list[str] = field(default_factory=list)
    faulty: int = 0
    figures: dict[str, int] = field(default_factory=dict)
    not_run: str = ""
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether it was run and no fault was found."""
        return not self.not_run and not self.faults and self.done > 0

    def blame(self, where: str, faults: list[str]) -> None:
        """Note what was wrong with one of ``done``."""
        if faults:
            self.faulty += 1
            self.faults += [f"{where}: {fault}" for fault in faults]
            del self.faults[FAULTS_MAX:]

    def count(self, what: str, more: int = 1) -> None:
        """Add to a figure."""
        self.figures[what] = self.figures.get(what, 0) + more
