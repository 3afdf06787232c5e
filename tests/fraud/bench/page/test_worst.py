"""Which cases are shown."""

from __future__ import annotations

from securecall.fraud.bench.label import INNOCENT, Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.page.worst import false_alarms, misses
from securecall.fraud.bench.score import Record, score


def label(stratum: str, at_s: float) -> Label:
    return Label("three_way", stratum, "called", at_s, at_s + 5, at_s + 5)


def said(at_s: float, sure: float = 0.5, grade: str = "alert") -> Heard:
    return Heard("three_way", grade, 1000 * at_s, 1000 * at_s, sure, "")


def test_misses_come_from_where_most_is_found() -> None:
    records = [
        Record(0, 900.0, (label("voip", 50), label("analogue", 150)), (said(152),)),
        Record(1, 900.0, (label("voip", 50), label("analogue", 150)), ()),
        Record(2, 900.0, (label("analogue", 50), label("analogue", 150)), (said(151),)),
    ]
    found = misses(records, score(records), "three_way", 3)
    assert [(case.record.index, case.from_s) for case in found] == [(1, 150), (0, 50), (2, 50)]
    assert found[0].what == "missed: analogue; of its stratum 50 % were found"
    assert found[0].label == records[1].labels[1]
    assert len(misses(records, score(records), "three_way", 1)) == 1


def test_false_alarms_that_would_disconnect_come_first_then_the_surest_of_each_class() -> None:
    dog = Label(INNOCENT, "dog", "called", 200, 210, 200)
    heard = (
        said(201, 0.6), said(205, 0.9), said(207, 0.95), said(400, 0.7),
        said(500, 0.1, "disconnect"), Heard("keypad", "disconnect", 0, 600_000, 1.0, ""),
    )  # fmt: skip
    found = false_alarms([Record(0, 900.0, (dog,), heard)], "three_way", 3)
    assert [case.to_s for case in found] == [500, 207, 205]
    assert found[0].what == "false alarm, disconnect, 0.10 sure, while: talk"
    assert found[1].heard == heard[2]
