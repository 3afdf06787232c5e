"""CallMonitor: what it hears of a call, what each parameter does, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.fraud.calls import (
    BOTH,
    CALL,
    alternating,
    laid,
    one_after_the_other,
    ringback,
    said,
    spoken,
    watched,
)
from tests.fraud.sounds import companded, digit, silence

from securecall.errors import InputError, InputTypeError
from securecall.fraud import CallMonitor, Event, ToneDetector
from securecall.fraud.cues import Heard
from securecall.fraud.detectors import Finding, Remembering
from securecall.fraud.monitor import bench_listener
from securecall.fraud.tones import plan

WHOLE = one_after_the_other(10**9)
HEARD = watched(WHOLE, legs=BOTH)


class TestWhatIsHeard:
    def test_each_thing_once_in_the_order_in_which_it_was_known(self) -> None:
        assert said(HEARD, "keypad", "call_waiting", "call_forwarding") == [
            "keypad 4", "call_waiting call_waiting", "keypad 4", "call_forwarding ringback",
            "keypad 2600", "call_forwarding sit_vc", "keypad KP",
        ]  # fmt: skip
        assert [event.detected_ms for event in HEARD] == sorted(e.detected_ms for e in HEARD)

    def test_numbers_count_all_kinds(self) -> None:
        assert [event.id for event in HEARD if not event.ended] == list(
            range(1, 1 + len({event.id for event in HEARD}))
        )

    def test_ends_follow_with_the_same_number(self) -> None:
        began = {event.id: event for event in HEARD if not event.ended}
        ended = {event.id: event for event in HEARD if event.ended}
        assert began.keys() == ended.keys()
        for number, end in ended.items():
            assert (end.kind, end.start_ms) == (began[number].kind, began[number].start_ms)
            assert end.end_ms is not None
            assert began[number].start_ms < end.end_ms <= end.detected_ms
        assert said([ended[1]]) == []

    def test_a_run_of_digits_is_told_at_its_end(self) -> None:
        runs = [event.detail for event in HEARD if event.kind == "keypad" and event.ended]
        assert runs == ["482", "482", "2600", "KP 1 3"]

    def test_legs_are_told(self) -> None:
        assert {event.leg for event in HEARD if event.kind == "keypad"} == {"calling"}
        assert {event.leg for event in HEARD if event.kind == "call_forwarding"} == {"called"}

    def test_digits_and_tones_are_those_of_a_tone_detector(self) -> None:
        for leg in BOTH:
            detector = ToneDetector(plan="monitor", report_ends=True)
            expected = detector.feed(CALL[leg]) + detector.finish()
            mine = [e for e in HEARD if e.leg == leg and e.kind in ("dtmf", "tone")]
            assert [replace(each, id=0, leg="") for each in mine] == [
                replace(each, id=0) for each in expected
            ]

    def test_evidence_has_its_numbers(self) -> None:
        (second,) = (e for e in HEARD if e.detail == "ringback" and e.kind == "call_forwarding"
                     and not e.ended)  # fmt: skip
        assert second.cues["ringbacks"] == 2
        assert second.cues["since_answer_ms"] > 15_000
        assert second.grade == "alert"

    def test_one_leg_is_a_call_too(self) -> None:
        found = watched(one_after_the_other(160, ("called",)))
        assert said(found) == said(each for each in HEARD if each.leg == "called")

    def test_silence_is_nothing(self) -> None:
        monitor = CallMonitor()
        assert monitor.feed(bytes(160_000)) == monitor.finish() == []

    def test_a_gap_is_no_evidence(self) -> None:
        around = [("called", CALL["called"][:160_000]), ("called", 900)]
        with_gap = watched([*around, ("called", CALL["called"][168_000:])], legs=["called"])
        later = [e for e in with_gap if 19_000 < e.start_ms < 22_000]
        assert later == []
        assert said(with_gap, "call_forwarding") == said(HEARD, "call_forwarding")

    def test_a_digit_in_a_gap_is_not_heard(self) -> None:
        before, after = CALL["calling"][:103_000], CALL["calling"][109_000:]
        found = watched([("calling", before), ("calling", 750), ("calling", after)])
        assert said(found, "dtmf") == ["dtmf 4", "dtmf 8", "dtmf 2"]


class TestLegs:
    def test_the_first_ringback_is_none_the_second_is(self) -> None:
        twice = laid(26, (0.5, ringback(2)), (12, spoken(5, 1)), (18, ringback()))
        found = watched([("called", twice)])
        assert said(found, "call_forwarding") == ["call_forwarding ringback"]
        again = laid(26, (0.5, ringback(2)), (18, ringback()))
        assert said(watched([("called", again)]), "call_forwarding") == []

    def test_dialling_is_no_keypad(self) -> None:
        dial = np.concatenate([digit("5", 80), silence(100), digit("6", 80)])
        call = laid(16, (0.5, ringback()), (3.0, dial), (8.0, spoken(4, 2)), (13.0, dial))
        found = watched([("called", call)])
        assert [e.start_ms > 12_900 for e in found if e.kind == "keypad"] == [True, True]

    def test_a_leg_that_comes_late_is_told_of_from_then_on(self) -> None:
        called, calling = CALL["called"], CALL["calling"]
        monitor = CallMonitor(report_ends=True)
        found: list[Event] = []
        for at in range(0, 80_000, 4000):
            found += monitor.feed(called[at : at + 4000])
        for at in range(80_000, len(called), 4000):
            found += monitor.feed(called[at : at + 4000])
            found += monitor.feed(calling[at : at + 4000], "calling")
        found += monitor.finish()
        assert monitor.now_ms == len(called) / 8
        assert said(found) == said(HEARD)

    def test_a_leg_that_comes_a_little_late_is_heard_from_the_beginning(self) -> None:
        monitor = CallMonitor()
        for at in range(0, 32_000, 4000):
            monitor.feed(CALL["called"][at : at + 4000])
        monitor.feed(CALL["calling"][:4000], "calling")
        assert monitor.now_ms == 500
        assert monitor.legs == BOTH

    def test_events_wait_for_the_other_leg(self) -> None:
        monitor = CallMonitor(legs=BOTH)
        assert monitor.feed(CALL["called"]) == []
        assert said(monitor.feed(CALL["calling"][:80_000], "calling")) == ["tone ringback"]

    def test_events_of_one_leg_wait_for_nothing(self) -> None:
        monitor = CallMonitor()
        found = []
        for at in range(0, 24_000, 160):
            found += [
                (event.detected_ms, at / 8 + 20)
                for event in monitor.feed(CALL["called"][at:][:160])
            ]
        assert found
        for detected_ms, now_ms in found:
            assert 0 <= now_ms - detected_ms < 20


class OneDigit(Remembering):
    """A detector of one's own."""

    kind = "one_digit"
    hears = ("dtmf",)

    def hear(self, item: Heard, call: Any) -> Sequence[Finding]:
        return [
            Finding("one_digit", "disconnect", item.start_ms, 0.7, "!", item.leg, end_ms=item.at_ms)
        ]

    def save(self) -> dict[str, Any]:
        return {}

    def load(self, saved: dict[str, Any]) -> None:
        assert saved == {}


class TestParameters:
    def test_sample_rate(self) -> None:
        wide = np.repeat(CALL["calling"], 2)
        found = watched([("calling", wide)], sample_rate_hz=16_000)
        assert said(found, "dtmf")[:3] == ["dtmf 4", "dtmf 8", "dtmf 2"]
        monitor = CallMonitor(16_000)
        monitor.feed(wide)
        assert monitor.now_ms == pytest.approx(len(wide) / 16, abs=3)

    @pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
    def test_encoding(self, encoding: str) -> None:
        found = watched([(leg, companded(CALL[leg], encoding)) for leg in BOTH], encoding=encoding)
        assert said(found, "keypad", "call_forwarding") == said(HEARD, "keypad", "call_forwarding")

    def test_plan(self) -> None:
        assert said(watched(WHOLE, plan=None), "tone", "call_forwarding", "call_waiting") == []
        british = said(watched(WHOLE, plan="uk"), "tone")
        assert "tone cas" in british
        assert "tone ringback" not in british
        assert watched(WHOLE, plan=plan("north_america")) == HEARD

    def test_report_ends(self) -> None:
        assert watched(WHOLE, report_ends=False) == [e for e in HEARD if not e.ended]

    def test_max_false_alarms_per_hour(self) -> None:
        noisy = np.clip(
            CALL["calling"] + np.random.default_rng(3).normal(0, 1150, len(CALL["calling"])),
            -32768, 32767,
        ).astype(np.int16)  # fmt: skip
        loose = watched([("calling", noisy)])
        strict = watched([("calling", noisy)], max_false_alarms_per_hour=1e-6)
        assert len(said(strict, "keypad")) < len(said(loose, "keypad"))
        assert said(strict, "dtmf") == said(loose, "dtmf")

    def test_legs(self) -> None:
        monitor = CallMonitor(legs=["calling"])
        assert monitor.legs == ("calling",)
        with pytest.raises(InputError, match=r"made for legs=\('calling',\)"):
            monitor.feed(bytes(320))

    def test_detectors(self) -> None:
        found = watched(WHOLE, detectors=["keypad"])
        assert {e.kind for e in found} == {"dtmf", "tone", "keypad"}
        assert {e.kind for e in watched(WHOLE, detectors=[])} == {"dtmf", "tone"}
        own = watched(WHOLE, detectors=[OneDigit, "call_waiting"])
        assert {e.kind for e in own} == {"dtmf", "tone", "one_digit", "call_waiting"}

    def test_nothing_disconnects_for_a_single_source(self) -> None:
        own = watched(WHOLE, detectors=[OneDigit])
        assert {e.grade for e in own if e.kind == "one_digit"} == {"alert"}


class TestSignals:
    def test_a_diversion_is_forwarding_and_a_second_ringback_then_is_sure(self) -> None:
        monitor = CallMonitor(legs=BOTH)
        (diverted,) = monitor.signal("diversion", "+1 555 0100", at_ms=0)
        assert (diverted.kind, diverted.detail) == ("call_forwarding", "diversion to +1 555 0100")
        found = [e for leg in BOTH for e in monitor.feed(CALL[leg], leg)]
        grades = {e.detail: e.grade for e in found if e.kind == "call_forwarding"}
        assert grades == {"ringback": "disconnect", "sit_vc": "disconnect"}

    def test_an_answer_makes_the_next_ringback_a_second_one(self) -> None:
        ringing = laid(12, (1.0, ringback()), (8.0, ringback()))
        monitor = CallMonitor()
        monitor.signal("answer", at_ms=5000)
        found = monitor.feed(ringing) + monitor.finish()
        assert said(found, "call_forwarding") == ["call_forwarding ringback"]

    def test_digits_and_flashes_beside_the_audio(self) -> None:
        monitor = CallMonitor()
        monitor.feed(bytes(16_000))
        monitor.feed(bytes(16_000))
        digits = monitor.signal("dtmf", 5)
        assert said(digits) == ["dtmf 5", "keypad 5"]
        assert digits[1].cues["signalled"] == 1
        flash = monitor.signal("flash", 300, at_ms=9000)
        assert flash == []
        assert said(monitor.feed(bytes(160_000))) == ["tone flash", "keypad flash"]

    def test_a_signal_waits_for_its_instant_however_the_audio_comes(self) -> None:
        found = []
        for size in (160, 8000, 10**9):
            monitor = CallMonitor(legs=BOTH, report_ends=True)
            made = monitor.signal("transfer", at_ms=20_000) + monitor.signal("hold", at_ms=14_000.5)
            for leg, piece in one_after_the_other(size):
                made += monitor.feed(piece, leg)
            found.append(made + monitor.finish())
        assert found[0] == found[1] == found[2]
        assert "call_forwarding transfer" in said(found[0])

    @pytest.mark.parametrize(
        ("name", "value", "at_ms", "words"),
        [
            ("diversoin", None, 0, "did you mean 'diversion'"),
            ("dtmf", 16, 0, "value of dtmf"),
            ("flash", "long", 0, "value of flash"),
            ("codec", b"amr", 0, "value of codec must be a short text"),
            ("codec", "x" * 201, 0, "short text"),
            ("hold", None, -1, "at_ms must be"),
            ("hold", None, float("nan"), "at_ms must be"),
            ("hold", None, "soon", "at_ms must be"),
        ],
    )
    def test_what_is_no_signal_is_refused(
        self, name: str, value: Any, at_ms: Any, words: str
    ) -> None:
        with pytest.raises(InputError, match=words):
            CallMonitor().signal(name, value, at_ms)


class TestRefusals:
    @pytest.mark.parametrize(
        ("parameters", "words"),
        [
            ({"sample_rate_hz": 44_100}, "8000 or 16000"),
            ({"encoding": "mulow"}, "did you mean 'mulaw'"),
            ({"plan": "north_americ"}, "did you mean 'north_america'"),
            ({"legs": ["caled"]}, "did you mean 'called'"),
            ({"legs": []}, "one or both"),
            ({"legs": ["called", "called"]}, "one or both"),
            ({"detectors": ["keypads"]}, "did you mean 'keypad'"),
            ({"detectors": ["keypad", "keypad"]}, "two detectors find 'keypad'"),
            ({"max_false_alarms_per_hour": 0}, "above 0"),
            ({"max_false_alarms_per_hour": "few"}, "a number or None"),
            ({"max_false_alarms_per_hour": float("inf")}, "a number or None"),
        ],
    )
    def test_parameters(self, parameters: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError, match=words):
            CallMonitor(**parameters)

    @pytest.mark.parametrize(
        ("parameters", "words"),
        [
            ({"legs": "called"}, "several names"),
            ({"legs": 2}, "several names"),
            ({"detectors": "keypad"}, "several names or makers"),
            ({"detectors": [5]}, "a detector is a name or makes one"),
            ({"detectors": [dict]}, "dict has none"),
            ({"plan": 5}, "plan must be"),
        ],
    )
    def test_types(self, parameters: dict[str, Any], words: str) -> None:
        with pytest.raises(InputTypeError, match=words):
            CallMonitor(**parameters)

    @pytest.mark.parametrize("leg", ["caller", "", "Called"])
    def test_legs_that_there_are_not(self, leg: str) -> None:
        for feed in (lambda: CallMonitor().feed(b"", leg), lambda: CallMonitor().feed_gap(1, leg)):
            with pytest.raises(InputError, match="a leg is called or calling"):
                feed()
        for wrong in (None, 5, ["called"]):
            with pytest.raises(InputTypeError, match="a leg is called or calling"):
                CallMonitor().feed(b"", wrong)  # type: ignore[arg-type]

    def test_frames_and_gaps(self) -> None:
        monitor = CallMonitor()
        with pytest.raises(InputError, match="odd number of bytes"):
            monitor.feed(b"abc")
        with pytest.raises(InputTypeError, match="buffer of int16"):
            monitor.feed(np.zeros(160, np.float32))
        for wrong in (-1, 1.5, True, 86_400_001):
            with pytest.raises(InputError, match="whole milliseconds"):
                monitor.feed_gap(wrong)  # type: ignore[arg-type]
        assert monitor.now_ms == 0


def test_the_bench_has_a_listener_of_both_legs() -> None:
    listener = bench_listener()
    assert listener.legs == BOTH
    found = [e for leg, piece in alternating(160) for e in listener.feed(piece.tobytes(), leg=leg)]
    assert found + listener.finish() == [e for e in HEARD if not e.ended]
    assert len(listener.save()) > 10_000


def test_a_key_is_told_on_the_leg_whose_it_is() -> None:
    monitor = CallMonitor(legs=["called", "calling"])
    monitor.signal("dtmf", "5", 100.0, leg="calling")
    monitor.signal("dtmf", "6", 200.0)
    found = monitor.feed(bytes(16_000)) + monitor.feed(bytes(16_000), leg="calling")
    told = [(e.leg, e.detail) for e in [*found, *monitor.finish()] if e.kind == "dtmf"]
    assert told == [("calling", "5"), ("called", "6")]
    with pytest.raises(InputError, match="'outside'"):
        monitor.signal("dtmf", "5", leg="outside")
