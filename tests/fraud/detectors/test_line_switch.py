"""Line switches by the engine: another noise and another band; a call that stays as it is."""

from __future__ import annotations

from tests.fraud.detectors.test_three_way import kinds, talked
from tests.fraud.sounds import silence


def test_a_line_that_stays_as_it_is_is_none() -> None:
    assert "line_switch" not in kinds(talked(60, -58, 4))


def test_a_moment_without_a_line_alone_is_none() -> None:
    found = kinds(talked(40, -58, 4), silence(400), talked(20, -58, 4))
    assert "line_switch" not in found
