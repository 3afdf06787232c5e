"""An event is a plain value: it cannot be changed, and is equal to its like."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from securecall.fraud import Event

FIVE = Event(1, "dtmf", "note", 100.0, None, 135.0, 0.99, "5", -7.0, {"low_hz": 770.1})


def test_an_event_cannot_be_changed() -> None:
    for field in fields(FIVE):
        with pytest.raises(FrozenInstanceError):
            setattr(FIVE, field.name, None)
    with pytest.raises((AttributeError, TypeError)):
        FIVE.note = "own"  # type: ignore[attr-defined]


def test_events_of_the_same_values_are_equal() -> None:
    assert replace(FIVE) == FIVE
    assert replace(FIVE, cues={"low_hz": 770.2}) != FIVE
    assert replace(FIVE, ended=True, end_ms=150.0) != FIVE


def test_an_event_lasts_and_has_no_cues_unless_it_is_said() -> None:
    short = Event(2, "tone", "note", 0.0, None, 60.0, 1.0, "dial", -10.0)
    assert (short.cues, short.ended, short.end_ms) == ({}, False, None)
    other = Event(3, "tone", "note", 0.0, None, 60.0, 1.0, "dial", -10.0)
    assert short.cues is not other.cues


def test_an_event_travels() -> None:
    assert pickle.loads(pickle.dumps(FIVE)) == FIVE
    assert copy.deepcopy(FIVE) == FIVE


def test_the_fields_are_those_of_the_interface() -> None:
    assert [field.name for field in fields(Event)] == [
        "id", "kind", "grade", "start_ms", "end_ms", "detected_ms", "probability", "detail",
        "level_dbm0", "cues", "ended", "leg",
    ]  # fmt: skip
