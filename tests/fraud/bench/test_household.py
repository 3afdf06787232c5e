"""Made sounds of homes: of their length and level, drawn anew, with the traits of their class."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.household import SOUNDS, sounding
from securecall.fraud.bench.sound import active_dbm0


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_a_sound_has_its_length_and_level_and_is_drawn(name: str) -> None:
    one, again, other = (sounding(name, dice(seed), 6.0) for seed in (1, 1, 2))
    assert len(one) == 48_000
    assert active_dbm0(one) == pytest.approx(-20.0, abs=0.1)
    assert np.isfinite(one).all()
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def peak_hz(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * 8000 / len(samples)


def test_alarms_and_ovens_beep_where_they_do() -> None:
    assert 2700 < peak_hz(sounding("smoke_alarm", dice(1), 6.0)) < 3500
    assert 1800 < peak_hz(sounding("microwave", dice(1), 6.0)) < 2400


def test_clocks_tick_once_or_twice_a_second() -> None:
    for seed in range(4):
        loud = np.abs(sounding("clock", dice(seed), 6.0)) > 0.01
        ticks = np.flatnonzero(np.diff(loud.reshape(-1, 800).any(axis=1).astype(int)) == 1)
        assert set(np.diff(ticks)) in ({5}, {10})
