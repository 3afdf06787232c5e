"""The picture's raw material: levels are right, nothing short is lost, pieces do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.sounds import Pcm, digit, pcm, silence, sine

from securecall.errors import InputError
from securecall.fraud.spectrogram import BIN_HZ, COLUMNS, Spectrogram


def looked_at(sound: Pcm, to_ms: float, *, rate_hz: int = 8000, piece: int = 8000) -> Spectrogram:
    seen = Spectrogram(rate_hz, 1, 0, to_ms)
    for first in range(0, len(sound), piece):
        seen.take(sound[first : first + piece, None])
    return seen


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("dbm0", [-40.0, -13.0, 3.0])
def test_a_sine_stands_at_its_frequency_and_level(dbm0: float, rate_hz: int) -> None:
    seen = looked_at(pcm(sine(1000, dbm0, 3000, rate_hz=rate_hz)), 3000, rate_hz=rate_hz)
    middle = seen.power_dbm0[0, :, 100]
    assert middle.argmax() * BIN_HZ == 1000
    assert middle.max() == pytest.approx(dbm0, abs=0.05)
    assert seen.level_dbm0[:, 0, 100] == pytest.approx([dbm0, dbm0], abs=0.05)


def test_a_short_digit_is_not_lost_in_an_hour() -> None:
    hour_ms = 3_600_000
    seen = Spectrogram(8000, 1, 0, hour_ms)
    second = np.zeros((8000, 1), np.int16)
    for n in range(60):
        block = second.copy()
        if n == 30:
            block[1000:1400, 0] = pcm(digit("5", 50.0, low_dbm0=-10, high_dbm0=-10))
        seen.take(block)
    assert seen.column_ms == hour_ms / COLUMNS
    column = int(30_150 / seen.column_ms)
    assert seen.power_dbm0[0, round(770 / BIN_HZ), column] > -14
    assert seen.power_dbm0[0, :, column - 1].max() == -100
    least, most = seen.level_dbm0[:, 0, column]
    assert (least, most) == (-100, pytest.approx(-7, abs=1.5))


def test_pieces_do_not_matter() -> None:
    sound = pcm(np.concatenate([silence(333), digit("9", 777.0), silence(890)]))
    whole = looked_at(sound, 2000)
    for piece in (1, 37, 160, 5000):
        again = looked_at(sound, 2000, piece=piece)
        assert np.array_equal(again.power_dbm0, whole.power_dbm0)
        assert np.array_equal(again.level_dbm0, whole.level_dbm0, equal_nan=True)


def test_only_the_span_is_kept_and_legs_are_apart() -> None:
    seen = Spectrogram(8000, 2, 1000, 1500)
    quiet, loud = pcm(silence(3000)), pcm(sine(500, -10, 3000))
    both = np.stack([quiet, np.where(np.arange(24_000) < 9_000, 0, loud)], axis=1)
    seen.take(both)
    assert seen.power_dbm0.shape == (2, 513, 62)
    assert seen.power_dbm0[0].max() == -100
    assert seen.power_dbm0[1, 64].argmax() > 15
    assert seen.level_dbm0[1, 1, 0] == -100
    assert seen.level_dbm0[1, 1, -1] == pytest.approx(-10, abs=0.2)


def test_a_column_without_sound_has_no_level() -> None:
    seen = Spectrogram(8000, 1, 0, 1000)
    assert np.isnan(seen.level_dbm0).all()
    assert seen.power_dbm0.max() == -100


def test_memory_does_not_grow_with_the_call() -> None:
    seen = Spectrogram(8000, 1, 0, 100_000)
    for _ in range(20):
        seen.take(np.zeros((8000, 1), np.int16))
        assert len(seen._kept) < 512 + 8000 * 0.1


@pytest.mark.parametrize(("from_ms", "to_ms"), [(0, 0), (5, 5), (9, 3), (-1, 3)])
def test_an_empty_span_is_refused(from_ms: float, to_ms: float) -> None:
    with pytest.raises(InputError, match="is empty"):
        Spectrogram(8000, 1, from_ms, to_ms)
