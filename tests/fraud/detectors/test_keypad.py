"""Keypad: runs of digits, signals between exchanges, keys that are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pytest
from tests.fraud.calls import beside, laid, ringback, said, spoken, watched
from tests.fraud.sounds import digit, noise, pair, silence, sine

from securecall.fraud import CallMonitor, Event
from securecall.fraud.detectors import Keypad


def keys(text: str, ms: float = 70, pause_ms: float = 90) -> np.ndarray:
    """Return digits, one after the other."""
    return np.concatenate([part for key in text for part in (digit(key, ms), silence(pause_ms))])


def runs(*placed: tuple[float, np.ndarray], seconds: float = 14, leg: str = "called") -> list[str]:
    """Return the runs of a leg, as they are told at their ends."""
    found = watched([(leg, laid(seconds, *placed))], detectors=["keypad"])
    began = [event.id for event in found if event.kind == "keypad" and not event.ended]
    ended = {event.id: event for event in found if event.kind == "keypad" and event.ended}
    assert sorted(ended) == began
    return [ended[number].detail for number in began]


def told(samples: np.ndarray, kind: str) -> list[Event]:
    """Return what begins of a kind on the called leg."""
    found = watched([("called", samples)], report_ends=False)
    return [event for event in found if event.kind == kind]


def test_a_pause_of_three_seconds_parts_runs() -> None:
    assert runs((1, keys("12#")), (3, keys("5"))) == ["12#5"]
    assert runs((1, keys("12#")), (6, keys("5"))) == ["12#", "5"]


def test_the_first_digit_is_told_at_once() -> None:
    (first,) = (
        event for event in watched([("called", laid(5, (1, keys("739"))))]) if
        event.kind == "keypad" and not event.ended
    )  # fmt: skip
    assert (first.detail, first.grade, first.end_ms) == ("7", "alert", None)
    assert first.detected_ms - first.start_ms < 50
    assert first.cues["snr_db"] > 20


def test_multi_frequency_and_supervision() -> None:
    sent = [pair(*hz, 68) for hz in ((1100, 1700), (700, 900), (1300, 1500), (1500, 1700))]
    blue = np.concatenate([part for tone in sent for part in (tone, silence(68))])
    assert runs((1, blue)) == ["KP 1 0 ST"]
    assert runs((1, sine(2600, -12, 700))) == ["2600"]
    assert runs((1, sine(2450, -12, 700))) == []


def test_a_key_that_echoes_on_the_other_leg_is_one() -> None:
    call = [("calling", laid(8, (1, keys("48")))), ("called", laid(8, (1.04, 0.1 * keys("48"))))]
    found = watched(call, legs=["called", "calling"])
    assert said(found, "dtmf") == ["dtmf 4", "dtmf 4", "dtmf 8", "dtmf 8"]
    assert [(e.detail, e.ended) for e in found if e.kind == "keypad"] == [
        ("4", False),
        ("48", True),
    ]


def test_a_key_that_is_held_covers_something() -> None:
    found = watched([("called", laid(9, (1, digit("0", 4000))))])
    held = [e for e in found if e.kind == "keypad" and e.detail == "0 held" and not e.ended]
    assert [(e.cues["held_ms"], e.cues["held_ms_least"]) for e in held] == [(2000, 2000)]
    assert runs((1, digit("0", 1500))) == ["0"]


def pressed(key: str, **how: Any) -> np.ndarray:
    """Return a key of 70 ms that is hardly clear."""
    return 0.3 * np.concatenate([digit(key, 70, **how), silence(90)])


@pytest.mark.parametrize(
    "how", [{"low_off": 0.01}, {"high_off": -0.01}, {"low_dbm0": -7.5, "high_dbm0": -13.0}]
)
def test_a_digit_that_is_hardly_clear_and_not_just_so_waits_for_a_second_one(
    how: dict[str, float],
) -> None:
    alone, both = pressed("8", **how), np.concatenate([pressed("8", **how), pressed("6", **how)])
    hiss = noise(-31.5, 1500, 4)
    (first,) = told(laid(8, (2, beside(hiss, alone))), "dtmf")
    assert 13 <= first.cues["snr_db"] < 15
    assert told(laid(8, (2, beside(hiss, alone))), "keypad") == []
    (run,) = told(laid(8, (2, beside(hiss, both))), "keypad")
    assert (run.detail, run.cues["digits"], run.cues["snr_db_least"]) == ("8", 2, 15)
    assert run.start_ms == pytest.approx(2000, abs=10)
    assert run.detected_ms > 2160


@pytest.mark.parametrize("key", ["8", "1", "D", "*"])
def test_a_digit_that_is_hardly_clear_and_just_where_a_keypad_has_it_is_told(key: str) -> None:
    heard = laid(8, (2, beside(noise(-31.5, 1500, 4), pressed(key))))
    (first,) = told(heard, "dtmf")
    assert 13 <= first.cues["snr_db"] < 15
    (run,) = told(heard, "keypad")
    assert (run.detail, run.cues["digits"]) == (key, 1)
    assert run.detected_ms == first.detected_ms


def test_while_it_rings_digits_dial() -> None:
    assert runs((0.5, ringback()), (3, keys("5"))) == []
    assert runs((0.5, ringback()), (3, spoken(4, 3)), (8, keys("5"))) == ["5"]
    # It rang, and rings no more: somebody has answered, and has not spoken yet.
    assert runs((0.5, ringback()), (9, keys("5"))) == ["5"]


def test_a_signalled_digit_is_evidence_of_another_kind() -> None:
    monitor = CallMonitor()
    told = monitor.signal("dtmf", "5", 100) + monitor.feed(bytes(16_000)) + monitor.feed(b"\0\0")
    (event,) = (one for one in told if one.kind == "keypad")
    assert event.cues == {"signalled": 1.0, "digits": 1.0}


def test_its_memory_is_plain() -> None:
    other = Keypad()
    other.load(Keypad(digits=[["5", 1.0, "called"]], last_ms=35.0, end_ms=50.0).save())
    assert other == Keypad(digits=[["5", 1.0, "called"]], last_ms=35.0, end_ms=50.0)


def rotary(pulses: int, per_second: float = 10.0, broken: float = 0.6) -> np.ndarray:
    """Return what a rotary telephone's digit sounds like behind an exchange: clicks."""
    at = np.arange(200)
    click = 0.4 * np.exp(-at / 20) * np.cos(2 * np.pi * 350 / 8000 * at)
    made = np.zeros(round(8000 * (pulses / per_second + 0.1)))
    for number in range(pulses):
        for instant in (number / per_second, (number + broken) / per_second):
            first = round(8000 * instant)
            made[first : first + 200] += click
    return made


@pytest.mark.parametrize("pulses", [5, 7, 10])
@pytest.mark.parametrize("per_second", [9.0, 10.0, 11.5])
def test_a_rotary_telephone_is_told_by_its_clicks(pulses: int, per_second: float) -> None:
    (run,) = told(laid(8, (2, rotary(pulses, per_second))), "keypad")
    assert (run.grade, run.start_ms) == ("note", pytest.approx(2000, abs=41))
    assert run.cues["pulses"] == pytest.approx(pulses, abs=1)
    assert run.cues["per_second"] == pytest.approx(per_second, rel=0.12)
    assert run.detail == f"{run.cues['pulses']:g} pulses"


def test_other_rows_of_clicks_are_none() -> None:
    assert told(laid(12, (2, rotary(8, 5.0)), (8, rotary(3))), "keypad") == []


def clicks(*at_ms: float, loud: Sequence[float] = (1.0,)) -> np.ndarray:
    """Return clicks at instants, by turns so loud."""
    click = rotary(1)[:200]
    made = np.zeros(round(8 * at_ms[-1]) + 400)
    for number, instant in enumerate(at_ms):
        first = round(8 * instant)
        made[first : first + 200] += loud[number % len(loud)] * click
    return made


EVEN_MS: Final = [at for pulse in range(6) for at in (100.0 * pulse, 100.0 * pulse + 60)]


def test_a_dial_is_regular_and_thuds_are_not() -> None:
    def heard(*at_ms: float, loud: Sequence[float] = (1.0,)) -> int:
        return len(told(laid(8, (2, clicks(*at_ms, loud=loud))), "keypad"))

    assert heard(*EVEN_MS) == 1
    # Contacts wear out, and governors are no clocks.
    assert heard(*(at + (0, 3, -2)[number % 3] for number, at in enumerate(EVEN_MS))) == 1
    assert heard(*EVEN_MS, loud=(1.0, 0.5)) == 1
    # One click too late; a row whose makes are longer than its breaks; one that becomes fainter.
    assert heard(*(at + (25 if at == 260 else 0) for at in EVEN_MS)) == 0
    assert heard(*(at - (25 if at % 100 else 0) for at in EVEN_MS)) == 0
    assert heard(*EVEN_MS, loud=[0.85**number for number in range(12)]) == 0


def test_no_digit_has_more_than_ten_pulses() -> None:
    assert len(told(laid(8, (2, rotary(10))), "keypad")) == 1
    assert told(laid(8, (2, rotary(12))), "keypad") == []
    assert told(laid(12, (2, rotary(30))), "keypad") == []


def test_no_row_goes_on_over_what_was_lost() -> None:
    call = laid(8, (2, rotary(6)))
    pieces = [("called", call[:18_400]), ("called", 100), ("called", call[19_200:])]
    assert [event for event in watched(pieces) if event.kind == "keypad"] == []


def signalled(samples: np.ndarray, *told: tuple[str, float]) -> list[str]:
    """Return the runs of a leg whose digits are told beside it, each when its audio was there."""
    monitor = CallMonitor(legs=["called"], detectors=["keypad"], report_ends=True)
    found = []
    at = 0
    for key, at_ms in told:
        found += monitor.feed(samples[at : round(at_ms * 8)])
        at = round(at_ms * 8)
        found += monitor.signal("dtmf", key, at_ms)
    found += monitor.feed(samples[at:]) + monitor.finish()
    return [event.detail for event in found if event.kind == "keypad" and event.ended]


def test_a_digit_that_is_heard_and_signalled_is_one() -> None:
    line = laid(8, (1, keys("55#", 70, 90)))
    # As Asterisk tells them, when they are up; as RTP does, when they are down; and very late.
    assert signalled(line, ("5", 1070), ("5", 1230), ("#", 1390)) == ["55#"]
    assert signalled(line, ("5", 1000), ("5", 1160), ("#", 1320)) == ["55#"]
    assert signalled(line, ("5", 1400), ("5", 1560), ("#", 1720)) == ["55#"]


def test_a_digit_that_is_only_signalled_counts_among_those_that_are_heard() -> None:
    line = laid(8, (1, keys("5")), (2, keys("7")))
    assert signalled(line, ("5", 1070), ("9", 1500), ("7", 2070)) == ["597"]
    assert signalled(laid(3), ("5", 1000), ("5", 1200)) == ["55"]


def test_a_key_that_is_held_is_signalled_when_it_is_up() -> None:
    assert signalled(laid(8, (1, digit("0", 1500))), ("0", 2500)) == ["0"]


def test_who_presses_for_minutes_costs_no_more_than_who_presses_a_while() -> None:
    (run,) = runs((0.2, np.tile(keys("19"), 60)), seconds=26)
    assert run == "19" * 32


def test_a_key_that_is_down_in_a_saved_call_is_let_go_in_the_restored_one() -> None:
    line = laid(9, (1, digit("0", 1500)))
    monitor = CallMonitor(legs=("called",), report_ends=True, detectors=["keypad"])
    found = monitor.feed(line[:12_000])
    monitor = CallMonitor.restore(monitor.save())
    found += monitor.feed(line[12_000:36_000])
    # Two seconds behind the key: another press, since the first is known to be over.
    found += monitor.signal("dtmf", "0")
    found += monitor.feed(line[36_000:])
    assert [each.detail for each in found if each.kind == "keypad" and each.ended][-1] == "00"
