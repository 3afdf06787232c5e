"""Digits are what they are said to be: frequencies, levels, lengths, phases, places."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.errors import InputError
from securecall.fraud.conform.digits import (
    COLUMNS_HZ,
    KEYS,
    ROWS_HZ,
    Pulse,
    frequencies_hz,
    send,
)
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, level_dbm0
from securecall.fraud.conform.limits import drawn


def peaks_hz(samples: np.ndarray, below: float, above: float) -> tuple[float, float]:
    """Return the strongest frequency below and above a border, by a long windowed FFT."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    low = hz[np.argmax(np.where(hz < below, spectrum, 0))]
    high = hz[np.argmax(np.where(hz > above, spectrum, 0))]
    return float(low), float(high)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_its_two_frequencies(key: str) -> None:
    pulse = Pulse(on_ms=1000, low_percent=1.5, high_percent=-3.5)
    sent = send([key], pulse, drawn(1, key))
    start = round(sent.placed[0].start_ms * 8)
    low, high = peaks_hz(sent.samples[start : start + 8000], 1050, 1050)
    row, column = frequencies_hz(key)
    assert low == pytest.approx(row * 1.015, abs=0.05)
    assert high == pytest.approx(column * 0.965, abs=0.05)


def test_keys_are_the_sixteen_of_q23() -> None:
    assert {frequencies_hz(key) for key in KEYS} == {(r, c) for r in ROWS_HZ for c in COLUMNS_HZ}
    assert frequencies_hz("5") == (770, 1336)
    assert frequencies_hz("#") == (941, 1477)
    assert frequencies_hz("D") == (941, 1633)


@pytest.mark.parametrize("key", ["", "E", "12", "a"])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(InputError, match="a key is one of 123A456B789C"):
        frequencies_hz(key)


@pytest.mark.parametrize(("low", "high"), [(-8.0, -16.0), (-12.0, -8.0), (-25.0, -25.0)])
def test_each_tone_has_its_level(low: float, high: float) -> None:
    # A second of whole periods: 700 and 1 200 Hz, so that the parts come apart exactly.
    pulse = Pulse(
        low_dbm0=low, high_dbm0=high, on_ms=1000,
        low_percent=100 * (700 / 697 - 1), high_percent=100 * (1200 / 1209 - 1),
    )  # fmt: skip
    sent = send(["1"], pulse, drawn(2))
    start = round(sent.placed[0].start_ms * 8)
    part = np.fft.rfft(sent.samples[start : start + 8000])
    for hz, level in ((700, low), (1200, high)):
        power = 2 * np.abs(part[hz]) ** 2 / 8000**2
        assert 10 * np.log10(power / 0.5) + 3.14 == pytest.approx(level, abs=0.01)
    assert 10 * np.log10(sent.power / 0.5) + 3.14 == pytest.approx(
        level_dbm0(sent.samples[start : start + 8000]), abs=0.01
    )


def test_lengths_pauses_and_holes_are_to_the_sample() -> None:
    sent = send(list("1234"), Pulse(on_ms=50, off_ms=43, hole_ms=10), drawn(3))
    starts = [round(one.start_ms * 8) for one in sent.placed]
    assert np.diff(starts).tolist() == [744] * 3
    for one, start in zip(sent.placed, starts, strict=True):
        assert one.end_ms - one.start_ms == 50
        digit = sent.samples[start : start + 400]
        zeros = np.flatnonzero(digit == 0)
        assert len(zeros) in (80, 81)  # a phase may begin at exactly 0
        assert 100 <= zeros[-80] <= 220
        assert np.ptp(zeros[-80:]) == 79
        assert not sent.samples[start + 400 : start + 744].any()


def test_digits_begin_anywhere_and_at_any_phase() -> None:
    sent = [send(["5"], Pulse(), drawn(4, trial)) for trial in range(200)]
    starts = {round(one.placed[0].start_ms * 8) for one in sent}
    assert len({start % 102 for start in starts}) > 70
    firsts = np.array([one.samples[round(one.placed[0].start_ms * 8)] for one in sent])
    assert abs(firsts.mean()) < 0.1 * firsts.std() * 3
    assert firsts.std() == pytest.approx(np.sqrt(sent[0].power), rel=0.15)


def test_jitter_only_lengthens_pauses() -> None:
    sent = send(list("12345678"), Pulse(on_ms=50, off_ms=50, jitter_ms=25), drawn(5))
    gaps = np.diff([one.start_ms for one in sent.placed])
    assert gaps.min() >= 100
    assert gaps.max() <= 125
    assert len(set(gaps)) > 4


def test_a_seed_makes_the_same_samples_again() -> None:
    one, same, other = (send(list("159D"), Pulse(), drawn(seed)) for seed in (6, 6, 7))
    assert np.array_equal(one.samples, same.samples)
    assert not np.array_equal(one.samples[:2000], other.samples[:2000])
