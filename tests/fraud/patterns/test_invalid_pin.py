"""Runs of invalid PINs, by hand."""

from __future__ import annotations

from typing import Any

from tests.fraud.patterns.records import call, only
from tests.oracles.patterns import Row

from securecall.fraud.patterns import InvalidPin


def tries(count: int, **more: Any) -> list[Row]:
    given = {"outcome": "invalid_pin", "station": "t1"} | more
    return [call(each * 10, 0, person=f"x{each}", **given) for each in range(count)]


def test_five_in_a_row() -> None:
    assert only(tries(4), InvalidPin(), "invalid_pin") == ()
    [found] = only(tries(5), InvalidPin(), "invalid_pin")
    assert (found.subject, found.calls) == ("t1", 5)
    assert found.reason == "5 invalid PINs in a row, at most 5 min apart (limit: 5); 5 in all"


def test_a_good_one_ends_a_run() -> None:
    rows = [*tries(4), call(40, station="t1"), *(one._replace(start=one.start + 60_000)
            for one in tries(4))]  # fmt: skip
    assert only(rows, InvalidPin(), "invalid_pin") == ()
    elsewhere = [row._replace(station="t2") if row.outcome is None else row for row in rows]
    assert len(only(elsewhere, InvalidPin(), "invalid_pin")) == 1


def test_stations_of_two_facilities_may_have_one_name() -> None:
    rows = [row._replace(facility="fg"[at % 2]) for at, row in enumerate(tries(8))]
    assert only(rows, InvalidPin(), "invalid_pin") == ()


def test_without_a_station_the_number_or_the_facility_says_who() -> None:
    [by_number] = only(tries(5, station=None), InvalidPin(), "invalid_pin")
    assert by_number.subject == "+17135550100"
    [by_facility] = only(tries(5, station=None, number=None), InvalidPin(), "invalid_pin")
    assert by_facility.subject == "f"
