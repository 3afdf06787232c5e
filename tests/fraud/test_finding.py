"""Findings are values; what detectors are is a matter of shape."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from securecall.fraud.cues import Heard
from securecall.fraud.detectors import DETECTORS, CallView, Detector, Finding


def test_a_finding_cannot_change() -> None:
    found = Finding("keypad", "alert", 10.0, 0.9, "5", "called")
    assert (found.cues, found.sources, found.end_ms, found.ended) == ({}, (), None, False)
    with pytest.raises(FrozenInstanceError):
        found.grade = "disconnect"  # type: ignore[misc]


class View:
    """A call of which nothing is known."""

    legs = ("called",)
    answered_ms = None
    ringing_ms = None

    def recent(self) -> list[Heard]:
        return []

    def wake(self, at_ms: float) -> None:
        raise AssertionError(f"nobody asked for {at_ms}")


@pytest.mark.parametrize("kind", DETECTORS)
def test_every_detector_has_the_shape(kind: str) -> None:
    call: CallView = View()
    detector: Detector = DETECTORS[kind]()
    assert detector.kind == kind
    assert detector.hears
    state = detector.save()
    assert list(detector.hear(Heard(5.0, "", "end", 5.0), call)) == []
    detector.load(state)
    assert detector.save() == state
