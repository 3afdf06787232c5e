"""Disk full: a ledger on a disk of a few hundred kilobytes runs out of room, and gets more."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from securecall.errors import SecurecallError, StoreError, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.namespaces import NotAllowed, own_disk, resize
from securecall.ledger.torture.part import Order, Outcome
from securecall.ledger.torture.workload import Step, fingerprint, script
from securecall.ledger.torture.writer import Writer, open_ledger

__all__ = ["torture"]

SMALL_KIB: Final = (24, 700)
AMPLE_KIB: Final = 1 << 16
STEPS: Final = 1_200
AFTER: Final = 40  # requests that are sent to the full disk


def torture(order: Order) -> Outcome:
    """Fill disks until the order is met.

    Each is a tmpfs of its own size. When the first request fails, forty more are sent; each is
    done or refused with an error of the store, and reading goes on. Then the disk is given room,
    what failed is sent again, and the file is judged.

    Source
    ------
    own; docs/torture.md, "Disk full".
    """
    outcome = Outcome("full", "full disks")
    while order.wants(outcome.done) and not outcome.not_run:
        number = outcome.done
        where = f"disk {number} (seed {order.seed})"
        with order.room() as folder:
            writer = Writer(lambda tell: _fill(folder, order.seed, number, tell))  # noqa: B023
            writer.bury()
        faults = []
        for words in writer.words:
            kind, _, text = words.partition(" ")
            if kind == "not-run":
                outcome.not_run = text
            elif kind == "figure":
                count, _, what = text.partition(" ")
                outcome.count(what, int(count))
            else:
                faults.append(words)
        if not writer.done and not faults:
            faults.append("the process was killed")
        outcome.blame(where, faults)
        outcome.done += not outcome.not_run
        order.tell("full", outcome.done, order.times)
    outcome.seconds = order.spent_seconds
    return outcome


def _fill(folder: Path, seed: int, number: int, tell: Callable[[str], None]) -> None:
    """Be the process on the small disk; only it can see the disk, so it judges too."""
    rng = Random(f"full {seed} {number}")
    size_kib = rng.randint(*SMALL_KIB) // 4 * 4
    try:
        own_disk(folder, size_kib)
    except NotAllowed as error:
        tell(f"say not-run {error}")
        return
    steps = script(seed * 1_000_003 + number, f"d{number}", STEPS)
    host = _Host(folder / "ledger.db", steps)
    host.fill()
    # Reading needs no room, if there is anything to read.
    if host.ledger is not None:
        host.ledger.totals()
    resize(folder, AMPLE_KIB)
    host.send_again()
    tell(f"say figure {len(host.acked)} operations acknowledged")
    tell(f"say figure {host.refusals} requests that failed for want of room")
    tell(f"say figure {host.opened_full} openings that failed for want of room")
    for fault in host.judged():
        tell(f"say fault disk of {size_kib} KiB: {fault}")


class _Host:
    """Sends to a disk that gets full."""

    def __init__(self, path: Path, steps: tuple[Step, ...]) -> None:
        self.path = path
        self.steps = steps
        self.ledger: Ledger | None = None
        self.acked: dict[str, str] = {}
        self.refused: list[Step] = []
        self.refusals = 0
        self.opened_full = 0

    def fill(self) -> None:
        """Send until the disk is full, and a while longer."""
        left = AFTER
        for step in self.steps:
            try:
                if self.ledger is None:
                    self.ledger = open_ledger(self.path)
            except StoreError:
                self.opened_full += 1
                return
            if not self._send(step):
                self.refused.append(step)
            left -= bool(self.refused)
            if left == 0:
                return

    def _send(self, step: Step) -> bool:
        assert self.ledger is not None
        try:
            answer = step.send(self.ledger)
        except Unknown:
            return True  # about something that was refused; nothing moved, nothing is kept
        except StoreError:
            self.refusals += 1
            return False
        self.acked[step.request_id] = fingerprint(answer)
        return True

    def send_again(self) -> None:
        """Send what failed, now that there is room; it must go through."""
        if self.ledger is None:
            self.ledger = open_ledger(self.path)
        for step in self.refused:
            if not self._send(step) and not self._send(step):
                raise StoreError(f"{step.request_id} fails although there is room")

    def judged(self) -> list[str]:
        """Close the ledger, open it again, and judge it."""
        assert self.ledger is not None
        self.ledger.close()
        judge = Judge(self.steps)
        try:
            with open_ledger(self.path) as ledger:
                faults = judge.check(ledger, self.acked)
        except SecurecallError as error:
            return [f"the ledger does not open: {error}"]
        left = {name for name in os.listdir(self.path.parent) if "journal" in name}
        return faults + [f"{name} was left behind" for name in sorted(left)]
