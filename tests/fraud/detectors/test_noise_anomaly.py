"""Noise anomalies: by their own trees and limit, and never the end of a call."""

from __future__ import annotations

from tests.fraud.detectors.changes import CALL, change

from securecall.fraud.detectors import NoiseAnomaly
from securecall.fraud.forest import evidence

LIMIT = evidence().kinds["noise_anomaly"].alert


def test_it_begins_at_the_limit_that_was_measured() -> None:
    assert list(NoiseAnomaly().hear(change(9000, noise_anomaly=LIMIT - 0.01), CALL)) == []
    (found,) = NoiseAnomaly().hear(change(9000, noise_anomaly=LIMIT + 0.01), CALL)
    assert (found.kind, found.grade, found.leg) == ("noise_anomaly", "alert", "called")
    assert found.cues["log_odds_least"] == LIMIT
    at_limit = evidence().kinds["noise_anomaly"].probability(LIMIT)
    assert at_limit < found.probability < at_limit + 0.01


def test_however_strong_it_is_it_ends_no_call() -> None:
    (found,) = NoiseAnomaly().hear(change(9000, noise_anomaly=50.0), CALL)
    assert found.grade == "alert"


def test_what_trees_of_other_kinds_say_is_nothing_to_it() -> None:
    assert list(NoiseAnomaly().hear(change(9000, three_way=50.0), CALL)) == []
