"""What an innocent explanation does to a finding."""

from __future__ import annotations

from dataclasses import replace

from securecall.fraud import Event
from securecall.fraud.cues import Heard
from securecall.fraud.detectors import Finding
from securecall.fraud.innocent import explain

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
