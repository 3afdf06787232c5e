"""Facility and terminal: every reason, and nothing asked about a terminal that is not known."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.gates import NOON_MS, NUMBER, asked

from securecall.calls.facility import Facility
from securecall.calls.place_check import place_reasons
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import Terminal, Terminals
from securecall.calls.traffic import Traffic
from securecall.rating.windows import Window

CHICAGO = "America/Chicago"
HOUR_MS = 3_600_000
NIGHT = Schedule(CHICAGO, (Window(from_ms=22 * HOUR_MS, to_ms=23 * HOUR_MS),))
NEVER = Schedule(CHICAGO, ())


def told(facility: Facility, traffic: Traffic | None = None, **changes: Any) -> dict[str, str]:
    found = place_reasons(facility, asked(**changes), NOON_MS, traffic or Traffic())
    return {each.code: each.detail for each in found}


def facility(**rules: Any) -> Facility:
    return Facility("f", CHICAGO, **rules)


def test_an_open_facility_has_nothing_against_a_call() -> None:
    assert told(facility()) == {}
    assert told(facility(terminals=Terminals([Terminal("A-01")]))) == {}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("kill_switch", "kill_switch"), ("lockdown", "facility_lockdown"),
     ("maintenance", "facility_maintenance")],
)  # fmt: skip
def test_an_order_in_force_refuses_and_does_not_say_why(kind: str, code: str) -> None:
    found = facility()
    found.orders.give(kind, at=NOON_MS - 5, by="sgt-12", why="weapon in b-14", until=NOON_MS + 5)
    assert list(told(found)) == [code]
    assert told(found)[code].startswith("until 2026-05-01T18:00:00.005")
    other = facility()
    other.orders.give(kind, at=NOON_MS + 5, by="sgt-12", why="w")
    assert told(other) == {}


def test_of_several_orders_of_a_kind_the_longest_is_told() -> None:
    found = facility()
    for until in (NOON_MS + 5_000, NOON_MS + 90_000, NOON_MS + 60_000):
        found.orders.give("lockdown", at=NOON_MS, by="s", why="w", until=until)
    assert told(found) == {"facility_lockdown": "until 2026-05-01T18:01:30+00:00"}
    found.orders.give("lockdown", at=NOON_MS, by="s", why="w")
    assert told(found) == {"facility_lockdown": "until staff lift it"}
    found.orders.give("lockdown", at=NOON_MS, by="s", why="w", until=NOON_MS + 99_000)
    assert told(found) == {"facility_lockdown": "until staff lift it"}


def test_a_lockdown_of_an_area_is_for_its_terminals() -> None:
    found = facility(terminals=Terminals([Terminal("A-01", "a"), Terminal("B-01", "b")]))
    found.orders.give("lockdown", at=NOON_MS, by="s", why="w", area="b")
    assert told(found) == {}
    assert list(told(found, terminal="B-01")) == ["facility_lockdown"]


def test_hours_say_when_they_open() -> None:
    found = facility(schedule=NIGHT, terminals=Terminals([Terminal("A-01", hours=NIGHT)]))
    opens = "opens 2026-05-01T22:00:00-05:00"
    assert told(found) == {"facility_schedule": opens, "terminal_hours": opens}
    assert told(facility(schedule=NEVER)) == {"facility_schedule": "does not open within a week"}


def test_a_terminal_must_be_known_work_and_be_free() -> None:
    found = facility(terminals=Terminals([Terminal("A-01"), Terminal("A-02", state="off")]))
    assert told(found, terminal="A-09") == {"terminal_unknown": "A-09"}
    assert list(told(found, terminal="A-02")) == ["terminal_off"]
    found.terminals.mark("A-01", "faulty", at=NOON_MS, by="tech-3", why="no tone")
    assert list(told(found)) == ["terminal_faulty"]
    traffic = Traffic()
    traffic.add("c-9", "p-9", NUMBER, "A-01", ())
    assert list(told(facility(), traffic)) == ["terminal_busy"]
    assert told(facility(), traffic, terminal="A-03") == {}


def test_lines_media_and_ways_to_pay_can_be_too_few() -> None:
    traffic = Traffic()
    traffic.add("c-9", "p-9", NUMBER, "A-09", ())
    found = facility(calls_max=1, media=("audio",), bill_types=("collect",))
    assert told(found, traffic, medium="video") == {
        "facility_congested": "", "medium_not_offered": "video", "bill_type_not_offered": "prepaid",
    }  # fmt: skip
