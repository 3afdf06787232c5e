"""Levels, filters and noise are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.bench import sound
from securecall.fraud.bench.dice import dice


def _tone(hz: float, count: int = 16_000) -> sound.Audio:
    return np.sin(2 * np.pi * hz / 8000 * np.arange(count)).astype(np.float32)


def test_a_full_scale_sine_is_3_14_dbm0() -> None:
    assert sound.level_dbm0(_tone(1000)) == pytest.approx(3.14, abs=0.01)
    assert sound.level_dbm0(np.zeros(80, np.float32)) == sound.SILENCE_DBM0


def test_active_parts_are_set_to_a_level_and_pauses_do_not_count() -> None:
    talk = np.concatenate([_tone(500, 8000), np.zeros(24_000, np.float32)])
    heard = sound.at_level(talk, -20.0)
    assert sound.active_dbm0(heard) == pytest.approx(-20.0, abs=0.01)
    assert sound.level_dbm0(heard[:8000]) == pytest.approx(-20.0, abs=0.01)
    assert not sound.at_level(np.zeros(800, np.float32), -20.0).any()


@pytest.mark.parametrize("tilt", [-9.0, -3.0, 0.0, 3.0])
def test_noise_has_its_level_and_its_tilt(tilt: float) -> None:
    made = sound.noise(dice(1, tilt).random, 160_000, -50.0, sound.band(100, 3700, tilt))
    assert sound.level_dbm0(made) == pytest.approx(-50.0, abs=0.3)
    power = np.mean(np.abs(np.fft.rfft(made.reshape(-1, 800), axis=1)) ** 2, axis=0)
    low, high = np.mean(power[75:85]), np.mean(power[235:245])  # 800 and 2400 Hz
    assert 10 * np.log10(high / low) == pytest.approx(tilt * np.log2(3), abs=1.0)


def test_a_filter_keeps_step_and_passes_its_band_alone() -> None:
    taps = sound.response(sound.band(300, 3000))
    impulse = np.zeros(5000, np.float32)
    impulse[2500] = 1.0
    assert int(np.argmax(np.abs(sound.filtered(impulse, taps)))) == 2500
    for hz, wanted_db in ((1000, 0.0), (60, -15.0), (3700, -15.0)):
        through = sound.filtered(_tone(hz), taps)[4000:12_000]
        change = sound.level_dbm0(through) - 3.14
        assert change == pytest.approx(0, abs=0.3) if wanted_db == 0 else change < wanted_db


def test_filtering_in_blocks_is_convolution() -> None:
    samples = dice(3).random.standard_normal(7001).astype(np.float32)
    taps = sound.response(sound.band(200, 3400))
    wanted = np.convolve(samples, taps)[64 : 64 + 7001]
    assert np.allclose(sound.filtered(samples, taps), wanted, atol=1e-5)


def test_adding_beyond_the_ends_is_cut() -> None:
    track = np.zeros(10, np.float32)
    assert sound.add(track, np.ones(4, np.float32), 8) == 10
    assert sound.add(track, np.ones(4, np.float32), -2) == 2
    assert track.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 1, 1]


def test_samples_beyond_full_scale_are_clipped() -> None:
    assert sound.narrow(np.array([2.0, -2.0, 0.5], np.float32)).tolist() == [32767, -32768, 16384]
