"""Makes and hears calls, in as many processes as one likes; what is done is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from benchmarks.evidence.calls import Batch, Kept
from benchmarks.evidence.changes import Changes, changes_of
from benchmarks.evidence.journal import Journal
from benchmarks.evidence.otherwise import otherwise
from benchmarks.evidence.otherwise.voices import call_of
from benchmarks.measure import say

CALLS, ROWS, PEOPLE = "calls", "rows", "people"  # folders of what is kept
TOLD_EVERY_S = 10.0


class Keeper:
    """Makes a batch's calls and keeps their audio."""

    def __init__(self, folder: Path, batch: Batch) -> None:
        self.kept = Kept(folder / CALLS, batch)
        self.simulator = batch.simulator()

    def waiting(self) -> list[int]:
        return [
            n for n in range(self.kept.batch.count) if not self.kept.path(n).exists()
        ]  # fmt: skip

    def work(self, index: int) -> None:
        self.kept.add(self.simulator.call(index))


class Hearer:
    """Hears a batch's calls, those that are kept or else made for the moment."""

    def __init__(self, folder: Path, batch: Batch) -> None:
        self.journal = Journal(folder / ROWS, batch)
        self.people = folder / PEOPLE
        self.kept = Kept(folder / CALLS, batch)
        self.simulator = batch.simulator()
        self.speakers = batch.speakers()

    def waiting(self) -> list[int]:
        return self.journal.waiting()

    def work(self, index: int) -> None:
        if self.journal.batch.otherwise:
            call = otherwise(
                call_of(self.simulator, index, self.people, self.speakers), self.simulator.corpora
            )
        else:
            call = self.kept.call(index) or self.simulator.call(index)
        self.journal.add(changes_of(call))


Worker = Keeper | Hearer
_here: list[Worker] = []


def _begin(kind: Callable[[Path, Batch], Worker], folder: Path, batch: Batch) -> None:
    _here[:] = [kind(folder, batch)]


def _worked(index: int) -> int:
    _here[0].work(index)
    return index


def _done(
    kind: Callable[[Path, Batch], Worker], folder: Path, batch: Batch, waiting: Sequence[int],
    jobs: int,
) -> Iterator[int]:  # fmt: skip
    if jobs == 1:
        _begin(kind, folder, batch)
        yield from map(_worked, waiting)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(kind, folder, batch)
    ) as pool:
        for one in as_completed([pool.submit(_worked, index) for index in waiting]):
            yield one.result()


def work(
    kind: Callable[[Path, Batch], Worker], folder: Path, wanted: Iterable[Batch], *, jobs: int
) -> None:
    """Do what is still to be done for some batches."""
    for batch in wanted:
        waiting = kind(folder, batch).waiting()
        began = told = time.monotonic()
        say(f"{batch.name}: {len(waiting)} of {batch.count} calls to do")
        for done, _ in enumerate(_done(kind, folder, batch, waiting, jobs), 1):
            now = time.monotonic()
            if now > told + TOLD_EVERY_S or done == len(waiting):
                left = (now - began) / done * (len(waiting) - done)
                say(f"{batch.name}: {done}/{len(waiting)}, {left:.0f} s left")
                told = now


def heard(folder: Path, wanted: Sequence[Batch], *, jobs: int) -> list[tuple[Batch, Changes]]:
    """Return the changes of all calls of some batches; what is not written down yet is heard."""
    work(Hearer, folder, wanted, jobs=jobs)
    return [
        (batch, changes)
        for batch in wanted
        for changes in Journal(folder / ROWS, batch).all()
    ]  # fmt: skip
