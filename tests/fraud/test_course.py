"""The course of a call: order, wakes, ends, and what a monitor makes of findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from securecall.fraud.course import Course
from securecall.fraud.cues import CUES, ITEM_VALUES, Heard
from securecall.fraud.detectors import CallView, Finding, Remembering
from securecall.fraud.hearing import hearing

FLASH, GAP, SPOKEN = (CUES.index(name) for name in ("flash", "gap", "spoken"))


@dataclass(slots=True)
class Notes(Remembering):
    """Writes down what it hears, and finds what a test tells it to."""

    kind: ClassVar[str] = "notes"
    hears: ClassVar[tuple[str, ...]] = ("flash", "spoken", "signal", "wake", "end")

    heard: list[str] = field(default_factory=list)
    found: list[list[Any]] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        self.heard.append(f"{item.at_ms:g} {item.leg or '-'} {item.kind}{item.name}")
        self.values.append(len(item.values))
        if item.name == "codec":
            call.wake(float(item.value))
        due = [each for each in self.found if each[0] == item.at_ms]
        return [Finding(**each[1]) for each in due]


def course_of(detector: Notes, *, ends: bool = True, explain: Any = None, **least: float) -> Course:
    """Return a course with one detector."""
    ears = hearing(
        8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=False, report_ends=ends
    )
    made = Course(ears, {"notes": lambda: detector}, explain or (lambda one, recent: one), least)
    made.legs = ("called", "calling")
    return made


def cue(at_ms: float, leg: int = 0, kind: int = FLASH) -> tuple[int, int, int, tuple[Any, ...]]:
    at = round(at_ms * 8)
    return at, leg, kind, (at - 800, (1.0, 2.0))


def found(at_ms: float, **rest: Any) -> list[Any]:
    usual = {
        "kind": "notes", "grade": "alert", "start_ms": 1.0, "probability": 0.5, "detail": "d",
        "leg": "called",
    }  # fmt: skip
    return [at_ms, usual | rest]


class TestOrder:
    def test_items_are_heard_by_instant_and_leg_whatever_came_first(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.hold([cue(200, 1), cue(200), cue(100, 1), cue(200, 0, SPOKEN)])
        course.signal("hold", None, 200 * 8)
        course.release(1000 * 8)
        assert notes.heard == [
            "100 calling flash", "200 called signalhold", "200 called flash", "200 called spoken",
            "200 calling flash",
        ]  # fmt: skip

    def test_a_cue_has_all_numbers_where_it_is_heard_and_where_it_is_saved(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.hold([cue(100), cue(120, 1, GAP), cue(300, 0, GAP)])
        course.signal("hold", None, 350 * 8)
        course.release(200 * 8)
        assert notes.heard == ["100 called flash"]
        assert notes.values == [ITEM_VALUES]
        told = course.plain()
        kept = (1.0, 2.0, *[0.0] * (ITEM_VALUES - 2))
        assert told["recent"] == [(800, 0, FLASH, (0, kept)), (960, 1, GAP, (160, kept))]
        assert told["held"] == [[2400, 0, GAP, (1600, kept)], [2800, 0, -2, ("hold", None)]]
        other = course_of(Notes())
        other.load(told)
        assert other.plain() == told

    def test_nothing_is_heard_before_its_time(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.hold([cue(200), cue(100)])
        course.release(150 * 8)
        assert notes.heard == ["100 called flash"]
        assert course.busy
        course.release(200 * 8)
        assert len(notes.heard) == 2
        assert not course.busy

    def test_a_wake_comes_behind_all_that_is_known_then(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.signal("codec", 300.0, 100 * 8)
        course.hold([cue(300, 1), cue(301)])
        course.release(400 * 8)
        assert notes.heard[1:] == ["300 calling flash", "300 - wake", "301 called flash"]

    def test_a_wake_beyond_the_end_never_comes(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.signal("codec", 300.0, 100 * 8)
        course.end(250 * 8)
        assert notes.heard == ["100 called signalcodec", "250 - end"]

    def test_a_wake_in_the_past_comes_at_once(self) -> None:
        notes = Notes()
        course = course_of(notes)
        course.signal("codec", 50.0, 100 * 8)
        course.release(200 * 8)
        assert notes.heard == ["100 called signalcodec", "100 - wake"]


class TestAnswer:
    def test_by_signalling_or_by_speech_of_the_called_leg(self) -> None:
        course = course_of(Notes())
        course.hold([cue(100, 1, SPOKEN)])
        course.release(150 * 8)
        assert course.answered_ms is None
        course.hold([cue(200, 0, SPOKEN), cue(300, 0, SPOKEN)])
        course.release(400 * 8)
        assert course.answered_ms == 200
        signalled = course_of(Notes())
        signalled.signal("answer", None, 40 * 8)
        signalled.release(50 * 8)
        assert signalled.answered_ms == 40

    def test_of_a_call_with_the_facilitys_leg_alone(self) -> None:
        course = course_of(Notes())
        course.legs = ("calling",)
        course.hold([cue(100, 1, SPOKEN)])
        course.release(150 * 8)
        assert course.answered_ms == 100


class TestFindings:
    def test_become_events(self) -> None:
        notes = Notes(found=[found(100, cues={"x": 1.0}, end_ms=90.0, level_dbm0=-20.0)])
        course = course_of(notes)
        course.hold([cue(100)])
        event, end = course.release(200 * 8)
        assert (event.id, event.kind, event.grade, event.start_ms, event.end_ms) == (
            1, "notes", "alert", 1.0, 90.0,
        )  # fmt: skip
        assert (event.detected_ms, event.probability, event.cues) == (100, 0.5, {"x": 1.0})
        assert (end.id, end.ended, end.end_ms, end.cues) == (1, True, 90.0, {})

    def test_last_until_they_are_ended(self) -> None:
        notes = Notes(found=[found(100, key="k"), found(300, key="k", ended=True, detail="all")])
        course = course_of(notes)
        course.hold([cue(100), cue(300)])
        event, end = course.release(400 * 8)
        assert (event.end_ms, event.ended) == (None, False)
        assert (end.id, end.end_ms, end.detail, end.ended) == (1, 300, "all", True)
        assert course.end(500 * 8) == []

    def test_or_until_the_next_of_their_key_or_the_calls_end(self) -> None:
        notes = Notes(found=[found(100), found(200, start_ms=150.0), found(200, key="other")])
        course = course_of(notes)
        course.hold([cue(100), cue(200)])
        told = course.release(300 * 8)
        assert [(event.id, event.ended) for event in told] == [
            (1, False), (1, True), (2, False), (3, False),
        ]  # fmt: skip
        assert told[1].end_ms == 150
        assert [(event.id, event.end_ms) for event in course.end(400 * 8)] == [(2, 400), (3, 400)]

    def test_ends_without_a_beginning_are_nothing(self) -> None:
        notes = Notes(found=[found(100, ended=True)])
        course = course_of(notes)
        course.hold([cue(100)])
        assert course.end(200 * 8) == []

    def test_ends_are_told_only_to_who_wants_them(self) -> None:
        notes = Notes(found=[found(100, end_ms=90.0), found(200), found(300, ended=True)])
        course = course_of(notes, ends=False)
        course.hold([cue(100), cue(200), cue(300)])
        assert [event.ended for event in course.end(400 * 8)] == [False, False]

    @pytest.mark.parametrize(
        ("sources", "grade"),
        [((), "alert"), (("tones",), "alert"), (("tones", "tones"), "alert"),
         (("tones", "signalling"), "disconnect")],
    )  # fmt: skip
    def test_disconnect_only_for_two_sources(self, sources: tuple[str, ...], grade: str) -> None:
        notes = Notes(found=[found(100, grade="disconnect", sources=sources)])
        course = course_of(notes)
        course.hold([cue(100)])
        assert [event.grade for event in course.release(200 * 8)] == [grade]

    def test_below_the_operating_point_nothing_is_told(self) -> None:
        notes = Notes(found=[found(100, probability=0.6), found(200, probability=0.4)])
        course = course_of(notes, notes=0.5)
        course.hold([cue(100), cue(200)])
        assert [event.probability for event in course.release(300 * 8)] == [0.6]

    def test_explanations_see_what_was_heard_and_may_silence(self) -> None:
        seen: list[list[str]] = []

        def explain(finding: Finding, recent: Sequence[Heard]) -> Finding | None:
            seen.append([f"{item.at_ms:g} {item.kind}" for item in recent])
            return None

        notes = Notes(found=[found(70_000)])
        course = course_of(notes, explain=explain)
        course.hold([cue(100), cue(60_000, 1), cue(70_000), (480_000, 0, CUES.index("change"),
                                                              (0, (1.0,)))])  # fmt: skip
        assert course.end(80_000 * 8) == []
        assert seen == [["60000 flash", "70000 flash"]]


def test_memory_is_plain_and_complete() -> None:
    notes = Notes(found=[found(100), found(300, ended=True)])
    course = course_of(notes)
    course.hold([cue(100), cue(300, 1), cue(500)])
    course.signal("codec", 350.0, 200 * 8)
    assert [event.id for event in course.release(250 * 8)] == [1]
    other = course_of(Notes())
    other.load(course.plain())
    assert other.plain() == course.plain()
    assert other.release(600 * 8) == course.release(600 * 8) != []
    assert other.plain() == course.plain()
