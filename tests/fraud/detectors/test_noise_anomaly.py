"""Noise anomalies by the engine: hum that comes and stays, and noise that was always there."""

from __future__ import annotations

import pytest
from tests.fraud.detectors.test_three_way import kinds, talked
from tests.fraud.sounds import sine

from securecall.fraud.cues import VALUES
from securecall.fraud.detectors import NoiseAnomaly
from securecall.fraud.detectors.noise_anomaly import BANDS


def test_hum_that_comes_is_told() -> None:
    hum = sum(sine(60 * n, -30 - 6 * n, 14_000) for n in (1, 3, 5))
    later = talked(14, -60, 8)
    later[: len(hum)] += hum[: len(later)]
    assert "noise_anomaly" in kinds(talked(40, -60, 3), later)


def test_noise_that_was_always_there_is_none() -> None:
    assert "noise_anomaly" not in kinds(talked(60, -40, 3))


def there(rises: dict[str, float], **others: float) -> bool:
    """Return whether a change is one of noise in which some bands and numbers are not zero."""
    values = dict.fromkeys(VALUES["change"], 0.0) | {"quiets_after": 2.0} | rises | others
    return NoiseAnomaly.is_there(values.__getitem__)


def test_what_rises_in_a_few_bands_for_a_moment_may_be_a_voice_that_hums() -> None:
    few = dict.fromkeys(BANDS[:3], 12.0)
    assert not there(few, floor_db=10.0)
    assert not there(few, floor_db=10.0, quiets_after=3.0)
    assert there(few, floor_db=10.0, quiets_after=4.0)
    assert there(dict.fromkeys(BANDS[2:6], 3.0), floor_db=4.0)
    assert not there(dict.fromkeys(BANDS[2:6], 2.9), floor_db=4.0)


def test_a_tone_has_a_band_to_itself() -> None:
    assert there({BANDS[3]: 25.0}, tonal_after=0.5)
    assert not there({BANDS[3]: 25.0}, tonal_after=0.49)


@pytest.mark.parametrize("quiets", [1.0, 9.0])
def test_what_has_not_risen_is_no_noise(quiets: float) -> None:
    assert not there({BANDS[1]: 2.9}, floor_db=2.9, quiets_after=quiets)
    assert there({}, floor_db=2.9, quiets_after=0.0)
    assert there({}, floor_db=3.0, quiets_after=quiets) is (quiets > 3)
