"""Tasks that know how to do themselves: values that are called, by workers that may be killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from securecall.spread.crew import TRIES, processors, run_tasks
from securecall.spread.work import Tell, Work

__all__ = ["Calling", "call_all", "in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")


class Calling(Generic[Result]):
    """Calls its tasks."""

    def start(self) -> None:
        """Need nothing."""

    def do(self, task: Callable[[], Result], tell: Tell) -> Result:
        """Call a task; see `securecall.spread.Work`."""
        result = task()
        tell(1)
        return result


def in_order(
    work: Work[Task, Result], tasks: Sequence[Task], *, workers: int = 0, tries: int = TRIES
) -> Iterator[Result]:
    """Do tasks in worker processes; yield their results in the order of the tasks, as they come.

    Parameters
    ----------
    work, tasks, tries
        As in `securecall.spread.crew.run_tasks`.
    workers : int
        0 takes as many as there are processors.

    Raises
    ------
    SecurecallError
        What a task raised that is ours; a `SpreadError` for all else, and for one that killed its
        workers.

    Source
    ------
    own.
    """
    early: dict[int, Result] = {}
    wanted = 0
    run = run_tasks(work, tasks, workers=workers or processors(), tries=tries)
    try:
        for outcome in run:
            if outcome.error is not None:
                raise outcome.error
            early[outcome.index] = outcome.result  # type: ignore[assignment]
            while wanted in early:
                yield early.pop(wanted)
                wanted += 1
    finally:
        run.close()


def call_all(
    calls: Sequence[Callable[[], Result]], *, workers: int = 0, tries: int = TRIES
) -> list[Result]:
    """Call values in worker processes; return what they return, in their order.

    Parameters
    ----------
    calls : sequence of callable
        Picklable, and of modules that can be imported; called again where a worker was killed.
    workers, tries
        As in `in_order`.

    Raises
    ------
    SecurecallError
        As in `in_order`.

    Source
    ------
    own.
    """
    return list(in_order(Calling[Result](), calls, workers=workers, tries=tries))
