"""The report in words."""

from __future__ import annotations

from securecall.fraud.bench.label import INNOCENT, Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.report import tables
from securecall.fraud.bench.score import Record, score

LABELS = (
    Label("three_way", "voip", "called", 10.0, 20.0, 20.0),
    Label(INNOCENT, "dog", "called", 100.0, 105.0, 100.0),
)
GOOD = score([Record(0, 900.0, LABELS, (Heard("three_way", "alert", 0, 23_000, 0.9, ""),), 0.018)])
BAD = score([
    Record(0, 900.0, LABELS, (Heard("three_way", "disconnect", 0, 103_000, 0.9, ""),), 0.018, 99)
])  # fmt: skip


def test_each_detector_has_a_column() -> None:
    found, kinds, alarms, totals, curves = tables({"good": GOOD, "bad": BAD})
    assert kinds.rows[0] == ("three_way", "0 0 (0-12)", "1 4 (0.101-22.3) !1")
    assert found.heads == ("what happens", "times", "good", "bad")
    assert found.rows == (
        ("three_way", "1", "1/1 100 % (2-100) 3.00/3.00 s", "0/1"),
        ("  voip", "1", "1/1 100 % (2-100) 3.00/3.00 s", "0/1"),
    )
    by_name = {row[0]: row for row in alarms.rows}
    assert by_name["dog"][3].startswith("0 0 (0-")
    assert by_name["dog"][4].startswith("1 ")
    assert by_name["dog"][4].endswith("!1")
    assert by_name["all"] == ("all", "1", "0.250", "0 0 (0-12)", "1 4 (0.101-22.3) !1")
    told = {row[0]: row[1:] for row in totals.rows}
    assert told["CPU, us a channel-second"] == ("10.0", "10.0")
    assert told["bytes of state"] == ("-", "99")
    assert told["false disconnects per 1 000 calls of 15 min"][0].startswith("0 (0-")
    assert curves.rows == (("three_way", "100 100 100 100", "0 0 0 0"),)


def test_what_is_late_or_another_kind_has_rows_of_its_own() -> None:
    heard = (
        Heard("three_way", "alert", 0, 45_000, 0.9, ""),
        Heard("line_switch", "alert", 0, 23_000, 0.9, ""),
    )
    kinds = tables({"one": score([Record(0, 900.0, LABELS, heard, 0.018)])})[1]
    assert [row for row in kinds.rows if row[0].startswith(" ")] == [
        ("  right, late", "1"), ("  of another kind", "1"),
    ]  # fmt: skip
