"""DaySetting: what a day is made from, and when it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from securecall.calls.day.setting import DaySetting
from securecall.errors import InputError, InputTypeError


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(date(2026, 5, 1), 11), (date(2026, 1, 15), 12), (date(2026, 3, 8), 11),
     (date(2026, 11, 1), 12)],
)  # fmt: skip
def test_it_opens_at_six_by_the_wall_clock_whatever_the_season(day: date, utc_hour: int) -> None:
    opens = datetime.fromtimestamp(DaySetting(day=day).opens_ms / 1000, UTC)
    assert (opens.date(), opens.hour, opens.minute) == (day, utc_hour, 0)


def test_the_hours_say_when_the_last_attempts_are_made() -> None:
    setting = DaySetting(hours=2.5)
    assert setting.ends_ms - setting.opens_ms == 9_000_000


def test_lines_grow_with_the_callers() -> None:
    assert DaySetting(callers=1).lines == 8
    assert DaySetting(callers=100_000).lines > 1_500


@pytest.mark.parametrize(
    "changes",
    [{"callers": 0}, {"callers": 1_000_001}, {"hours": 0.1}, {"hours": 16.5},
     {"audio_per_mille": -1}, {"audio_s": 30}, {"day": date(2014, 12, 31)}],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_by_name(changes: dict[str, Any]) -> None:
    (name,) = changes
    with pytest.raises(InputError, match=f"{name} must be"):
        DaySetting(**changes)


@pytest.mark.parametrize("name", ["seed", "callers", "audio_s"])
def test_halves_of_callers_are_refused(name: str) -> None:
    with pytest.raises(InputTypeError, match=f"{name} must be a whole number"):
        DaySetting(**{name: 70.5})
