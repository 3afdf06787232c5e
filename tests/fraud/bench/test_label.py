"""Labels: windows within which a report counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from securecall.fraud.bench.label import INNOCENT, Label

CALL = Label("three_way", "analogue", "called", 10.0, 20.0, 10.5, ("keypad",), "x")


@pytest.mark.parametrize(
    ("changes", "last_s"),
    [
        ({}, 30.0),
        ({"kind": "noise_anomaly"}, 20.5),
        ({"kind": "keypad", "stratum": "dtmf_faint"}, 20.1),
        ({"kind": "keypad", "stratum": "mf"}, 20.5),
        ({"kind": "call_waiting"}, 22.0),
        ({"kind": INNOCENT}, 22.0),
    ],
)
def test_each_kind_has_its_time(changes: dict[str, str], last_s: float) -> None:
    label = replace(CALL, **changes)  # type: ignore[arg-type]
    assert label.last_s == pytest.approx(last_s)
    assert label.first_s == pytest.approx(9.9)


def test_a_label_survives_json() -> None:
    assert Label.from_dict(CALL.as_dict()) == CALL
