"""Values that are called by workers: results in their order, errors as they were."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from securecall.errors import InputError, SpreadError
from securecall.spread.calling import Calling, call_all, in_order


@dataclass(frozen=True)
class Asking:
    """Waits, dies as often as it is told to, or raises; returns a value."""

    value: Any
    pause_s: float = 0.0
    deaths: Path | None = None
    wrong: Exception | None = None

    def __call__(self) -> Any:
        time.sleep(self.pause_s)
        if self.deaths is not None and self.deaths.exists():
            self.deaths.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.wrong is not None:
            raise self.wrong
        return self.value


def test_results_come_in_order_whoever_is_done_first(tmp_path: Path) -> None:
    (tmp_path / "once").touch()
    died = Asking("died", 0, tmp_path / "once")
    calls = [Asking("slow", 0.3), *(Asking(n) for n in range(5)), died]
    assert call_all(calls, workers=2) == ["slow", 0, 1, 2, 3, 4, "died"]
    assert not (tmp_path / "once").exists()
    assert call_all([], workers=2) == []


def test_what_is_ours_is_raised_as_it_was() -> None:
    with pytest.raises(InputError, match="no such thing"):
        call_all([Asking(1), Asking(2, wrong=InputError("no such thing"))])
    with pytest.raises(SpreadError, match="ZeroDivisionError"):
        call_all([Asking(2, wrong=ZeroDivisionError("oh"))], workers=1)


def test_who_stops_asking_stops_the_rest() -> None:
    begun = time.monotonic()
    run = in_order(Calling[Any](), [Asking("first"), *[Asking("never", 60)] * 3], workers=1)
    assert next(run) == "first"
    run.close()
    assert time.monotonic() - begun < 50
