"""Pictures of stretches of calls."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
from matplotlib import image

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.label import INNOCENT, LEGS, Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.page.strip import LEFT, RIGHT, WIDTH, strip

LABELS = (
    Label("three_way", "analogue", "called", 20.0, 30.0, 22.0),
    Label(INNOCENT, "dog", "calling", 24.0, 25.0, 24.0),
    Label(INNOCENT, "baby", "calling", 50.0, 55.0, 50.0),
)
REPORTS = (
    Heard("three_way", "alert", 20_000, 31_000, 0.75, ""),
    Heard("keypad", "note", 20_000, 55_000, 0.75, ""),
)


def call() -> Call:
    """Return 60 s: a tone of 2 kHz on the called leg from 30 s to 35 s, else silence."""
    samples = np.zeros(60 * 8000, np.int16)
    tone = samples.copy()
    at = np.arange(30 * 8000, 35 * 8000)
    tone[at] = (8000 * np.sin(2 * np.pi * 0.25 * at)).astype(np.int16)
    lost = {leg: np.zeros(3000, np.bool_) for leg in LEGS}
    return Call(
        1, 7, "development", {"calling": samples, "called": tone}, lost, LABELS, {}
    )  # fmt: skip


def test_labels_and_reports_of_the_stretch_stand_at_their_times() -> None:
    svg = strip(call(), 10.0, 40.0, REPORTS, label=LABELS[0], heard=REPORTS[0])
    room = WIDTH - LEFT - RIGHT
    assert f'<rect x="{LEFT + room / 3:.1f}"' in svg
    assert f'x1="{LEFT + room * 0.7:.1f}"' in svg
    assert "three_way alert 0.75" in svg
    assert "three_way: analogue" in svg
    assert "dog" in svg
    assert "baby" not in svg
    assert "keypad" not in svg
    assert svg.count('font-weight="600"') == 4  # the legs' names, the label and the report
    assert "<title>Call 7, 10.0 to 40.0 s</title>" in svg


def test_the_spectrum_is_of_the_stretch() -> None:
    svg = strip(call(), 25.0, 65.0, ())
    calling, called = (
        image.imread(BytesIO(b64decode(text)))[..., :3].mean(axis=2)
        for text in re.findall(r"base64,([A-Za-z0-9+/=]+)", svg)
    )
    assert calling.max() < 0.02
    rows, columns = np.nonzero(called > 0.3)
    seconds = 25.0 + 35.0 * columns / called.shape[1]  # the call ends at 60 s
    assert 29.8 < seconds.min() < 30.2
    assert 34.8 < seconds.max() < 35.2
    middle = np.median(rows) / called.shape[0]
    assert 0.45 < middle < 0.55
    assert "nothing was reported" in svg
