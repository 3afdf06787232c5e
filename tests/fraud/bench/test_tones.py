"""Tones of networks: what our ears say of them, and their levels and lengths."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud import ToneDetector
from securecall.fraud.bench import tones
from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.sound import Audio, level_dbm0, narrow

DRAW = dice(1)


def names(sound: Audio, plan: str = "north_america", mf: str | None = None) -> list[str]:
    ear = ToneDetector(mf=mf, plan=plan)
    quiet = np.zeros(8000, np.float32)
    heard = ear.feed(narrow(np.concatenate([quiet, sound, quiet])).tobytes())
    return [one.detail for one in (*heard, *ear.finish())]


def test_a_steady_tone_has_its_level() -> None:
    sound = tones.steady([1000], 1.0, -13.0, DRAW)
    assert level_dbm0(sound[100:-100]) == pytest.approx(-13.0, abs=0.1)
    assert len(sound) == 8000


@pytest.mark.parametrize(
    ("sound", "name"),
    [
        (tones.dial(1.5, DRAW), "dial"),
        (tones.stutter(1.0, DRAW), "stutter"),
        (tones.ringback(2, DRAW), "ringback"),
        (tones.sit("intercept", DRAW), "sit_ic"),
        (tones.sit("vacant_code", DRAW), "sit_vc"),
        (tones.sas(DRAW), "call_waiting"),
        (tones.cas(DRAW), "cas"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_our_ears_know_them(sound: Audio, name: str) -> None:
    assert name in names(sound)


def test_the_uk_is_heard_by_its_plan() -> None:
    assert "ringback" in names(tones.ringback(2, DRAW, kind="uk"), "uk")


def test_digits_and_multi_frequency_are_their_keys() -> None:
    every = tones.digits(tones.KEYS, -12.0, 0.08, 0.08, DRAW)
    assert "".join(names(every)) == tones.KEYS
    assert "2600" in "".join(names(tones.multi_frequency("2600", -10.0, DRAW), mf="r1"))


def test_a_click_is_short_and_low() -> None:
    for seed in range(10):
        click = tones.click(dice(seed))
        power = click.astype(float) ** 2
        assert power[:120].sum() > 0.95 * power.sum()  # 15 ms
        spectrum = np.abs(np.fft.rfft(click, 800)) ** 2
        assert spectrum[:80].sum() > 0.6 * spectrum.sum()  # below 800 Hz


def test_beeps_are_counted() -> None:
    sound = tones.beeps(2000, 0.2, 0.3, count=3, dbm0=-10.0, draw=DRAW)
    assert len(sound) == round(8000 * (3 * 0.2 + 2 * 0.3))
    loud = np.abs(sound).reshape(-1, 80).max(axis=1) > 0.05
    assert np.count_nonzero(np.diff(np.concatenate([[0], loud.astype(int)])) == 1) == 3
