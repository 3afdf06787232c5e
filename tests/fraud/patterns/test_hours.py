"""Hours of a facility in its local time."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from securecall.errors import InputError
from securecall.fraud.patterns import Hours


def outside(hours: Hours, *instants: str, grace_ms: int = 0) -> list[bool]:
    at = [int(datetime.fromisoformat(one).timestamp() * 1000) for one in instants]
    return hours.outside(np.array(at, np.int64), grace_ms).tolist()


def test_local_time_follows_the_clocks() -> None:
    hours = Hours("America/Chicago", "07:00", "22:00")
    assert outside(hours, "2026-03-07T12:59:59+00:00", "2026-03-07T13:00:00+00:00") == [True, False]
    # The clocks went forward on the 8th.
    assert outside(hours, "2026-03-08T11:59:59+00:00", "2026-03-08T12:00:00+00:00") == [True, False]
    assert outside(hours, "2026-05-01T22:00:00-05:00", "2026-05-01T21:59:59-05:00") == [True, False]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = Hours("Asia/Kolkata", "20:00", "02:00", ["fri"])
    assert outside(
        night, "2026-05-01T19:59:00+05:30", "2026-05-01T20:00:00+05:30",
        "2026-05-02T01:59:00+05:30", "2026-05-02T02:00:00+05:30", "2026-05-02T20:00:00+05:30",
    ) == [True, False, False, True, True]  # fmt: skip


def test_a_grace_reaches_over_midnight() -> None:
    day = Hours("UTC", "00:00", "23:59", ["fri"])
    assert outside(day, "2026-04-30T23:59:30+00:00", grace_ms=30_000) == [False]
    assert outside(day, "2026-04-30T23:59:29+00:00", grace_ms=30_000) == [True]


def test_the_whole_day() -> None:
    at = [datetime(2026, 5, 1, hour, tzinfo=UTC).isoformat() for hour in range(24)]
    assert not any(outside(Hours("UTC", "00:00", "24:00"), *at))
    assert outside(Hours("UTC")) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("America/Chicgo",), "did you mean 'America/Chicago'"),
        (("UTC", "7:00"), "07:00 or 24:00, not '7:00'"),
        (("UTC", "24:01"), "not '24:01'"),
        (("UTC", "07:60"), "not '07:60'"),
        (("UTC", "07:00", "07:00"), "must differ"),
        (("UTC", "07:00", "08:00", ("monday",)), "not 'monday'"),
    ],
)
def test_what_is_wrong_is_said(given: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Hours(*given)  # type: ignore[arg-type]
