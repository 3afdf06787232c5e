"""Threads do as processes do, but for what kills."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from securecall.errors import InputError, SpreadError
from securecall.spread.threads import run_threads


class Doing:
    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.names: set[str] = set()

    def start(self) -> None:
        raise AssertionError("no process is the work's own")

    def do(self, task: dict[str, Any], tell: Callable[[int], object]) -> Any:
        self.tried[task.get("name", "x")] += 1
        self.names.add(threading.current_thread().name)
        tell(1)
        time.sleep(task.get("pause_s", 0))
        if self.tried[task.get("name", "x")] <= task.get("full", 0):
            raise OSError(28, "No space left on device")
        if "wrong" in task:
            raise InputError(task["wrong"])
        return 1 // task.get("value", 1)


def test_every_task_has_its_outcome() -> None:
    work = Doing()
    told: Counter[int] = Counter()

    def tell(index: int, count: int) -> None:
        told[index] += count

    tasks: list[dict[str, Any]] = [
        {"name": "a"},
        {"name": "full", "full": 2},
        {"name": "fuller", "full": 9},
        {"name": "wrong", "wrong": "no"},
        {"name": "bug", "value": 0},
    ]
    run = run_threads(work, tasks, workers=2, tell=tell)
    found = {one.index: (one.result, one.error) for one in run}
    assert [found[index][0] for index in range(5)] == [1, 1, None, None, None]
    assert "No space left on device, 3 times" in str(found[2][1])
    assert isinstance(found[3][1], InputError)
    assert isinstance(found[4][1], SpreadError)
    assert "ZeroDivisionError" in str(found[4][1])
    assert work.tried == {"a": 1, "full": 3, "fuller": 3, "wrong": 1, "bug": 1}
    assert (told[0], told[1], told[2]) == (1, 1, 0)
    assert 1 <= len(work.names) <= 2


def test_who_stops_asking_stops_what_is_not_begun() -> None:
    work = Doing()
    run = run_threads(work, [{"name": str(n), "pause_s": 0.01} for n in range(500)], workers=1)
    assert next(run).result == 1
    run.close()
    assert 1 <= len(work.tried) < 500


def test_no_tasks_need_no_threads() -> None:
    assert list(run_threads(Doing(), [], workers=2)) == []
    with pytest.raises(StopIteration):
        next(run_threads(Doing(), [], workers=1))
