"""Tones are sent as their plan says, and off by what is asked."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.conform.call_progress import AFTER_MS, BEFORE_MS, Off, Segment, Tone, sound
from securecall.fraud.conform.levels import level_dbm0
from securecall.fraud.conform.limits import drawn

BUSY = Tone("busy", "north_america", (Segment((480, 620), 500), Segment((), 500)) * 2, -24)


def test_lengths_stretch_and_the_tone_is_placed() -> None:
    sent = sound(BUSY, Off(cadence_percent=5), drawn(1))
    start = round(sent.placed[0].start_ms * 8)
    assert BEFORE_MS * 8 <= start < BEFORE_MS * 8 + 1024
    assert not sent.samples[:start].any()
    on = sent.samples[start:] != 0
    assert on[1:4199].all()
    assert not on[4200:8400].any()
    assert on[8401:12599].all()
    assert sent.placed[0].name == "busy"
    assert round(sent.placed[0].end_ms * 8) == start + 12_600
    assert len(sent.samples) == start + 4 * 4200 + AFTER_MS * 8


def test_frequencies_and_levels_are_off_by_what_is_asked() -> None:
    tone = Tone("two", "uk", (Segment((500, 1000), 1000),), -24)
    sent = sound(tone, Off(frequency_percent=3, level_db=-6), drawn(2))
    start = round(sent.placed[0].start_ms * 8)
    part = sent.samples[start : start + 8000]
    spectrum = np.abs(np.fft.rfft(part)) * 2 / 8000
    for hz in (515, 1030):
        assert 20 * np.log10(spectrum[hz]) + 3.14 == pytest.approx(-30, abs=0.01)
    assert level_dbm0(part) == pytest.approx(-30 + 10 * np.log10(2), abs=0.01)
    assert 10 * np.log10(sent.power / 0.5) + 3.14 == pytest.approx(level_dbm0(part), abs=0.01)


def test_a_seed_makes_it_again() -> None:
    one, same, other = (sound(BUSY, Off(), drawn(seed)).samples for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert len(one) != len(other) or not np.array_equal(one, other)
