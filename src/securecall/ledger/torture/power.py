"""Power cuts: a run is recorded, and the disk that each instant of it would leave is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.disk import MODES, Disk, Event, Mark, Mode, Sync, lay_out
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.recording import Crew, Recording, acks, record
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
EVENTS_MAX: Final = 400  # a process that is killed is so in its first so many
BLIND: Final = 24  # so many replays of a weakened store do not all go well by luck
Lanes = Sequence[Sequence[Step]]


@dataclass(frozen=True, slots=True)
class Way:
    """Who writes the file that is recorded.

    Attributes
    ----------
    name : str
    processes, threads : int
        Threads are of each process.
    same : bool
        All processes send the same requests; else each its own.
    killed : bool
        The first process is killed after a write, a sync, ...; another one then sends its requests.
    """

    name: str
    processes: int = 1
    threads: int = 1
    same: bool = False
    killed: bool = False

    @property
    def several(self) -> bool:
        """Whether more than one process ever wrote."""
        return self.processes > 1 or self.killed


WAYS: Final = (
    Way("one process"),
    Way("two processes", 2),
    Way("one process that is killed, and another", killed=True),
    Way("one process with 4 threads", threads=4),
    Way("three processes that send the same", 3, same=True),
    Way("two processes with 2 threads, one of them killed", 2, 2, killed=True),
    Way("one process with 8 threads", threads=8),
)


def torture(order: Order) -> Outcome:
    """Replay power cuts until the order is met.

    Every instant of a recorded run is a cut: before and after each write, truncation, sync, delete
    and answer. What was not synced is kept, dropped, or torn at 512 bytes; images that are equal
    are opened once. Where fewer than three thousand are wanted, a seeded choice is taken. One
    process or several write to the file; what any of them was told must hold.

    Source
    ------
    own; docs/torture.md, "Power cuts", and docs/decisions/0101.
    """
    return _torture(order, Outcome("power", "power-cut replays"), Counter(), weak=order.weak)


def control(order: Order) -> Outcome:
    """Replay power cuts of a store that was made to commit without waiting for the disk.

    It must lose operations that it acknowledged, also where several processes write; that none are
    lost is the fault.

    Source
    ------
    own; docs/torture.md, "Does it have teeth?".
    """
    losses: Counter[bool] = Counter()
    found = _torture(order, Outcome("control", "power-cut replays"), losses, weak=True)
    if found.not_run:
        return found
    outcome = Outcome("control", found.unit, found.done, seconds=found.seconds)
    several = sum(found.figures.get(_replays(way), 0) for way in WAYS if way.several)
    outcome.figures = {
        **found.figures,
        LOST: found.faulty,
        LOST_BY_SEVERAL: losses[True],
    }
    blind = []
    if not found.faulty:
        blind.append(f"{found.done} replays of synchronous=NORMAL lost nothing: the suite is blind")
    if several >= BLIND and not losses[True]:
        blind.append(f"{several} of them were of several processes: there it is blind")
    outcome.blame(f"seed {order.seed}", blind)
    return outcome


LOST: Final = "replays that lost acknowledged operations"
LOST_BY_SEVERAL: Final = "of these, where several processes wrote"


def _replays(way: Way) -> str:
    return f"replays of {way.name}"


def _torture(order: Order, outcome: Outcome, losses: Counter[bool], *, weak: bool) -> Outcome:
    run = 0
    try:
        while order.wants(outcome.done):
            losses[WAYS[run % len(WAYS)].several] += _one_recording(order, outcome, run, weak)
            run += 1
    except ShimMissing as error:
        outcome.not_run = str(error)
    outcome.seconds = order.spent_seconds
    return outcome


def _one_recording(order: Order, outcome: Outcome, run: int, weak: bool) -> int:
    """Make a recording and replay it; return how many replays were faulty."""
    seed = order.seed * 1_000_003 + run
    way = WAYS[run % len(WAYS)]
    rng = Random(f"power {seed}")
    crews = _crews(way, seed, run, rng)
    lanes = list({id(lane): lane for crew in crews for lane in crew.lanes}.values())
    where = f"recording {run} (seed {order.seed}, {way.name})"
    judge = Judge(step for steps in lanes for step in steps)
    with order.room(in_memory=True) as folder, tampered(sign_every=SIGN_EVERY):
        recording = record(
            folder / "ledger.db", crews, weak=weak, checkpoint_pages=rng.choice(CHECKPOINT_PAGES)
        )
        faults = _two_ways(recording)
        with open_ledger(folder / "ledger.db") as ledger:
            faults += judge.check(ledger, recording.acked)
        outcome.blame(where, faults)
        if faults:
            outcome.done += 1
            return 0
    outcome.count("recordings")
    outcome.count("events recorded", len(recording.log))
    outcome.count("processes killed in a recording", recording.died)
    cuts = _cuts(recording.log)
    share = _share(order, outcome.done)
    if share >= len(cuts):
        outcome.count("recordings replayed at every instant")
    else:
        cuts = sorted(rng.sample(cuts, share))
    with order.room(in_memory=True) as folder:
        replay = _Replay(order, outcome, judge, lanes, folder, where, way)
        return replay.run(recording, cuts, rng)


def _crews(way: Way, seed: int, run: int, rng: Random) -> list[Crew]:
    own = 1 if way.same else way.processes
    count = own * way.threads
    lanes = [
        script(seed, f"w{run}t{lane}", STEPS // count + 5, alone=count == 1)
        for lane in range(count)
    ]
    crews = [
        Crew(lanes[number % own * way.threads :][: way.threads]) for number in range(way.processes)
    ]
    if way.killed:
        crews[0] = Crew(crews[0].lanes, dies_after=rng.randint(1, EVENTS_MAX))
    return crews


def _two_ways(recording: Recording) -> list[str]:
    """Return which requests were answered in two ways, by two processes or by one."""
    answers: dict[str, str] = {}
    return [
        f"request {name!r} was answered in two ways"
        for name, answer in acks(recording.log)
        if answers.setdefault(name, answer) != answer
    ]


def _share(order: Order, done: int) -> int:
    """Return how many cuts of one recording are wanted.

    Among few there are to be recordings of all ways, from their beginnings to their ends.
    """
    if order.times is None:
        return AT_ONCE
    left = order.times - done
    return left if order.times >= EVERY else min(-(-order.times // len(WAYS)), left)


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


@dataclass(slots=True)
class _Replay:
    """Opens the disks that cuts leave."""

    order: Order
    outcome: Outcome
    judge: Judge
    lanes: Lanes
    folder: Path
    where: str
    way: Way
    last: tuple[dict[str, bytes], int] | None = field(default=None, init=False)

    def run(self, recording: Recording, cuts: Sequence[tuple[int, Mode]], rng: Random) -> int:
        """Open the disk of each cut; return how many were faulty."""
        before = self.outcome.faulty
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
            self.outcome.count(_replays(self.way))
            self.order.tell(self.outcome.part, self.outcome.done, self.order.times)
            if not self.order.wants(self.outcome.done):
                break
        return self.outcome.faulty - before

    def _open(self, image: dict[str, bytes], acked: dict[str, str]) -> list[str]:
        lay_out(image, self.folder)
        path = self.folder / "ledger.db"
        try:
            with open_ledger(path) as ledger:
                faults = self.judge.check_quickly(ledger, acked)
                if faults and self.way.killed:
                    # What a killed process had written but not finished may be there, and gone
                    # for good later: such a file is judged by itself.
                    faults = self._fresh_judge().check(ledger, acked)
            if not faults and self.outcome.done % GO_ON_EVERY == 0:
                faults = self._go_on(path, acked)
        except SecurecallError as error:
            return [f"the ledger does not open: {error}"]
        return faults

    def _fresh_judge(self) -> Judge:
        return Judge(step for steps in self.lanes for step in steps)

    def _go_on(self, path: Path, acked: dict[str, str]) -> list[str]:
        """Send everything again, as hosts do that have heard no answer; nothing counts twice."""
        self.outcome.count("where all requests were sent again")
        judge = self._fresh_judge()
        with open_ledger(path) as ledger:
            for steps in self.lanes:
                for step in steps:
                    try:
                        step.send(ledger)
                    except SecurecallError as error:
                        if step.request_id in acked:
                            return [f"request {step.request_id!r} was answered; now {error}"]
            return judge.check(ledger, acked)
