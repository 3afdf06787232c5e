"""Failing syncs: the disk says EIO to one or more of them, and may forget what it was told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.disk import Disk, Mark, Sync, lay_out
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.recording import Crew, Recording, acks, record
from securecall.ledger.torture.vfs import ShimMissing
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import open_ledger

__all__ = ["torture"]

STEPS: Final = 30
SYNC_MAX: Final = 45  # a run has about so many
ROW_MAX: Final = 3
TORN: Final = 16
CHECKPOINT_PAGES: Final[tuple[int | None, ...]] = (25, None)


def torture(order: Order) -> Outcome:
    """Fail syncs until the order is met.

    A run meets one failure or up to three in a row, at a seeded place. Whoever is told that an
    operation is unsure asks again with the same request id. Then the file is judged as the process
    left it, and as a power cut would leave it on a disk that forgets what a failed sync was to
    write, as Linux may: at each answer after the failure.

    Source
    ------
    own; docs/torture.md, "Failing syncs".
    """
    outcome = Outcome("fsync", "failed syncs")
    run = 0
    try:
        while order.wants(outcome.done):
            _one_run(order, outcome, run)
            run += 1
            order.tell("fsync", outcome.done, order.times)
    except ShimMissing as error:
        outcome.not_run = str(error)
    outcome.seconds = order.spent_seconds
    return outcome


def _failing(first: int, row: int) -> Callable[[int], bool]:
    return lambda number: first <= number < first + row


def _one_run(order: Order, outcome: Outcome, run: int) -> None:
    seed = order.seed * 1_000_003 + run
    rng = Random(f"fsync {seed}")
    threads = rng.choice((1, 1, 4))
    first, row = rng.randint(1, SYNC_MAX // threads), rng.randint(1, ROW_MAX)
    lanes = [
        script(seed, f"f{run}t{t}", STEPS // threads + 5, alone=threads == 1)
        for t in range(threads)
    ]
    where = f"run {run} (seed {order.seed}, syncs {first} to {first + row - 1}, {threads} threads)"
    with order.room(in_memory=True) as folder:
        try:
            recording = record(
                folder / "ledger.db",
                [Crew(lanes)],
                checkpoint_pages=rng.choice(CHECKPOINT_PAGES),
                fails=_failing(first, row),
            )
        except RuntimeError as error:
            outcome.done += 1
            outcome.blame(where, [f"the process died: {error}"])
            return
        outcome.done += recording.failed_syncs
        outcome.count("runs")
        outcome.count("answers of the store that it is unsure", recording.unsure)
        outcome.count("operations acknowledged", len(recording.acked))
        if not recording.failed_syncs:
            outcome.count("runs that ended before the failing sync")
        judge = Judge(step for steps in lanes for step in steps)
        try:
            with open_ledger(folder / "ledger.db") as ledger:
                faults = judge.check(ledger, recording.acked)
        except SecurecallError as error:
            faults = [f"the ledger does not open: {error}"]
        outcome.blame(where, faults)
        if not faults and recording.failed_syncs:
            outcome.blame(
                f"{where}, then a power cut", _forgotten(recording, judge, folder, outcome)
            )


def _forgotten(recording: Recording, judge: Judge, folder: Path, outcome: Outcome) -> list[str]:
    """Cut the power at each answer after a failure.

    Where a request was acknowledged, on a disk that forgets what it failed to do: it must be there.
    Where one was denied, on a disk that may have done it all the same: it must not come back.
    """
    forgetful, lucky = Disk(forgets=True), Disk()
    acked, failed = dict[str, str](), False
    for event in recording.log:
        forgetful.feed(event)
        lucky.feed(event)
        failed = failed or (isinstance(event, Sync) and not event.ok)
        acked.update(acks([event]))
        if not isinstance(event, Mark) or not failed:
            continue
        images = [forgetful.image("dropped", Random(0))]
        denied = ""
        if event.what == "denied":
            denied = event.text
            outcome.count("requests that the store denied to have kept")
            images += [lucky.image("torn", Random(seed)) for seed in range(TORN)]
        for image in images:
            lay_out(image, folder)
            outcome.count("power cuts after a failure")
            faults = _faults(folder / "ledger.db", judge, acked, denied)
            if faults:
                return faults
    return []


def _faults(path: Path, judge: Judge, acked: dict[str, str], denied: str) -> list[str]:
    try:
        with open_ledger(path) as ledger:
            faults = judge.check_quickly(ledger, acked)
            if denied and ledger._store.read(lambda view: view.op(denied)) is not None:
                faults.append(f"request {denied!r} was denied, and is there after all")
            return faults
    except SecurecallError as error:
        return [f"the ledger does not open: {error}"]
