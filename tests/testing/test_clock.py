"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from securecall.errors import InputError
from securecall.testing import NOON, FakeClock


def test_it_stands_until_time_passes() -> None:
    clock = FakeClock()
    assert clock.now == clock() == datetime(2026, 5, 1, 18, tzinfo=UTC)
    assert clock.ms == NOON
    clock.pass_by(days=1, hours=1, minutes=1, seconds=1, milliseconds=1)
    assert clock.ms - NOON == 86_400_000 + 3_600_000 + 60_000 + 1_000 + 1
    assert repr(clock) == "FakeClock('2026-05-02T19:01:01.001000+00:00')"


def test_it_goes_back_only_when_it_is_set() -> None:
    clock = FakeClock(1_000)
    with pytest.raises(InputError, match="go_to"):
        clock.pass_by(seconds=-1)
    assert clock.go_to(datetime(1970, 1, 1, tzinfo=UTC)).timestamp() == 0
