"""A run of a ledger with everything that it did to its disk."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from securecall.errors import StoreError, StoreUnsure, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.disk import Event, Mark
from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.vfs import Shim, ShimMissing
from securecall.ledger.torture.workload import Step, fingerprint
from securecall.ledger.torture.writer import Writer, open_ledger

__all__ = ["Recording", "record"]

TRIES_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run did.

    Attributes
    ----------
    log : list of Event
        With a mark ``ack`` after each answer, its text the request id and the `fingerprint`; and
        ``denied`` where the store said that a request was not kept.
    failed_syncs : int
    unsure : int
        How often the store could not say whether an operation was kept.
    """

    log: list[Event]
    failed_syncs: int
    unsure: int

    @property
    def acked(self) -> dict[str, str]:
        """Every answer that was given."""
        return dict(acks(self.log))


def acks(log: Sequence[Event]) -> list[tuple[str, str]]:
    """Return (request id, fingerprint) of the answers in a log."""
    found = []
    for event in log:
        if isinstance(event, Mark) and event.what == "ack":
            name, _, answer = event.text.partition(" ")
            found.append((name, answer))
    return found


def record(
    path: Path,
    lanes: Sequence[Sequence[Step]],
    *,
    weak: bool = False,
    checkpoint_pages: int | None = None,
    fails: Callable[[int], bool] | None = None,
) -> Recording:
    """Run lanes, a thread each, in a process of their own under the shim.

    The ledger is closed and opened again half-way, so that the log has a last connection leaving;
    at the end it is left as it is.

    Parameters
    ----------
    weak, checkpoint_pages
        See `tampering.tampered`.
    fails : callable, optional
        Takes the number of a sync; whether it fails.

    Raises
    ------
    ShimMissing
        SQLite cannot be reached.
    RuntimeError
        The process died; with its last words.
    """
    notes = path.with_suffix(".log")
    held: list[Ledger] = []  # a ledger that nobody holds would be closed (Python 3.12 is quick)

    def live(tell: Callable[[str], None]) -> None:
        try:
            shim = Shim()
        except ShimMissing as error:
            tell(f"missing {error}")
            return
        with shim, tampered(weak=weak, checkpoint_pages=checkpoint_pages):
            shim.fails = fails
            unsure = _run(path, lanes, shim, held)
            notes.write_bytes(pickle.dumps(Recording(shim.log, shim.failed, unsure)))

    writer = Writer(live)
    writer.bury()
    if writer.words and writer.done:
        raise ShimMissing(writer.words[0])
    if not writer.done:
        raise RuntimeError("; ".join(writer.words) or "the recording process was killed")
    found: Recording = pickle.loads(notes.read_bytes())
    notes.unlink()
    return found


def _run(path: Path, lanes: Sequence[Sequence[Step]], shim: Shim, held: list[Ledger]) -> int:
    unsure = 0
    for half in (0, 1):
        parts = [
            steps[: len(steps) // 2] if half == 0 else steps[len(steps) // 2 :] for steps in lanes
        ]
        hosts = [_Host(path, part, shim) for part in parts]
        ledger, refusals = _open(path)
        held[:] = [ledger]
        unsure += refusals
        threads = [threading.Thread(target=host.work, args=(ledger,)) for host in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        unsure += sum(host.unsure for host in hosts)
        for host in hosts:
            if host.failure is not None:
                raise host.failure
        if half == 0:
            ledger.close()
    return unsure


def _open(path: Path) -> tuple[Ledger, int]:
    """Open a ledger on a disk that may fail just now; trying again must help when it is well."""
    for tries in range(TRIES_MAX):
        try:
            return open_ledger(path), tries
        except StoreError:
            if tries == TRIES_MAX - 1:
                raise
    raise AssertionError("the last try returns or raises")


class _Host:
    """A careful host: while the store is unsure it asks again with the same id."""

    def __init__(self, path: Path, steps: Sequence[Step], shim: Shim) -> None:
        self.path = path
        self.steps = steps
        self.shim = shim
        self.unsure = 0
        self.failure: BaseException | None = None

    def work(self, ledger: Ledger) -> None:
        try:
            for step in self.steps:
                self._send(ledger, step)
        except BaseException as error:
            self.failure = error

    def _send(self, ledger: Ledger, step: Step) -> None:
        for tries in range(TRIES_MAX):
            try:
                answer = step.send(ledger)
            except Unknown:
                # What it is about was refused or raised itself; nothing moved, nothing is kept.
                return
            except StoreError as error:
                self.unsure += 1
                if not isinstance(error, StoreUnsure):
                    self.shim.mark("denied", step.request_id)
                if tries == TRIES_MAX - 1:
                    raise
                continue
            self.shim.mark("ack", f"{step.request_id} {fingerprint(answer)}")
            return
