"""Processes that write to a ledger until they are done or killed, and say what was answered.

A writer is forked, not started: it is at work within a few milliseconds, so that a run can afford
thousands of kills. It tells its parent of each answer through a pipe, after the ledger gave it.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from securecall.errors import Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.workload import LOADERS, Step, fingerprint

__all__ = ["Lane", "Writer", "open_ledger", "write"]

CHUNK_BYTES: Final = 1 << 16


def open_ledger(path: Path) -> Ledger:
    """Open the ledger of a file, as any host does."""
    return Ledger.open(f"sqlite:///{path}", curves=LOADERS)


@dataclass(frozen=True, slots=True)
class Lane:
    """What one thread sends: steps in order, from a place on."""

    steps: Sequence[Step]
    first: int = 0

    @property
    def left(self) -> Sequence[Step]:
        """What is still to be sent."""
        return self.steps[self.first :]


class Writer:
    """A forked process, seen from its parent.

    Attributes
    ----------
    acked : dict of str to str
        Requests that were answered, and the `fingerprint` of the answer.
    words : list of str
        What else the process had to say; its last words if it died of an exception.
    done : bool
        Whether it came to its end by itself.
    """

    def __init__(self, target: Callable[[Callable[[str], None]], None]) -> None:
        self.acked: dict[str, str] = {}
        self.words: list[str] = []
        self.done = False
        self._rest = b""
        self._pipe, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _live(target, theirs)
        os.close(theirs)

    def listen(self, seconds: float | None = None) -> None:
        """Hear it for a time, or until it ends."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if until is None else max(until - time.monotonic(), 0)
            ready, _, _ = select.select([self._pipe], [], [], left)
            if not ready or not self._hear():
                return

    def _hear(self) -> bool:
        data = os.read(self._pipe, CHUNK_BYTES)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            kind, _, text = line.decode().partition(" ")
            if kind == "ack":
                name, _, answer = text.partition(" ")
                self.acked[name] = answer
            elif kind == "done":
                self.done = True
            else:
                self.words.append(text)
        return bool(data)

    def kill(self) -> None:
        """End it as a machine out of memory does: at once, in the middle of anything."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Hear the rest, and wait until it is gone."""
        self.listen()
        os.close(self._pipe)
        os.waitpid(self.pid, 0)


def _live(target: Callable[[Callable[[str], None]], None], pipe: int) -> None:
    """Be the child; never return to the parent's code."""
    code = 1
    try:
        target(lambda line: _tell(pipe, line))
        _tell(pipe, "done")
        code = 0
    except BaseException:
        last = traceback.format_exc().strip().splitlines()
        _tell(pipe, "died " + " | ".join(line.strip() for line in last[-5:]))
    finally:
        os._exit(code)


def _tell(pipe: int, line: str) -> None:
    # One write of less than PIPE_BUF is not mixed with another thread's.
    os.write(pipe, (line[:2000] + "\n").encode())


def write(
    path: Path, lanes: Sequence[Lane], tell: Callable[[str], None], *, restless: int | None = None
) -> None:
    """Open a ledger and send lanes to it, one thread each; tell of every answer.

    Parameters
    ----------
    path : Path
    lanes : sequence of Lane
    tell : callable
        Takes a line: ``ack <request id> <fingerprint>``.
    restless : int, optional
        Close the ledger and open it again after so many steps; for one lane.
    """
    if restless is not None:
        (lane,) = lanes
        for place in range(0, len(lane.left), restless):
            with open_ledger(path) as ledger:
                _send_all(ledger, lane.left[place : place + restless], tell)
        return
    with open_ledger(path) as ledger:
        if len(lanes) == 1:
            _send_all(ledger, lanes[0].left, tell)
            return
        crew = _Crew(ledger, tell)
        threads = [threading.Thread(target=crew.work, args=(lane,)) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if crew.failures:
            raise crew.failures[0]


@dataclass(slots=True)
class _Crew:
    ledger: Ledger
    tell: Callable[[str], None]
    failures: list[BaseException] = field(default_factory=list)

    def work(self, lane: Lane) -> None:
        try:
            _send_all(self.ledger, lane.left, self.tell)
        except BaseException as error:
            self.failures.append(error)


def _send_all(ledger: Ledger, steps: Sequence[Step], tell: Callable[[str], None]) -> None:
    for step in steps:
        try:
            answer = step.send(ledger)
        except Unknown:
            # What it is about was refused or raised itself; nothing moved, nothing is kept.
            continue
        tell(f"ack {step.request_id} {fingerprint(answer)}")
