"""Small days for tests, each let go by once."""

from __future__ import annotations

from functools import cache
from typing import Any

from securecall.calls.day.result import DayResult
from securecall.calls.day.run import Day
from securecall.calls.day.setting import DaySetting
from securecall.calls.day.world import World
from securecall.ledger.ledger import Ledger

__all__ = ["day", "quiet", "usual", "world"]


def quiet(seed: int = 1, callers: int = 60, hours: float = 16.0, **changes: Any) -> DaySetting:
    """Return a day without sound."""
    return DaySetting(seed, callers, hours, audio_per_mille=0, audio_kinds=False, **changes)


def day(setting: DaySetting, ledger: Any = None) -> DayResult:
    """Let a day go by."""
    return Day(setting, Ledger.open("memory:") if ledger is None else ledger).run()


@cache
def usual() -> DayResult:
    """Return a day in which about everything happens once."""
    return day(quiet(seed=3, callers=400))


def world(**changes: Any) -> World:
    """Return a world in which nothing has happened yet."""
    return World(quiet(**changes), Ledger.open("memory:"))
