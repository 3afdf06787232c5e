"""Noise anomalies by the engine: hum that comes and stays, and noise that was always there."""

from __future__ import annotations

from tests.fraud.detectors.test_three_way import kinds, talked
from tests.fraud.sounds import sine


def test_hum_that_comes_is_told() -> None:
    hum = sum(sine(60 * n, -30 - 6 * n, 14_000) for n in (1, 3, 5))
    later = talked(14, -60, 8)
    later[: len(hum)] += hum[: len(later)]
    assert "noise_anomaly" in kinds(talked(40, -60, 3), later)


def test_noise_that_was_always_there_is_none() -> None:
    assert "noise_anomaly" not in kinds(talked(60, -40, 3))
