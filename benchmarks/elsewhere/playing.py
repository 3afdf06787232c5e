"""Plays calls of the second recipe to a monitor, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import Pool
from typing import Final

import numpy as np

from benchmarks.elsewhere.events import CALL_S as EVENT_S
from benchmarks.elsewhere.events import EVENTS
from benchmarks.elsewhere.innocents import CALL_S, INNOCENTS, TOLERATED
from benchmarks.elsewhere.sounds import Recordings, ended
from securecall.fraud import CallMonitor, Event
from securecall.fraud.bench.label import KINDS

__all__ = ["LATE_S", "Play", "Row", "played", "rows"]

FRAME: Final = 160
EARLY_S: Final = 0.1
#: What is told so long after it could be heard is found.
LATE_S: Final = 20.0


@dataclass(frozen=True)
class Play:
    """A call to be made: ``group`` is "innocent" or "event"."""

    group: str
    name: str
    ending: str
    number: int
    seed: int


@dataclass(frozen=True)
class Heard:
    """What a monitor said of a call: was it found, how late, what else, by kind."""

    play: Play
    found: bool
    latency_s: float
    others: tuple[tuple[str, str], ...]


@dataclass
class Row:
    """A recipe's line of the table."""

    group: str
    name: str
    ending: str
    calls: int = 0
    hours: float = 0.0
    found: int = 0
    latencies_s: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    disconnects: int = 0


@lru_cache(maxsize=1)
def _recordings() -> Recordings:
    return Recordings.fetched()


def _watched(called: np.ndarray, calling: np.ndarray | None) -> list[Event]:
    legs = ("called",) if calling is None else ("called", "calling")
    monitor = CallMonitor(legs=legs)
    made: list[Event] = []
    for first in range(0, len(called), FRAME):
        made += monitor.feed(called[first : first + FRAME].tobytes(), leg="called")
        if calling is not None:
            made += monitor.feed(calling[first : first + FRAME].tobytes(), leg="calling")
    return [one for one in [*made, *monitor.finish()] if one.kind in KINDS and not one.ended]


def heard(play: Play) -> Heard:
    """Make a call and play it; every other one has both legs."""
    name = [*INNOCENTS, *EVENTS].index(play.name)
    random = np.random.default_rng([play.seed, play.number, name])
    if play.group == "innocent":
        called, calling = INNOCENTS[play.name](_recordings(), random)
        kind, first_s, last_s = TOLERATED.get(play.name, ""), 0.0, 0.0
    else:
        called, calling, kind, first_s, last_s = EVENTS[play.name](_recordings(), random)
    both = ended(calling, play.ending) if play.number % 2 else None
    events = _watched(ended(called, play.ending), both)
    right = [
        one for one in events if one.kind == kind and (
            play.group == "innocent"
            or first_s - EARLY_S <= one.detected_ms / 1000 <= last_s + LATE_S
        )
    ]  # fmt: skip
    latency_s = right[0].detected_ms / 1000 - last_s if right else float("nan")
    others = tuple((one.kind, one.grade) for one in events if one not in right)
    return Heard(play, bool(right), latency_s, others)


def played(plays: list[Play], jobs: int, tell: Callable[[int], None]) -> Iterator[Heard]:
    """Play calls, in processes if there are to be several."""
    if jobs == 1:
        for done, play in enumerate(plays, 1):
            yield heard(play)
            tell(done)
        return
    with Pool(jobs) as pool:
        for done, one in enumerate(pool.imap(heard, plays, chunksize=2), 1):
            yield one
            tell(done)


def rows(found: Iterator[Heard]) -> list[Row]:
    """Sum up what was heard by recipe and ending, in the order of the plays."""
    made: dict[tuple[str, str, str], Row] = {}
    for one in found:
        play = one.play
        key = (play.group, play.name, play.ending)
        row = made.setdefault(key, Row(*key))
        row.calls += 1
        row.hours += (CALL_S if play.group == "innocent" else EVENT_S) / 3600
        row.found += one.found
        if one.found:
            row.latencies_s.append(one.latency_s)
        row.others.update(kind for kind, _ in one.others)
        row.disconnects += sum(grade == "disconnect" for _, grade in one.others)
    return list(made.values())
