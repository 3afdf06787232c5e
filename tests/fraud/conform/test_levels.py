"""dBm0: a sine that fills 16 bits is +3.14."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.conform.levels import (
    FULL_SCALE_DBM0,
    SAMPLE_RATE_HZ,
    amplitude,
    level_dbm0,
    pcm,
    samples_of,
)

TURNS = 2 * np.pi * 1000 / SAMPLE_RATE_HZ * np.arange(SAMPLE_RATE_HZ)


def test_a_full_scale_sine_is_three_and_a_bit() -> None:
    assert amplitude(FULL_SCALE_DBM0) == 1.0
    assert level_dbm0(np.sin(TURNS)) == pytest.approx(3.14, abs=1e-9)


@pytest.mark.parametrize("level", [3.14, 0.0, -10.0, -25.0, -55.0])
def test_a_sine_has_the_level_it_was_made_at_also_in_16_bits(level: float) -> None:
    # 0.4 rad off, so that no sample is exact by luck.
    rounded = pcm(amplitude(level) * np.sin(TURNS + 0.4)) / 32768
    assert level_dbm0(rounded) == pytest.approx(level, abs=0.01)


def test_twice_the_power_is_three_decibels_more() -> None:
    both = np.sin(TURNS) * amplitude(-10) + np.sin(TURNS * 1.5) * amplitude(-10)
    assert level_dbm0(both) == pytest.approx(-10 + 10 * np.log10(2), abs=1e-9)


def test_what_is_too_loud_is_clipped_and_does_not_wrap() -> None:
    assert pcm(np.array([2.0, -2.0, 1.0, -1.0, 0.0])).tolist() == [32767, -32768, 32767, -32768, 0]


def test_samples_are_whole() -> None:
    assert [samples_of(ms) for ms in (20, 46.5, 0.06)] == [160, 372, 0]
