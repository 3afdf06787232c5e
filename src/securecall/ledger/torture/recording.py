"""A run of a ledger with everything that it did to its disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from securecall.errors import StoreError, StoreUnsure, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.common_log import CommonLog, read
from securecall.ledger.torture.disk import Event, Mark, Sync
from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.vfs import Shim, ShimMissing
from securecall.ledger.torture.workload import Step, fingerprint
from securecall.ledger.torture.writer import Writer, open_ledger

__all__ = ["Crew", "Recording", "acks", "record"]

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
    died : int
        How many processes were killed on the way.
    """

    log: list[Event]
    failed_syncs: int
    unsure: int
    died: int = 0

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


@dataclass(frozen=True, slots=True)
class Crew:
    """A process of a recording.

    Attributes
    ----------
    lanes : sequence of sequence of Step
        A thread each.
    dies_after : int or None
        It is killed when it has done so much to the disk; then another one like it, which is not
        killed, sends everything again.
    """

    lanes: Sequence[Sequence[Step]]
    dies_after: int | None = None


def record(
    path: Path,
    crews: Sequence[Crew],
    *,
    weak: bool = False,
    checkpoint_pages: int | None = None,
    fails: Callable[[int], bool] | None = None,
) -> Recording:
    """Run crews, all at once, each in a process of its own under the shim.

    Each closes the ledger and opens it again half-way, so that connections leave, at times the last
    one too; at the end it is left as it is.

    Parameters
    ----------
    weak, checkpoint_pages
        See `tampering.tampered`.
    fails : callable, optional
        Takes the number of a sync of a process; whether it fails.

    Raises
    ------
    ShimMissing
        SQLite cannot be reached.
    RuntimeError
        A process died that should not; with its last words.
    """
    notes = path.with_suffix(".log")
    notes.touch()
    count = 0
    held: list[Ledger] = []  # a ledger that nobody holds would be closed (Python 3.12 is quick)

    def start(crew: Crew) -> Writer:
        nonlocal count
        count += 1
        source = count

        def live(tell: Callable[[str], None]) -> None:
            try:
                shim = Shim(common=CommonLog(notes, source))
            except ShimMissing as error:
                tell(f"say missing {error}")
                return
            shim.fails, shim.dies_after = fails, crew.dies_after
            with shim, tampered(weak=weak, checkpoint_pages=checkpoint_pages):
                tell(f"say unsure {_run(path, crew.lanes, shim, held)}")

        return Writer(live)

    unsure = 0
    writers = [start(crew) for crew in crews]
    # Those that die go first: who comes after them may still meet the others at work.
    order = sorted(zip(crews, writers, strict=True), key=lambda each: each[0].dies_after is None)
    for crew, writer in order:
        unsure += _ended(writer, crew)
        if not writer.done:
            writers.append(start(Crew(crew.lanes)))
    for writer in writers[len(crews) :]:
        unsure += _ended(writer, Crew(()))
    log = read(notes)
    notes.unlink()
    failed = sum(isinstance(event, Sync) and not event.ok for event in log)
    return Recording(log, failed, unsure, len(writers) - len(crews))


def _ended(writer: Writer, crew: Crew) -> int:
    """Wait for a process to end as it should; return how often the store was unsure."""
    writer.bury()
    unsure = 0
    for words in writer.words:
        kind, _, text = words.partition(" ")
        if kind == "missing":
            raise ShimMissing(text)
        if kind != "unsure":
            raise RuntimeError(words)
        unsure += int(text)
    if not writer.done and crew.dies_after is None:
        raise RuntimeError("the recording process was killed")
    return unsure


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
