"""Work for the crew: small, and able to fail in every way that work does."""

from __future__ import annotations

import atexit
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from securecall.errors import InputError
from securecall.spread import Part, Written

__all__ = ["Doing", "Lines", "parts_of", "wait_for"]


@dataclass(frozen=True)
class Doing:
    """Does what a task says; ``notes`` is a folder in which it says what it did."""

    notes: Path

    def start(self) -> None:
        (self.notes / f"started-{os.getpid()}").touch()

    def do(self, task: dict[str, Any], tell: Callable[[int], object]) -> Any:
        name = task.get("name", "x")
        tries = sorted(self.notes.glob(f"{name}-*"))
        (self.notes / f"{name}-{len(tries)}-{os.getpid()}").touch()
        tell(1)
        if len(tries) < task.get("kills", 0):
            os.kill(os.getpid(), signal.SIGKILL)
        if len(tries) < task.get("full", 0):
            raise OSError(28, "No space left on device")
        if "wrong" in task:
            raise InputError(task["wrong"])
        if "bug" in task:
            raise ZeroDivisionError(task["bug"])
        if "exit" in task:
            os._exit(task["exit"])
        if "at_end" in task:
            atexit.register(Path(task["at_end"]).touch)
        if "setting" in task:
            return os.environ.get(task["setting"])
        if "print" in task:
            print(task["print"])
        while "until" in task and not Path(task["until"]).exists():
            time.sleep(0.01)
        return task.get("value")


@dataclass(frozen=True)
class Lines:
    """Writes the numbers of a part, a line each, slowly if asked to."""

    digest: str = "d1"
    pause_s: float = 0.0
    what: str = "lines"
    lost: int = 0

    def start(self) -> None:
        pass

    def write(self, part: Part, path: Path, tell: Callable[[int], object]) -> Written:
        first, count = part.source["first"], part.source["count"]
        wrong = part.source.get("wrong")
        if wrong and not Path(wrong).exists():
            raise InputError(f"{part.name}: there is no {wrong}")
        with path.open("w") as file:
            for number in range(first, first + count - self.lost):
                file.write(f"{number}\n")
                file.flush()
                time.sleep(self.pause_s)
                tell(1)
        sums = {"numbers": sum(range(first, first + count)), "money": Decimal(count) / 4}
        return Written(count - self.lost, sums, {"first": first})


def parts_of(count: int, rows: int, **source: Any) -> list[Part]:
    """Return parts of so many rows each."""
    return [
        Part(f"n-{n:03}.txt", {"first": n * rows, "count": rows, **source}, "s", rows)
        for n in range(count)
    ]


def wait_for(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s")
