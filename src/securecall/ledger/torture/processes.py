"""Crowds: several processes send the same requests to one file at once; each must count once."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import Lane, Writer, open_ledger, write

__all__ = ["torture"]

PROCESSES: Final = 4
LANES: Final = 3
STEPS: Final = 25
SIGN_EVERY: Final = 8


def torture(order: Order) -> Outcome:
    """Let crowds write until the order is met; in every other crowd one process is killed.

    Source
    ------
    own; docs/torture.md, "Processes".
    """
    outcome = Outcome("processes", "crowds")
    while order.wants(outcome.done):
        with order.room() as folder, tampered(sign_every=SIGN_EVERY):
            _crowd(order, outcome, folder / "ledger.db")
        outcome.done += 1
        order.tell("processes", outcome.done, order.times)
    outcome.seconds = order.spent_seconds
    return outcome


def _crowd(order: Order, outcome: Outcome, path: Path) -> None:
    number = outcome.done
    seed = order.seed * 1_000_003 + number
    rng = Random(f"processes {seed}")
    scripts = [script(seed, f"p{number}l{lane}", STEPS, alone=False) for lane in range(LANES)]
    lanes = [Lane(steps) for steps in scripts]
    writers = [Writer(lambda tell: write(path, lanes, tell)) for _ in range(PROCESSES)]
    faults = []
    if number % 2:
        writers[0].listen(rng.uniform(0, 0.3))
        writers[0].kill()
        outcome.count("with one process killed")
    acked: dict[str, str] = {}
    for writer in writers:
        writer.bury()
        faults += [f"a process died by itself: {words}" for words in writer.words]
        outcome.count("requests sent", len(writer.acked))
        for name, answer in writer.acked.items():
            if acked.setdefault(name, answer) != answer:
                faults.append(f"request {name!r} was answered in two ways")
    judge = Judge(step for steps in scripts for step in steps)
    try:
        with open_ledger(path) as ledger:
            faults += judge.check(ledger, acked)
    except SecurecallError as error:
        faults.append(f"the ledger does not open: {error}")
    outcome.count("operations counted", judge.known)
    outcome.blame(f"crowd {number} (seed {order.seed})", faults)
