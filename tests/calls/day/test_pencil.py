"""The pencil: increments laid end to end, as the judge of the charging law has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.day.records import a_record
from tests.harris import by_minute, by_second, call, tariff

from securecall.calls.day.pencil import Owed, curve_of, owed, walk
from securecall.calls.day.place import tariff as tariff_of_the_day


def test_a_minute_is_owed_as_it_begins() -> None:
    curve = tariff(by_minute("0.10")).curve(call(0))
    assert owed(curve, 0) == Owed(0, 0)
    assert owed(curve, 1) == Owed(60_000, 100_000)
    assert owed(curve, 60_000) == Owed(60_000, 100_000)
    assert owed(curve, 60_001) == Owed(120_000, 200_000)


@given(st.integers(1, 900_000))
def test_it_agrees_with_the_rating_of_a_call(duration_ms: int) -> None:
    made = tariff(by_second("0.07"))
    rated = made.rate(call(duration_ms))
    assert owed(made.curve(call(0)), duration_ms) == (rated.billed_ms, rated.total_micros)


def test_each_piece_begins_where_the_one_before_ended() -> None:
    curve = tariff(by_minute("0.10")).curve(call(0))
    assert [each.bought_ms for each in walk(curve, 150_000)] == [60_000, 120_000, 180_000]


def test_a_record_has_its_curve_from_acceptance_on() -> None:
    record = a_record()
    curve = curve_of(record, tariff_of_the_day())
    assert owed(curve, record.duration_ms).total_micros == record.total_micros
    with pytest.raises(AssertionError, match="nobody accepted"):
        curve_of(replace(record, accepted_ms=None), tariff_of_the_day())
