"""Scores of calls made by hand."""

from __future__ import annotations

import json

import pytest

from securecall.fraud.bench.label import INNOCENT, Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.score import TALK, Record, judged, quantile, score

MERGE = Label("three_way", "analogue", "called", 10.0, 20.0, 10.5, ("keypad",))
KEYS = Label("keypad", "dtmf", "calling", 100.0, 101.0, 100.0)
BABY = Label(INNOCENT, "baby", "called", 200.0, 205.0, 200.0)


def said(at_s: float, kind: str = "three_way", sure: float = 0.9, grade: str = "alert") -> Heard:
    return Heard(kind, grade, 1000 * at_s, 1000 * at_s, sure, "")


def record(*heard: Heard, labels: tuple[Label, ...] = (MERGE, KEYS, BABY)) -> Record:
    return Record(0, 900.0, labels, heard, 0.09, 2048)


@pytest.mark.parametrize(
    ("heard", "verdict", "where"),
    [
        (said(9.95), "found", "analogue"),
        (said(9.85), "false", TALK),
        (said(29.9), "found", "analogue"),
        (said(30.1), "late", ""),
        (said(49.9), "late", ""),
        (said(50.1), "false", TALK),
        (said(12.0, "keypad"), "tolerated", ""),
        (said(12.0, "line_switch"), "confused", "three_way"),
        (said(12.0, "noise_anomaly"), "false", "in three_way"),
        (said(12.0, "line_switch", grade="disconnect"), "false", "in three_way"),
        (said(100.5), "false", "in keypad"),
        (said(101.05, "keypad"), "found", "dtmf"),
        (said(101.2, "keypad"), "false", "in keypad"),
        (said(203.0), "false", "baby"),
        (said(206.5), "false", "baby"),
        (said(207.5), "false", TALK),
    ],
)
def test_a_report_is_judged_by_where_it_is(heard: Heard, verdict: str, where: str) -> None:
    (one,) = judged(record(heard))
    assert (one.verdict, one.where) == (verdict, where)


def test_what_is_right_and_late_is_neither_found_nor_false() -> None:
    made = score([record(said(40.0, grade="disconnect"))])
    assert made.late == {"three_way": 1}
    assert made.as_dict()["kinds"]["three_way"]["late"] == 1
    assert (made.kinds["three_way"].best, made.overall.count, made.certainty) == ([], 0, [])


def test_the_end_of_a_thing_may_be_reported_as_a_part_of_it() -> None:
    noise = Label("noise_anomaly", "hum", "called", 10.0, 30.0, 10.0, ("line_switch",))
    told = [said(at, "line_switch") for at in (10.5, 39.0, 41.0)]
    assert [one.verdict for one in judged(record(*told, labels=(noise,)))] == [
        "tolerated", "tolerated", "false",
    ]  # fmt: skip


def test_tones_and_digits_by_themselves_are_not_judged() -> None:
    assert judged(record(said(50.0, "tone"), said(60.0, "dtmf"))) == []


def test_what_is_found_is_counted_once_with_its_first_time_and_highest_probability() -> None:
    made = score([record(said(12.5, sure=0.4), said(14.0, sure=0.8))])
    found = made.kinds["three_way"]
    assert (found.labels, found.best, found.latency_s) == (1, [0.8], [2.0])
    assert made.strata["three_way", "analogue"].best == [0.8]
    assert made.kinds["keypad"].as_dict()["share"] == 0.0
    assert made.overall.count == 0


def test_rates_have_hours_and_exact_limits() -> None:
    made = score([record(said(300.0), said(203.0, grade="disconnect")) for _ in range(4)])
    told = made.as_dict()
    assert told["hours"] == 1.0
    assert told["false_alarms"]["per_hour"] == 8.0
    # 8 events: 3.454 to 15.763. Garwood (1936).
    assert told["false_alarms"]["low_95"] == pytest.approx(3.454, abs=1e-3)
    assert told["false_alarms"]["high_95"] == pytest.approx(15.763, abs=1e-3)
    baby = told["classes"]["baby"]
    assert (baby["instances"], baby["alarms"], baby["disconnects"]) == (4, 4, 4)
    assert baby["hours"] == pytest.approx(4 * 7.1 / 3600)
    assert told["classes"][TALK]["alarms"] == 4
    assert made.disconnected == 4
    json.dumps(told)


def test_hours_of_the_classes_are_the_call() -> None:
    made = score([record()])
    assert sum(one.hours for one in made.classes.values()) == pytest.approx(900 / 3600)


def test_a_call_is_cut_once() -> None:
    cut = [record(*(said(at, grade="disconnect") for at in (225.0, 300.0, 400.0)))]
    made = score([*cut, *[record()] * 3])
    # One in 225 s and three times 900 s: 1.24 an hour.
    rate = made.disconnected_per_1000_calls()["rate"]
    assert made.disconnected == 1
    assert rate == pytest.approx(1000 * (1 - 2.718281828 ** (-900 / 2925)))
    assert score([]).disconnected_per_1000_calls()["rate"] is None


def test_a_disconnect_that_was_right_is_none() -> None:
    assert score([record(said(12.0, grade="disconnect"))]).disconnected == 0


def test_the_curve_falls_with_the_threshold() -> None:
    calls = [
        record(said(12.0, sure=0.9), said(300.0, sure=0.3)),
        record(said(12.0, sure=0.5), said(300.0, sure=0.7)),
        record(),
        record(said(400.0, sure=0.2)),
    ]
    made = score(calls)
    assert made.curve("three_way") == [
        (0.9, 0.0, 0.25), (0.7, 1.0, 0.25), (0.5, 1.0, 0.5), (0.3, 2.0, 0.5), (0.2, 3.0, 0.5),
    ]  # fmt: skip
    assert made.found_at("three_way") == {0.01: 0.25, 0.05: 0.25, 0.1: 0.25, 1.0: 0.5}


def test_calibration_is_the_mean_distance_of_probability_and_share() -> None:
    right = [record(said(12.0, sure=0.75)) for _ in range(3)]
    made = score([*right, record(said(300.0, sure=0.75)), record(said(300.0, sure=0.25))])
    error, bins = made.calibration()
    assert error == pytest.approx((4 * 0.0 + 1 * 0.25) / 5)
    assert [one["reports"] for one in bins] == [1, 4]
    assert score([]).calibration() == (None, [])


def test_cost_is_by_channel_and_second() -> None:
    told = score([record(), record()]).as_dict()
    assert told["cpu_s_per_channel_second"] == pytest.approx(0.18 / 3600)
    assert told["state_bytes"] == 2048


def test_quantiles() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([0.0, 10.0], 0.95) == pytest.approx(9.5)
