"""Power cuts: a run is recorded, and the disk that each instant of it would leave is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.disk import MODES, Disk, Event, Mark, Mode, Sync, lay_out
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.recording import Recording, acks, record
from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.vfs import ShimMissing
from securecall.ledger.torture.workload import Step, script
from securecall.ledger.torture.writer import open_ledger

__all__ = ["control", "torture"]

STEPS: Final = 48  # of a recording, shared among its lanes
GO_ON_EVERY: Final = 16
CHECKPOINT_PAGES: Final = (25, 100, None)
SIGN_EVERY: Final = 16
EVERY: Final = 3_000  # from so many on every cut of a recording is replayed
AT_ONCE: Final = 150  # cuts of a recording, where time is all that is given
Lanes = Sequence[Sequence[Step]]


def torture(order: Order) -> Outcome:
    """Replay power cuts until the order is met.

    Every instant of a recorded run is a cut: before and after each write, truncation, sync, delete
    and answer. What was not synced is kept, dropped, or torn at 512 bytes; images that are equal
    are opened once. Where fewer than three thousand are wanted, a seeded choice is taken.

    Source
    ------
    own; docs/torture.md, "Power cuts", and docs/decisions/0101.
    """
    return _torture(order, Outcome("power", "power-cut replays"), weak=order.weak)


def control(order: Order) -> Outcome:
    """Replay power cuts of a store that was made to commit without waiting for the disk.

    It must lose operations that it acknowledged; that none are lost is the fault.

    Source
    ------
    own; docs/torture.md, "Does it have teeth?".
    """
    found = _torture(order, Outcome("control", "power-cut replays"), weak=True)
    if found.not_run:
        return found
    outcome = Outcome("control", found.unit, found.done, seconds=found.seconds)
    outcome.figures = {**found.figures, "replays that lost acknowledged operations": found.faulty}
    if not found.faulty:
        outcome.blame(
            f"seed {order.seed}",
            [f"{found.done} replays of synchronous=NORMAL lost nothing: the suite is blind"],
        )
    return outcome


def _torture(order: Order, outcome: Outcome, *, weak: bool) -> Outcome:
    run = 0
    try:
        while order.wants(outcome.done):
            _one_recording(order, outcome, run, weak)
            run += 1
    except ShimMissing as error:
        outcome.not_run = str(error)
    outcome.seconds = order.spent_seconds
    return outcome


def _one_recording(order: Order, outcome: Outcome, run: int, weak: bool) -> None:
    seed = order.seed * 1_000_003 + run
    threads = (1, 4, 8)[run % 3]
    lanes = [
        script(seed, f"w{run}t{t}", STEPS // threads + 5, alone=threads == 1)
        for t in range(threads)
    ]
    where = f"recording {run} (seed {order.seed}, {threads} threads)"
    judge = Judge(step for steps in lanes for step in steps)
    rng = Random(f"power {seed}")
    with order.room(in_memory=True) as folder, tampered(sign_every=SIGN_EVERY):
        recording = record(
            folder / "ledger.db", lanes, weak=weak, checkpoint_pages=rng.choice(CHECKPOINT_PAGES)
        )
        with open_ledger(folder / "ledger.db") as ledger:
            faults = judge.check(ledger, recording.acked)
        outcome.blame(where, faults)
        if faults:
            outcome.done += 1
            return
    outcome.count("recordings")
    outcome.count("events recorded", len(recording.log))
    cuts = _cuts(recording.log)
    share = _share(order, outcome.done)
    if share >= len(cuts):
        outcome.count("recordings replayed at every instant")
    else:
        cuts = sorted(rng.sample(cuts, share))
    with order.room(in_memory=True) as folder:
        _Replay(order, outcome, judge, lanes, folder, where).run(recording, cuts, rng)


def _share(order: Order, done: int) -> int:
    """Return how many cuts of one recording are wanted.

    Among few there are to be several recordings, from their beginnings to their ends.
    """
    if order.times is None:
        return AT_ONCE
    left = order.times - done
    return left if order.times >= EVERY else min(-(-order.times // 3), left)


def _cuts(log: Sequence[Event]) -> list[tuple[int, Mode]]:
    """Return every cut at which something may be new: (events that happened, mode)."""
    found: list[tuple[int, Mode]] = []
    for place, event in enumerate(log, 1):
        if isinstance(event, Mark):
            found.append((place, "dropped"))  # the least that must hold what was just promised
        elif isinstance(event, Sync):
            found += [(place, "dropped"), (place, "torn")]
        else:
            found += [(place, mode) for mode in MODES]
    return found


class _Replay:
    """Opens the disks that cuts leave."""

    def __init__(
        self, order: Order, outcome: Outcome, judge: Judge, lanes: Lanes, folder: Path, where: str
    ) -> None:
        self.order = order
        self.outcome = outcome
        self.judge = judge
        self.lanes = lanes
        self.folder = folder
        self.where = where
        self.last: tuple[dict[str, bytes], int] | None = None

    def run(self, recording: Recording, cuts: Sequence[tuple[int, Mode]], rng: Random) -> None:
        disk, fed, acked = Disk(), 0, dict[str, str]()
        for place, mode in cuts:
            for event in recording.log[fed:place]:
                disk.feed(event)
            acked.update(acks(recording.log[fed:place]))
            fed = place
            image = disk.image(mode, rng)
            # An image that was opened is opened again only if more has been promised since.
            if (image, len(acked)) == self.last:
                continue
            self.last = (image, len(acked))
            self.outcome.blame(f"{self.where}, cut {place}, {mode}", self._open(image, acked))
            self.outcome.done += 1
            self.outcome.count(mode)
            self.order.tell(self.outcome.part, self.outcome.done, self.order.times)
            if not self.order.wants(self.outcome.done):
                return

    def _open(self, image: dict[str, bytes], acked: dict[str, str]) -> list[str]:
        lay_out(image, self.folder)
        path = self.folder / "ledger.db"
        try:
            with open_ledger(path) as ledger:
                faults = self.judge.check_quickly(ledger, acked)
            if not faults and self.outcome.done % GO_ON_EVERY == 0:
                faults = self._go_on(path, acked)
        except SecurecallError as error:
            return [f"the ledger does not open: {error}"]
        return faults

    def _go_on(self, path: Path, acked: dict[str, str]) -> list[str]:
        """Send everything again, as hosts do that have heard no answer; nothing counts twice."""
        self.outcome.count("where all requests were sent again")
        judge = Judge(step for steps in self.lanes for step in steps)
        with open_ledger(path) as ledger:
            for steps in self.lanes:
                for step in steps:
                    try:
                        step.send(ledger)
                    except SecurecallError as error:
                        if step.request_id in acked:
                            return [f"request {step.request_id!r} was answered; now {error}"]
            return judge.check(ledger, acked)
