"""Call forwarding: a second ringback, special information tones, what signalling tells."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.calls import laid, ringback, sit, spoken, watched

from securecall.fraud import CallMonitor, Event


def forwarded(*placed: tuple[float, np.ndarray], leg: str = "called") -> list[Event]:
    """Return what is said to be forwarding on a leg of a call."""
    found = watched([(leg, laid(24, *placed))], legs=[leg])
    return [event for event in found if event.kind == "call_forwarding"]


def test_a_second_ringback() -> None:
    event, end = forwarded((0.5, ringback()), (4, spoken(6, 1)), (12, ringback(2)))
    assert (event.detail, event.grade, event.ended) == ("ringback", "alert", False)
    assert event.start_ms == pytest.approx(12_000, abs=20)
    assert event.cues["ringbacks"] == 2
    assert event.cues["since_answer_ms"] == pytest.approx(12_000 - 5_500, abs=1500)
    assert (end.id, end.ended) == (event.id, True)
    assert end.end_ms == pytest.approx(20_000, abs=30)


def test_the_first_one_is_none() -> None:
    assert forwarded((0.5, ringback(3))) == []


def test_a_ringback_of_the_facilitys_leg_is_none() -> None:
    assert forwarded((4, spoken(6, 1)), (12, ringback()), leg="calling") == []


@pytest.mark.parametrize(
    ("segments", "name"),
    [
        (((985.2, 380), (1370.6, 274), (1776.7, 380)), "sit_vc"),
        (((913.8, 274), (1370.6, 274), (1776.7, 380)), "sit_ic"),
    ],
)
def test_special_information_tones(segments: tuple[tuple[float, float], ...], name: str) -> None:
    found = forwarded((1, spoken(6, 2)), (10, sit(*segments)))
    assert [event.detail for event in found if not event.ended] == [name]
    assert forwarded((10, sit(*segments))) == []  # nobody has answered: the call has failed


def test_what_signalling_tells_is_told_at_once() -> None:
    for name, value, text in (("diversion", "5550100", "diversion to 5550100"),
                              ("transfer", None, "transfer")):  # fmt: skip
        (event,) = CallMonitor(legs=["called"]).signal(name, value)
        assert (event.detail, event.probability) == (text, 0.99)
        assert event.grade == "alert"
    assert CallMonitor(legs=["called"]).signal("reinvite") == []


def test_signalling_and_a_tone_are_two_sources() -> None:
    call = laid(24, (1, spoken(6, 1)), (12, ringback()))
    for name, grade in (("diversion", "disconnect"), ("hold", "alert")):
        monitor = CallMonitor(legs=["called"])
        monitor.signal(name, at_ms=9000)
        found = [e for e in monitor.feed(call) if e.detail == "ringback" and e.kind != "tone"]
        assert [event.grade for event in found] == [grade]
        assert ("since_diversion_ms" in found[0].cues) == (name == "diversion")
