"""Losses, concealment, slips and comfort noise."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.network import (
    Slips,
    concealed,
    drawn_losses,
    drawn_slips,
    silence_suppressed,
)
from securecall.fraud.bench.sound import level_dbm0, white
from securecall.fraud.bench.voices import spoken


@pytest.mark.parametrize(("percent", "burst"), [(0.5, 1.0), (2.0, 2.0), (5.0, 3.0)])
def test_as_many_frames_are_lost_in_bursts_as_long_as_said(percent: float, burst: float) -> None:
    lost = drawn_losses(400_000, percent, burst, dice(1, percent))
    assert 100 * lost.mean() == pytest.approx(percent, rel=0.08)
    bursts = np.count_nonzero(np.diff(lost.astype(int)) == 1)
    assert lost.sum() / bursts == pytest.approx(burst, rel=0.08)


def test_nothing_is_lost_of_a_good_network() -> None:
    assert not drawn_losses(1000, 0.0, 1.0, dice(1)).any()
    assert len(drawn_losses(0, 5.0, 1.0, dice(1))) == 0


def test_only_lost_frames_and_the_seam_behind_them_are_replaced() -> None:
    speech = spoken(3)[:16_000]
    lost = np.zeros(100, np.bool_)
    lost[[20, 50, 51]] = True
    heard = concealed(speech, lost, "pitch")
    changed = np.flatnonzero(heard != speech)
    inside = ((changed >= 3200) & (changed < 3392)) | ((changed >= 8000) & (changed < 8352))
    assert inside.all()
    assert not concealed(speech, lost, "silence")[3200:3360].any()
    assert concealed(speech, np.zeros(100, np.bool_), "pitch") is speech


def test_slips_move_what_comes_after_them() -> None:
    samples = np.arange(1000).astype(np.int16)
    slips = Slips(((300, -100), (600, 50)))
    heard = slips.heard(samples)
    assert len(heard) == 1000
    for place in (0, 299, 450, 599, 700, 900):
        assert heard[slips.moved(place)] == place
    assert Slips().heard(samples) is samples


def test_slips_are_as_often_as_said() -> None:
    places = drawn_slips(8000 * 3600, 2.0, dice(4)).places
    assert len(places) == pytest.approx(120, abs=35)
    assert {length for _, length in places} == {-160, -80, 80, 160}
    assert drawn_slips(8000 * 60, 0.0, dice(4)).places == ()


def test_quiet_frames_become_comfort_noise_of_their_level_and_talk_is_kept() -> None:
    track = white(dice(2).random, 8000 * 10, -60.0)
    track[24_000:40_000] += spoken(5)[:16_000]
    heard = silence_suppressed(track, dice(3), error_db=0.0)
    assert level_dbm0(heard[:16_000]) == pytest.approx(-60.0, abs=1.5)
    assert np.mean(heard[:16_000] != track[:16_000]) > 0.9
    loud = np.abs(track) > 0.05
    assert np.array_equal(heard[loud], track[loud])
