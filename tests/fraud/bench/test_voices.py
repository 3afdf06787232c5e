"""Synthetic talkers: the same number speaks alike, and it has the traits of speech."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.sound import active_dbm0
from securecall.fraud.bench.voices import babble, spoken


def test_a_talker_is_a_number() -> None:
    spoken.cache_clear()
    one = spoken(1).copy()
    spoken.cache_clear()
    assert np.array_equal(one, spoken(1))
    assert not np.array_equal(one, spoken(2))


@pytest.mark.parametrize("talker", [1, 2, 3])
def test_it_has_syllables_pauses_a_pitch_and_formants(talker: int) -> None:
    speech = spoken(talker)
    assert active_dbm0(speech) == pytest.approx(-20.0, abs=0.01)
    level = np.sqrt(np.mean(speech.reshape(-1, 160) ** 2, axis=1))
    active = level > 0.1 * np.percentile(level, 95)
    assert 0.4 < active.mean() < 0.98
    syllables = np.count_nonzero(np.diff((level > np.median(level)).astype(int)) == 1) / 40
    assert 2 < syllables < 9
    power = np.mean(np.abs(np.fft.rfft(speech.reshape(-1, 800), axis=1)) ** 2, axis=0)
    assert power[10:100].sum() > 4 * power[200:].sum()  # below 1 kHz, above 2 kHz


def test_babble_has_fewer_pauses_than_a_talker() -> None:
    level = np.sqrt(np.mean(babble(dice(1), 10).reshape(-1, 160) ** 2, axis=1))
    alone = np.sqrt(np.mean(spoken(1)[:80_000].reshape(-1, 160) ** 2, axis=1))
    assert np.mean(level < 0.05 * level.max()) < np.mean(alone < 0.05 * alone.max())
