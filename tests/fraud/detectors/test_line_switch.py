"""Line switches: by their own trees and limit, and never the end of a call."""

from __future__ import annotations

from tests.fraud.detectors.changes import CALL, change

from securecall.fraud.detectors import LineSwitch
from securecall.fraud.forest import evidence

LIMIT = evidence().kinds["line_switch"].alert


def test_it_begins_at_the_limit_that_was_measured() -> None:
    assert list(LineSwitch().hear(change(9000, line_switch=LIMIT - 0.01), CALL)) == []
    (found,) = LineSwitch().hear(change(9000, line_switch=LIMIT + 0.01), CALL)
    assert (found.kind, found.grade, found.leg) == ("line_switch", "alert", "called")
    assert found.cues["log_odds_least"] == LIMIT
    at_limit = evidence().kinds["line_switch"].probability(LIMIT)
    assert at_limit < found.probability < at_limit + 0.01


def test_however_strong_it_is_it_ends_no_call() -> None:
    (found,) = LineSwitch().hear(change(9000, line_switch=50.0), CALL)
    assert found.grade == "alert"


def test_what_trees_of_other_kinds_say_is_nothing_to_it() -> None:
    assert list(LineSwitch().hear(change(9000, three_way=50.0), CALL)) == []
