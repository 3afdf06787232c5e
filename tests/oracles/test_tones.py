"""The engine of the ears against its judge, and the judge against what is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.sounds import (
    COLUMNS_HZ,
    KEYS,
    ROWS_HZ,
    Sound,
    digit,
    noise,
    pair,
    pcm,
    silence,
    sine,
)
from tests.oracles.tones import bank_power, dbm0, fit_pair, onset

from securecall.fraud import Event, ToneDetector

TRIALS = 400


class TestJudge:
    """The judge is right where the answer is known."""

    @pytest.mark.parametrize("hz", [350.0, 697.0, 1633.0, 3400.0])
    def test_a_sine_has_its_level_in_the_bank(self, hz: float) -> None:
        assert dbm0(bank_power(sine(hz, -12, 20, 0.7), hz)) == pytest.approx(-12, abs=0.05)

    def test_half_of_full_scale_is_a_sine_of_3_14_dbm0(self) -> None:
        assert dbm0(0.5) == pytest.approx(3.14)

    @pytest.mark.parametrize("off", [-0.02, -0.01, 0.0, 0.015, 0.02])
    def test_two_clean_tones_are_found_to_the_last_digits(self, off: float) -> None:
        low_hz, high_hz = 770 * (1 + off), 1477 * (1 - off)
        sounds = pair(low_hz, high_hz, 31, low_dbm0=-9, high_dbm0=-14) + 0.1
        fit = fit_pair(sounds, 770, 1477)
        assert fit.hz == pytest.approx((low_hz, high_hz), abs=1e-6)
        assert [dbm0(power) for power in fit.power] == pytest.approx([-9, -14], abs=1e-6)
        assert fit.residual < 1e-20

    @pytest.mark.parametrize("at", [1, 37, 160, 299])
    def test_an_onset_is_found_to_the_sample(self, at: int) -> None:
        sounds = np.concatenate([np.zeros(at), digit("8", 80)])
        fit = fit_pair(sounds[300:], 852, 1336)
        assert abs(onset(sounds, 300, fit) - at) <= 1


class TestBank:
    def test_every_lane_of_every_frame_has_the_judges_power(self) -> None:
        chance = np.random.default_rng(20261125)
        for number in range(60):
            detector = ToneDetector(
                plan=None
            )  # a new line: it knows of no direct current to take away
            kind = number % 4
            frame = noise(float(chance.uniform(-50, 0)), 20, number)
            if kind == 1:
                frame += sine(float(chance.uniform(200, 3500)), float(chance.uniform(-40, 0)), 20)
            elif kind == 2:
                frame += digit(KEYS[number % 16], 20)
            elif kind == 3:
                frame *= 100  # clipped
            samples = pcm(frame)
            detector.feed(samples)
            exact = samples / 32768.0
            whole = float(np.mean(exact**2))
            for hz, level in detector.levels().items():
                power = 0.5 * 10 ** ((level - 3.14) / 10) if level > -100 else 0.0
                assert power == pytest.approx(bank_power(exact, hz), rel=1e-3, abs=3e-6 * whole), hz


def drawn(seed: int, snr_db: float) -> tuple[Sound, tuple[float, float], tuple[float, float], int]:
    """Return a digit in noise within Bellcore's limits; its frequencies, levels, first sample."""
    chance = np.random.default_rng(seed)
    key = seed % 16
    low_hz = ROWS_HZ[key // 4] * (1 + float(chance.uniform(-0.015, 0.015)))
    high_hz = COLUMNS_HZ[key % 4] * (1 + float(chance.uniform(-0.015, 0.015)))
    low_dbm0 = float(chance.uniform(-20, -6))
    high_dbm0 = low_dbm0 + float(chance.uniform(-6, 3))
    begin = 480 + int(chance.integers(160))
    phases = (float(chance.uniform(0, 6.28)), float(chance.uniform(0, 6.28)))
    tones = pair(low_hz, high_hz, 60, low_dbm0=low_dbm0, high_dbm0=high_dbm0, phases=phases)
    line = np.concatenate([np.zeros(begin), tones, silence(60)])
    both_dbm0 = 10 * np.log10(10 ** (low_dbm0 / 10) + 10 ** (high_dbm0 / 10))
    line += noise(both_dbm0 - snr_db, len(line) / 8, seed)
    return line, (low_hz, high_hz), (low_dbm0, high_dbm0), begin


def heard(line: Sound) -> Event:
    (event,) = ToneDetector(plan=None).feed(pcm(line))
    return event


class TestPairs:
    """Digits in white noise 20 dB below both tones, anywhere within the limits."""

    @pytest.fixture(scope="class")
    @classmethod
    def trials(cls) -> np.ndarray:
        """Return a row a digit: how far engine and judge are off the truth, and each other."""
        rows = []
        for seed in range(TRIALS):
            line, hz, levels, begin = drawn(seed, 20.0)
            event = heard(line)
            fit = fit_pair(line[begin + 8 : begin + 256], *hz)
            judged = begin + 8 - 240 + onset(line[begin + 8 - 240 :], 240, fit)
            for tone, name in enumerate(("low", "high")):
                engine_hz, engine_dbm0 = event.cues[f"{name}_hz"], event.cues[f"{name}_dbm0"]
                rows.append(
                    (
                        engine_hz - hz[tone], fit.hz[tone] - hz[tone],
                        engine_dbm0 - levels[tone], dbm0(fit.power[tone]) - levels[tone],
                        event.start_ms - begin / 8, (judged - begin) / 8,
                    )
                )  # fmt: skip
        return np.array(rows)

    def test_frequencies_are_right_to_half_a_hertz(self, trials: np.ndarray) -> None:
        # The Cramer-Rao bound of 31 ms at 17 dB is 0.16 Hz; the weaker tone has up to 6 dB less.
        assert np.sqrt(np.mean(trials[:, 0] ** 2)) < 0.35
        assert np.mean(np.abs(trials[:, 0]) < 0.5) > 0.9
        assert abs(np.mean(trials[:, 0])) < 0.05
        assert np.max(np.abs(trials[:, 0])) < 1.5

    def test_no_fit_is_much_better(self, trials: np.ndarray) -> None:
        assert np.std(trials[:, 0]) < 1.6 * np.std(trials[:, 1])

    def test_levels_are_right_to_two_tenths_of_a_decibel(self, trials: np.ndarray) -> None:
        assert np.mean(np.abs(trials[:, 2]) < 0.2) > 0.9
        assert abs(np.mean(trials[:, 2])) < 0.02
        assert np.max(np.abs(trials[:, 2])) < 0.6
        assert np.std(trials[:, 2]) < 1.6 * np.std(trials[:, 3])

    def test_beginnings_are_right_to_three_milliseconds(self, trials: np.ndarray) -> None:
        assert np.max(np.abs(trials[:, 4])) < 3
        assert np.max(np.abs(trials[:, 5])) < 3
        assert abs(np.mean(trials[:, 4])) < 1
