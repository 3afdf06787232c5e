"""Tasks for several threads of this process, where the work gives up the GIL.

Cheaper to start than processes, and nothing is sent; but what kills one kills all.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from securecall.errors import SecurecallError, SpreadError
from securecall.spread.crew import TRIES, Outcome
from securecall.spread.work import Work

__all__ = ["run_threads"]

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_threads(
    work: Work[Task, Result],
    tasks: Sequence[Task],
    *,
    workers: int,
    tries: int = TRIES,
    tell: Callable[[int, int], object] = lambda index, count: None,
) -> Generator[Outcome[Result], None, None]:
    """Do tasks in threads; as `securecall.spread.crew.run_tasks`.

    ``work.start`` is not called: no process is the work's own.
    """

    def one(index: int) -> Outcome[Result]:
        for _ in range(tries):
            told = 0

            def pass_on(count: int) -> None:
                nonlocal told
                told += count
                tell(index, count)

            try:
                return Outcome(index, work.do(tasks[index], pass_on))
            except SecurecallError as error:
                return Outcome(index, None, error)
            except (OSError, MemoryError) as error:
                words = str(error)
                tell(index, -told)
            except Exception as error:
                return Outcome(index, None, SpreadError("".join(traceback.format_exception(error))))
        return Outcome(index, None, SpreadError(f"{words}, {tries} times"))

    with ThreadPoolExecutor(workers) as pool:
        waiting: set[Future[Outcome[Result]]] = {
            pool.submit(one, index) for index in range(len(tasks))
        }
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
