"""What an innocent explanation does to a finding."""

from __future__ import annotations

from dataclasses import replace

from securecall.fraud import Event
from securecall.fraud.cues import VALUES, Heard
from securecall.fraud.detectors import Finding
from securecall.fraud.innocent import explain, muted

ALERT = Event(
    3, "tone", "note", 60_000.0, None, 60_320.0, 1.0, "call_waiting", -14.0, {}, leg="called"
)
WAITING = Heard(60_320.0, "called", "tone", 60_000.0, ALERT)
FOUND = Finding("three_way", "alert", 63_000.0, 0.9, "flash", "called", {"flash_ms": 500.0})


def test_a_hold_behind_call_waiting_is_explained_by_it() -> None:
    for kind in ("three_way", "line_switch", "noise_anomaly"):
        assert explain(replace(FOUND, kind=kind), [WAITING]) is None


def test_other_findings_stay_as_they_are() -> None:
    ended = replace(WAITING, event=replace(ALERT, ended=True))
    for finding, recent in (
        (FOUND, []),
        (FOUND, [ended]),
        (FOUND, [Heard(60_000.0, "called", "flash", 59_000.0)]),
        (replace(FOUND, start_ms=75_000.0), [WAITING]),
        (replace(FOUND, start_ms=59_000.0), [WAITING]),
        (replace(FOUND, leg="calling"), [WAITING]),
        (replace(FOUND, kind="keypad"), [WAITING]),
    ):
        assert explain(finding, recent) is finding


def change(**numbers: float) -> Heard:
    values = tuple(numbers.get(name, 0.0) for name in VALUES["change"])
    return Heard(60_000.0, "called", "change", 50_000.0, None, values)


def test_a_leg_that_is_dead_without_a_flash_is_muted() -> None:
    far = {"lead_flash_s": 60.0, "tail_flash_s": 60.0}
    assert muted(change(kind=2, run_dead=0.9, **far))
    assert muted(change(kind=1, run_floor_db=-40, **far))
    assert not muted(change(kind=1, run_floor_db=-9, **far)), "a hold has another noise"
    assert not muted(change(kind=2, run_dead=0.9, lead_flash_s=0.4, tail_flash_s=60.0))
    assert not muted(change(kind=1, run_dead=0.9, lead_flash_s=60.0, tail_flash_s=0.5))
    assert not muted(change(kind=0, run_dead=0.9, **far)), "there is no interruption"
