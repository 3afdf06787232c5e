"""Playing calls to listeners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from securecall.errors import InputError
from securecall.fraud.bench import listener
from securecall.fraud.bench.baselines import Silence
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.listener import (
    BESIDE,
    Heard,
    listen,
    listener_factory,
    usual_detectors,
)
from securecall.fraud.event import Event


class Counting:
    """Counts what it is fed, and reports at the end of each leg's loss."""

    def __init__(self) -> None:
        self.samples = dict.fromkeys(LEGS, 0)
        self.order: list[str] = []

    def feed(self, frame: bytes, leg: str) -> Sequence[Event]:
        self.samples[leg] += len(frame) // 2
        self.order.append(leg)
        return []

    def feed_gap(self, duration_ms: int, leg: str) -> Sequence[Event]:
        self.samples[leg] += 8 * duration_ms
        now = self.samples[leg] / 8
        event = Event(1, "three_way", "note", now, None, now, 0.5, leg, -20.0)
        return [event, Event(1, "three_way", "note", now, now, now, 0.5, leg, -20.0, ended=True)]

    def finish(self) -> Sequence[Event]:
        return []

    def save(self) -> bytes:
        return bytes(77)


def test_a_listener_that_cannot_be_saved_has_no_size() -> None:
    class Unsaved(Counting):
        def save(self) -> bytes:
            raise InputError("its model is not saved by itself")

    samples = np.zeros(1600, np.int16)
    lost = {leg: np.zeros(10, np.bool_) for leg in LEGS}
    call = Call(1, 0, "development", dict.fromkeys(LEGS, samples), lost, (), {})
    assert listen(Unsaved(), call).state_bytes is None
    assert listen(Counting(), call).state_bytes == 77


def test_both_legs_come_side_by_side_with_their_gaps() -> None:
    samples = np.zeros(8000, np.int16)
    lost = {leg: np.zeros(50, np.bool_) for leg in LEGS}
    lost["called"][[10, 11]] = True
    call = Call(1, 0, "development", dict.fromkeys(LEGS, samples), lost, (), {})
    counting = Counting()
    made = listen(counting, call)
    assert counting.samples == dict.fromkeys(LEGS, 8000)
    assert counting.order[:6] == [*LEGS] * 3
    (heard,) = made.heard  # the end of an event is no second one
    assert (heard.detail, heard.detected_ms) == ("called", 240.0)
    assert made.state_bytes == 77
    assert made.cpu_s >= 0


def test_baselines_and_factories_are_found_by_name() -> None:
    assert listener_factory("silence") is Silence
    assert listener_factory("securecall.fraud.bench.baselines:Silence") is Silence
    for name, words in (
        ("silense", "did you mean 'silence'"),
        ("nowhere:make", "No module named 'nowhere'"),
        ("securecall.fraud:Nobody", "no attribute 'Nobody'"),
        ("securecall.fraud.bench.label:KINDS", "makes nothing"),
    ):
        with pytest.raises(InputError, match=words):
            listener_factory(name)


def test_cues_are_kept_as_numbers() -> None:
    event = Event(1, "keypad", "note", 0.0, None, 1.0, 0.5, "5", -20.0, cues={"low_hz": 770})
    assert Heard.of(event).cues == {"low_hz": 770.0}
    assert not Heard.of(Plain()).cues


class Plain:
    """A report without cues."""

    kind, grade, start_ms, detected_ms, probability, detail = "keypad", "note", 0, 1, 1, ""


def test_the_monitor_is_looked_for_only_when_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MONITOR_PLACE", "securecall.fraud.bench.baselines:Silence")
    assert listener_factory("monitor") is Silence
    assert usual_detectors()[:5] == ("monitor", *BESIDE)
    monkeypatch.setattr(listener, "MONITOR_PLACE", "securecall.fraud.nowhere:bench_listener")
    assert usual_detectors()[:4] == BESIDE
    with pytest.raises(InputError, match="detector 'monitor': No module"):
        listener_factory("monitor")
    with pytest.raises(InputError, match="did you mean 'monitor'"):
        listener_factory("moniter")
