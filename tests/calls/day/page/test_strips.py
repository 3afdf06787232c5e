"""Calls that were heard: what happened, what was heard, what was done."""

from __future__ import annotations

from xml.etree import ElementTree

from securecall.calls.day.page.strips import heard_call
from securecall.calls.day.tally import Strip


def test_everything_of_a_call_is_on_its_strip() -> None:
    strip = Strip(
        "c-<7>", 0, 75.0, "three_way_detected",
        ((17.0, 21.5, "three_way", True), (40.0, 44.0, "door_slam", False)),
        (
            (29.0, "three_way", "disconnect", "alert+warn+disconnect"),
            (70.0, "dtmf", "note", "note"),
        ),
    )  # fmt: skip
    svg = heard_call(strip)
    ElementTree.fromstring(svg)
    for words in (
        "three way, disconnect: alert, warn, disconnect", "door slam", "c-&lt;7&gt;", "17.0 to 21.5"
    ):  # fmt: skip
        assert words in svg
    assert svg.count("<circle") == 2


def test_a_call_in_which_nothing_happened_has_a_strip_too() -> None:
    ElementTree.fromstring(heard_call(Strip("c-1", 0, 0.0, "completed", (), ())))
