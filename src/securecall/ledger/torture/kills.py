"""Kill -9: a process that writes is killed at a random instant, over and over, on one file."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.workload import Step, script
from securecall.ledger.torture.writer import Lane, Writer, open_ledger, write

__all__ = ["torture"]

KILLS_PER_FILE: Final = 20
STEPS: Final = 1_500  # of a lane; more than twenty writers get to
ALIVE_SECONDS_MAX: Final = 0.12
SIGN_EVERY: Final = 32  # so that files of some hundred operations are signed on their way
AGAIN: Final = 3  # steps that the next writer sends again


def torture(order: Order) -> Outcome:
    """Kill writers until the order is met.

    Each file sees twenty kills. A writer has one, four or eight threads, or closes and opens the
    ledger all the time; sometimes another process writes to the same file too. After a kill the
    file is opened and judged, and the next writer sends again what the killed one may not have
    heard the answer of.

    Source
    ------
    own; docs/torture.md, "Kills".
    """
    outcome = Outcome("kill", "kills")
    file = 0
    while order.wants(outcome.done):
        with order.room() as folder, tampered(sign_every=SIGN_EVERY):
            _kill_on_one_file(order, outcome, folder / "ledger.db", file)
        file += 1
    outcome.seconds = order.spent_seconds
    return outcome


def _kill_on_one_file(order: Order, outcome: Outcome, path: Path, file: int) -> None:
    seed = order.seed * 1_000_003 + file
    rng = Random(f"kills {seed}")
    threads = rng.choice((1, 1, 4, 8))
    restless = rng.choice((None, 2)) if threads == 1 else None
    scripts = [script(seed, f"{file}t{t}", STEPS, alone=threads == 1) for t in range(threads)]
    other = script(seed, f"{file}other", STEPS, alone=False)
    judge = Judge(step for steps in (*scripts, other) for step in steps)
    acked: dict[str, str] = {}
    for turn in range(KILLS_PER_FILE):
        if not order.wants(outcome.done):
            return
        lanes = [Lane(steps, _resume(steps, acked)) for steps in scripts]
        writers = [_writer(path, lanes, restless)]
        if rng.random() < 0.25:
            lane = Lane(other, _resume(other, acked))
            writers.append(_writer(path, [lane], None))
            outcome.count("with another process on the file")
        if restless is not None:
            outcome.count("of writers that close and open all the time")
        where = f"kill {turn + 1} on file {file} (seed {order.seed}, {threads} threads)"
        outcome.blame(where, _kill(writers, rng, acked, outcome))
        outcome.blame(where, _judge(path, judge, acked))
        outcome.done += 1
        order.tell("kill", outcome.done, order.times)
        if outcome.faulty:
            break  # what follows on a damaged file says nothing new
    outcome.count("operations kept", judge.known)
    outcome.count("operations acknowledged", len(acked))


def _writer(path: Path, lanes: list[Lane], restless: int | None) -> Writer:
    return Writer(lambda tell: write(path, lanes, tell, restless=restless))


def _resume(steps: tuple[Step, ...], acked: dict[str, str]) -> int:
    """Return where a lane goes on: a little before the first step that was not answered."""
    last = max((n for n, step in enumerate(steps) if step.request_id in acked), default=-1)
    return max(last + 1 - AGAIN, 0)


def _kill(writers: list[Writer], rng: Random, acked: dict[str, str], outcome: Outcome) -> list[str]:
    """Let writers live for a moment, kill them one after the other, and hear what they said."""
    faults = []
    for writer in writers:
        writer.listen(rng.uniform(0, ALIVE_SECONDS_MAX))
        writer.kill()
    for writer in writers:
        writer.bury()
        if not writer.acked:
            outcome.count("before the first answer")
        for name, answer in writer.acked.items():
            if acked.setdefault(name, answer) != answer:
                faults.append(f"request {name!r} was answered in two ways")
        faults += [f"a writer died by itself: {words}" for words in writer.words]
    return faults


def _judge(path: Path, judge: Judge, acked: dict[str, str]) -> list[str]:
    try:
        with open_ledger(path) as ledger:
            return judge.check(ledger, acked)
    except SecurecallError as error:
        return [f"the ledger does not open: {error}"]
