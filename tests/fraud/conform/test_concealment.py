"""Lost frames: where they are lost, and what stands there instead."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from securecall.fraud.conform.concealment import FRAME, Concealment, conceal, lost_frames
from securecall.fraud.conform.limits import drawn

SINE = np.sin(2 * np.pi * 100 / 8000 * np.arange(4000))


def lose(*frames: int) -> np.ndarray:
    lost = np.zeros(25, dtype=bool)
    lost[list(frames)] = True
    return lost


@pytest.mark.parametrize("way", ["pitch", "repeat", "silence"])
def test_good_frames_stay_as_they_are(way: Concealment) -> None:
    came = conceal(SINE, lose(5, 11), way)
    changed = np.flatnonzero(came != SINE)
    back = 32 if way == "pitch" else 0  # cross-faded 4 ms into the next frame
    places = [range(frame * FRAME, (frame + 1) * FRAME + back) for frame in (5, 11)]
    assert all(any(place in span for span in places) for place in changed)
    assert len(changed) > 100
    assert np.array_equal(conceal(SINE, lose(), way), SINE)


def test_silence_is_silence() -> None:
    came = conceal(SINE, lose(3), "silence")
    assert not came[3 * FRAME : 4 * FRAME].any()


def test_a_frame_is_repeated_three_decibels_softer_each_time() -> None:
    came = conceal(SINE, lose(5, 6), "repeat")
    before = SINE[4 * FRAME : 5 * FRAME]
    assert came[5 * FRAME : 6 * FRAME] == pytest.approx(before * 10 ** (-3 / 20))
    assert came[6 * FRAME : 7 * FRAME] == pytest.approx(before * 10 ** (-6 / 20))


def test_a_periodic_signal_goes_on_by_its_period() -> None:
    # 100 Hz has a period of 10 ms, which lies in the range that is searched: 20 ms go on unseen
    # but for the fading that begins after 10 ms.
    came = conceal(SINE, lose(5), "pitch")
    first = slice(5 * FRAME, 5 * FRAME + 80)
    assert came[first] == pytest.approx(SINE[first], abs=1e-9)
    second = slice(5 * FRAME + 80, 6 * FRAME)
    assert np.abs(came[second]).max() < 1
    assert np.abs(came[second]).max() > 0.75


def test_a_long_loss_fades_to_nothing() -> None:
    came = conceal(SINE, lose(5, 6, 7, 8), "pitch")
    powers = [np.mean(came[at : at + 80] ** 2) for at in range(5 * FRAME, 9 * FRAME, 80)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(powers))
    assert powers[6:] == [0, 0]


def test_nothing_comes_before_the_first_frame() -> None:
    for way in ("pitch", "repeat"):
        assert not conceal(SINE, lose(0), way)[:FRAME].any()  # type: ignore[arg-type]


def test_frames_are_lost_as_often_as_asked() -> None:
    lost = lost_frames(100_000, 3.0, drawn(1))
    assert lost.mean() == pytest.approx(0.03, abs=0.002)
    assert not lost_frames(100, 0.0, drawn(1)).any()
