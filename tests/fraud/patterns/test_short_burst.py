"""Bursts of short calls by hand."""

from __future__ import annotations

import pytest
from tests.fraud.patterns.records import call, only

from securecall.errors import InputError
from securecall.fraud.patterns import ShortBurst


def test_calls_at_both_limits_are_short() -> None:
    rows = [call(each * 100, lasts) for each, lasts in enumerate([0.001, 8, 3, 3, 3, 8])]
    [found] = only(rows, ShortBurst(), "short_burst")
    assert (found.calls, found.pattern) == (6, "short_burst")
    assert found.reason.startswith("6 calls of at most 8 s within 8.33 min")


@pytest.mark.parametrize("lasts", [0, 8.001])
def test_one_beyond_them_is_not(lasts: float) -> None:
    rows = [call(each * 100, 3) for each in range(5)] + [call(600, lasts)]
    assert only(rows, ShortBurst(), "short_burst") == ()
    wider = ShortBurst(duration_ms_min=0, duration_ms_max=9000)
    assert len(only(rows, wider, "short_burst")) == 1


def test_limits_that_leave_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="must not be below"):
        ShortBurst(duration_ms_min=5, duration_ms_max=4)
