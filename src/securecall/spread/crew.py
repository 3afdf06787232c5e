"""Tasks for several worker processes, of which any may be killed at any instant.

A task whose worker is gone goes to another one, as long as it has tries left. No process is forked
from this one: a fork would inherit the locks of whatever threads run here, and a spawned
``multiprocessing`` process would run the caller's main module once more.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Final, Generic, TypeVar

from securecall.errors import SpreadError
from securecall.spread.frames import END, Inbox, frame
from securecall.spread.work import Work

__all__ = ["TRIES", "Outcome", "processors", "run_tasks"]

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES: Final = 3
_PATIENCE_S: Final = 30.0  # for a worker that was told that there is no more
#: Of a worker's environment, where it says nothing else. It has one processor to itself, so that
#: threads of NumPy's would be in the others' way; and memory that Arrow is done with it wants again
#: at the next batch: to give it back in between cost a tenth of a part.
_SETTINGS: Final = {"OPENBLAS_NUM_THREADS": "1", "MIMALLOC_PURGE_DELAY": "-1"}


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What became of one task.

    Attributes
    ----------
    index : int
        Its place among the tasks.
    result : Any
        None if there is an error.
    error : Exception or None
        What is ours as it was raised; all else, and what killed the worker, as a `SpreadError`.
    """

    index: int
    result: Result | None
    error: Exception | None = None


def processors() -> int:
    """Return how many processors this process may use."""
    mine = getattr(os, "sched_getaffinity", None)
    return len(mine(0)) if mine is not None else os.cpu_count() or 1


class _Hand:
    """One worker process, and what it does."""

    def __init__(self, work: IO[bytes]) -> None:
        # What the work is made of must be found there as it is found here.
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "securecall.spread.worker", str(work.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[work.fileno()],
            env={**_SETTINGS, **os.environ, "PYTHONPATH": paths},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.inbox = Inbox()
        self.replies = self.process.stdout.fileno()
        self.index: int | None = None

    def send(self, message: bytes) -> None:
        """Send; to one that is gone nothing, and the end of its replies will tell."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(message)
            self.process.stdin.flush()

    def end(self, patient: bool) -> int:
        """End the process; return how it ended."""
        if not patient:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            return self.process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _ending(code: int) -> str:
    """Say how a worker ended."""
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"signal {-code} ({signal.Signals(-code).name})"
    return f"signal {-code}"


class _Crew(Generic[Task, Result]):
    """The processes of one run."""

    def __init__(
        self,
        work: IO[bytes],
        tasks: Sequence[Task],
        workers: int,
        tries: int,
        tell: Callable[[int, int], object],
    ) -> None:
        self.work, self.tasks, self.tries, self.tell = work, tasks, tries, tell
        self.waiting = deque(range(len(tasks)))
        self.tried = [0] * len(tasks)
        self.told = [0] * len(tasks)
        self.selector = selectors.DefaultSelector()
        self.hands: set[_Hand] = set()
        for _ in range(min(workers, len(tasks))):
            self._hire()
        for hand in tuple(self.hands):
            self._give(hand)

    def _hire(self) -> _Hand:
        hand = _Hand(self.work)
        self.hands.add(hand)
        self.selector.register(hand.replies, selectors.EVENT_READ, hand)
        return hand

    def _give(self, hand: _Hand) -> None:
        """Give a worker its next task, or let it go."""
        if not self.waiting:
            hand.index = None
            hand.send(END)
            return
        hand.index = self.waiting.popleft()
        self.tried[hand.index] += 1
        hand.send(frame(self.tasks[hand.index]))

    def outcomes(self) -> Iterator[Outcome[Result]]:
        """Yield what becomes of every task, as it does."""
        while self.hands:
            for key, _ in self.selector.select():
                hand = key.data
                piece = os.read(hand.replies, 1 << 16)
                for message in hand.inbox.add(piece):
                    yield from self._heard(hand, *message)
                if not piece:
                    yield from self._gone(hand)

    def _heard(self, hand: _Hand, kind: str, *told: Any) -> Iterator[Outcome[Result]]:
        assert hand.index is not None
        index = hand.index
        if kind == "told":
            self.told[index] += told[0]
            self.tell(index, told[0])
            return
        if kind == "done":
            yield Outcome(index, told[0])
        else:
            error, words, again = told
            if again and self._again(index):
                self._give(hand)
                return
            yield Outcome(index, None, error or SpreadError(words))
        self._give(hand)

    def _again(self, index: int) -> bool:
        """Take a task back for another try, if it has one; what was told of it is taken back."""
        self.tell(index, -self.told[index])
        self.told[index] = 0
        if self.tried[index] >= self.tries:
            return False
        self.waiting.appendleft(index)  # who waits for results in order waits for this one
        return True

    def _gone(self, hand: _Hand) -> Iterator[Outcome[Result]]:
        self.selector.unregister(hand.replies)
        self.hands.discard(hand)
        code = hand.end(patient=True)
        index = hand.index
        if index is not None and not self._again(index):
            yield Outcome(
                index,
                None,
                SpreadError(f"its worker was ended by {_ending(code)}, {self.tries} times"),
            )
        if self.waiting and index is not None:
            self._give(self._hire())

    def close(self) -> None:
        """End whoever is left; when all went well nobody is."""
        for hand in self.hands:
            hand.end(patient=False)
        self.selector.close()


def run_tasks(
    work: Work[Task, Result],
    tasks: Sequence[Task],
    *,
    workers: int,
    tries: int = TRIES,
    tell: Callable[[int, int], object] = lambda index, count: None,
) -> Generator[Outcome[Result], None, None]:
    """Do tasks in worker processes; yield what becomes of each, in the order in which it does.

    Parameters
    ----------
    work : Work
    tasks : sequence
        Picklable.
    workers : int
        Processes.
    tries : int
        How often a task may be begun whose worker is killed, or that fails for want of room or
        memory. An error of ours is told at once: it would come again.
    tell : callable
        Told (index, count) of progress; a count below 0 takes back what a lost try had told.

    Yields
    ------
    Outcome
        One for every task. What is not asked for any more is stopped.

    Source
    ------
    own.
    """
    with tempfile.TemporaryFile() as packed:
        pickle.dump(work, packed, protocol=pickle.HIGHEST_PROTOCOL)
        packed.flush()
        crew: _Crew[Task, Result] = _Crew(packed, tasks, workers, tries, tell)
        try:
            yield from crew.outcomes()
        finally:
            crew.close()
