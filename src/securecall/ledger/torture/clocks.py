"""Clocks that jump: every instant is an argument, so that no clock of the machine can matter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from securecall.errors import SecurecallError
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.namespaces import NotAllowed, own_clock
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.vfs import Shim, ShimMissing
from securecall.ledger.torture.workload import Step, script
from securecall.ledger.torture.writer import Lane, Writer, open_ledger, write

__all__ = ["JUMP_SECONDS", "jumping", "torture"]

STEPS: Final = 60
JUMP_SECONDS: Final = 400 * 86_400
CLOCKS: Final = ("time", "monotonic", "perf_counter")


def torture(order: Order) -> Outcome:
    """Run ledgers under clocks that jump, until the order is met.

    Two ways take turns: Python's clocks and SQLite's jump up to 400 days either way at every
    reading; and the kernel's monotonic clock is ahead by up to 400 days (a time namespace, where
    the system gives one). Each file must hold, hash by hash, what the same requests make in memory.

    Source
    ------
    own; docs/torture.md, "Clocks".
    """
    outcome = Outcome("clock", "runs under other clocks")
    refused = ""
    while order.wants(outcome.done) and not outcome.not_run:
        number = outcome.done
        kernel = number % 2 == 1 and not refused
        with order.room(in_memory=True) as folder:
            refused = refused or _one(order, outcome, number, folder / "ledger.db", kernel)
        order.tell("clock", outcome.done, order.times)
    if refused:
        outcome.count(f"namespaces of time refused ({refused})")
    outcome.seconds = order.spent_seconds
    return outcome


def _one(order: Order, outcome: Outcome, number: int, path: Path, kernel: bool) -> str:
    """Run once; return why the system gives no clock of one's own, if that is so."""
    steps = script(order.seed * 1_000_003 + number, f"c{number}", STEPS)
    rng = Random(f"clock {order.seed} {number}")
    ahead_seconds = rng.randint(1, JUMP_SECONDS)
    writer = Writer(
        lambda tell: (
            _ahead(path, steps, ahead_seconds, tell) if kernel else _jumping(path, steps, rng, tell)
        )
    )
    writer.bury()
    faults = []
    for words in writer.words:
        kind, _, text = words.partition(" ")
        if kind == "missing":
            outcome.not_run = text
            return ""
        if kind == "refused":
            return text
        faults.append(f"the process died: {words}")
    outcome.count("with the kernel's monotonic clock ahead" if kernel else "with clocks that jump")
    judge = Judge(steps)
    try:
        with open_ledger(path) as ledger:
            faults += judge.check(ledger, writer.acked)
    except SecurecallError as error:
        faults.append(f"the ledger does not open: {error}")
    if not faults and judge.known < STEPS // 2:
        faults.append(f"only {judge.known} of {STEPS} requests were kept")
    outcome.blame(f"run {number} (seed {order.seed})", faults)
    outcome.done += 1
    return ""


def _ahead(
    path: Path, steps: tuple[Step, ...], ahead_seconds: int, tell: Callable[[str], None]
) -> None:
    try:
        own_clock(ahead_seconds)
    except NotAllowed as error:
        tell(f"say refused {error}")
        return
    before = time.monotonic()

    def live(say: Callable[[str], None]) -> None:
        # Only children of the process get the clock; that this one has it is seen first.
        assert time.monotonic() >= before + ahead_seconds, "the clock is not ahead"
        write(path, [Lane(steps)], say)

    child = Writer(live)
    child.bury()
    for name, answer in child.acked.items():
        tell(f"ack {name} {answer}")
    for words in child.words:
        tell(f"say {words}")


def _jumping(path: Path, steps: tuple[Step, ...], rng: Random, tell: Callable[[str], None]) -> None:
    try:
        shim = Shim(keeps=False)
    except ShimMissing as error:
        tell(f"say missing {error}")
        return
    wall = time.time_ns
    with shim:
        shim.now_ms = lambda: wall() // 1_000_000 + rng.randint(-JUMP_SECONDS, JUMP_SECONDS) * 1_000
        jumping(rng)
        write(path, [Lane(steps)], tell)


def jumping(rng: Random) -> None:
    """Replace this process's clocks in `time` by ones that jump at each reading; for good."""

    def replaced(clock: Callable[[], Any], unit: int) -> Callable[[], Any]:
        return lambda: clock() + rng.randint(-JUMP_SECONDS, JUMP_SECONDS) * unit

    for name in CLOCKS:
        setattr(time, name, replaced(getattr(time, name), 1))
        setattr(time, f"{name}_ns", replaced(getattr(time, f"{name}_ns"), 1_000_000_000))
