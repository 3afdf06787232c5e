"""Runs of the bench: calls made, played and written down one by one, so that a run can go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError
from securecall.fraud.bench.codec import missing
from securecall.fraud.bench.corpora import open_corpora
from securecall.fraud.bench.journal import Journal
from securecall.fraud.bench.label import packed
from securecall.fraud.bench.listener import listen, listener_factory
from securecall.fraud.bench.score import Record, Scores, score
from securecall.fraud.bench.simulate import CALL_S, Simulator
from securecall.spread.calling import in_order
from securecall.spread.crew import processors
from securecall.spread.work import Tell

__all__ = ["HOURS", "Setting", "calls_of", "play", "run"]

HOURS: Final = 0.5
#: Changes when the same seed makes other calls, so that journals do not mix.
EDITION: Final = 6
#: A process of its own is worth its start for so many calls.
CALLS_A_JOB: Final = 4

Task = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Setting:
    """Which calls a run is of.

    Attributes
    ----------
    seed : int
    split : {"development", "sealed"}
    folder : path or None
        Recordings; None for made sounds.
    call_s : float

    Source
    ------
    own.
    """

    seed: int = 1
    split: str = "development"
    folder: str | Path | None = None
    call_s: float = CALL_S

    def simulator(self) -> Simulator:
        """Return what makes the calls."""
        return Simulator(self.seed, open_corpora(self.folder, split=self.split), call_s=self.call_s)


def calls_of(hours: float, call_s: float) -> int:
    """Return how many calls some hours take; the last one is whole.

    Raises
    ------
    InputError
        Not more than nothing.

    Source
    ------
    own.
    """
    if not 0 < hours <= 1e6:
        raise InputError(f"hours must be more than 0, and no more than a million, not {hours!r}")
    return -int(-hours * 3600 // call_s)


class Player:
    """Makes calls and plays them, in this process or in one beside it."""

    __slots__ = ("_makers", "_simulator")

    def __init__(self, simulator: Simulator, detectors: Sequence[str]) -> None:
        self._simulator = simulator
        self._makers = {name: listener_factory(name) for name in detectors}

    def play(self, task: Task) -> dict[str, Record]:
        index, names = task
        call = self._simulator.call(index)
        played = packed(call.played)
        made = {}
        for name in names:
            heard = listen(self._makers[name](), call)
            made[name] = Record(
                index, call.seconds, call.labels, heard.heard, heard.cpu_s, heard.state_bytes,
                played,
            )  # fmt: skip
        return made


class _Playing:
    """What a process does that was started for it: plays one call at a time."""

    def __init__(self, setting: Setting, detectors: tuple[str, ...]) -> None:
        self._setting, self._detectors = setting, detectors
        self._player: Player | None = None

    def start(self) -> None:
        self._player = Player(self._setting.simulator(), self._detectors)

    def do(self, task: Task, tell: Tell) -> dict[str, Record]:
        assert self._player is not None
        return self._player.play(task)


def _jobs_of(jobs: int, tasks: int) -> int:
    """Return how many processes to start; 1 is none but this one."""
    if jobs < 0:
        raise InputError(f"jobs must be 0, for as many as there are cores, or more, not {jobs!r}")
    most = jobs or processors()
    return max(1, min(most, tasks // CALLS_A_JOB if jobs == 0 else tasks))


def _silent(done: int, of: int) -> None:
    """Tell nobody."""


def play(
    setting: Setting, detectors: Sequence[str], *, hours: float = HOURS,
    journals: Sequence[Path | None] = (), tell: Callable[[int, int], object] = _silent,
    jobs: int = 1,
) -> dict[str, list[Record]]:  # fmt: skip
    """Play simulated calls to detectors, and return what each made of each call; see `run`.

    Source
    ------
    own; docs/bench.md.
    """
    if len(set(detectors)) != len(detectors):
        raise InputError(f"a detector is named twice: {', '.join(detectors)}")
    simulator = setting.simulator()
    player = Player(simulator, detectors)
    count = calls_of(hours, setting.call_s)
    head: dict[str, Any] = {
        "edition": EDITION, "seed": setting.seed, "split": setting.split,
        "call_s": setting.call_s, "corpora": simulator.corpora.about,
        "recordings": simulator.corpora.digest(), "codecs_missing": list(missing()),
    }  # fmt: skip
    kept = {
        name: Journal(path, {"detector": name, **head})
        for name, path in zip(detectors, journals or [None] * len(detectors), strict=True)
    }
    tasks: list[Task] = []
    for index in range(count):
        names = tuple(name for name in detectors if index not in kept[name].done)
        if names:
            tasks.append((index, names))
    several = _jobs_of(jobs, len(tasks))
    done = count - len(tasks)
    tell(done, count)
    made = (
        map(player.play, tasks) if several == 1
        else in_order(_Playing(setting, tuple(detectors)), tasks, workers=several)
    )  # fmt: skip
    for records in made:
        for name, record in records.items():
            kept[name].add(record)
        done += 1
        tell(done, count)
    return {name: [kept[name].done[index] for index in range(count)] for name in detectors}


def run(
    *detectors: str, hours: float = HOURS, seed: int = 1, split: str = "development",
    folder: str | Path | None = None, call_s: float = CALL_S,
    journals: Sequence[Path | None] = (), tell: Callable[[int, int], object] = _silent,
    jobs: int = 1,
) -> dict[str, Scores]:  # fmt: skip
    """Play simulated calls to detectors and score each; all hear the same calls.

    Parameters
    ----------
    *detectors : str
        Each ``monitor``, a baseline, or ``module:factory`` of what makes a `Listener`.
    hours : float
        Of calls; both legs of an hour are one hour.
    seed : int
    split : {"development", "sealed"}
    folder : path, optional
        Recordings; see `securecall.fraud.bench.open_corpora`.
    call_s : float
    journals : sequence of path or None, optional
        For each detector a file, to which a line of JSON is added for each call. What it holds
        already is not played again, so that a run that was stopped goes on.
    tell : callable
        Is told how many calls are done, and of how many.
    jobs : int
        So many processes share the calls, and one that is killed is replaced; 0 takes as many as
        there are cores, if there are calls enough. Results and journals are the same for any
        number, but for the CPU time.

    Raises
    ------
    InputError
        An argument is wrong, or a journal is of another run.
    BuildError
        A detector or a recording needs what is not installed.

    Source
    ------
    own; docs/bench.md.

    Examples
    --------
    >>> scores = run("silence", hours=0.02, call_s=36)["silence"]
    >>> scores.calls, round(scores.hours, 3)
    (2, 0.02)
    """
    setting = Setting(seed, split, folder, call_s)
    records = play(setting, detectors, hours=hours, journals=journals, tell=tell, jobs=jobs)
    clips = open_corpora(folder, split=split).recordings
    return {name: score(found, clips) for name, found in records.items()}
