"""Rendering: turns, labels under slips, losses, guests."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.bench.happening import PLAIN, call_with, draft_of

from securecall.fraud.bench.draft import Party
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.network import Slips
from securecall.fraud.bench.render import Origin, _labels, _talked
from securecall.fraud.bench.sound import level_dbm0

ORIGIN = Origin(1, "development", 0)


def test_people_take_turns_and_seldom_speak_at_once() -> None:
    tracks = _talked(draft_of(600), ORIGIN)
    active = {
        leg: np.any(
            [
                np.abs(t.samples.reshape(-1, 1600)).max(axis=1) > 0.003
                for t in tracks
                if t.leg == leg
            ],
            axis=0,
        )
        for leg in LEGS
    }
    both = np.mean(active[LEGS[0]] & active[LEGS[1]])
    one = np.mean(active[LEGS[0]] ^ active[LEGS[1]])
    assert one > 0.4
    assert both < 0.15


def test_slips_move_labels_with_the_audio() -> None:
    draft = draft_of(30)
    draft.innocent("bump", draft.called, 80_000, 88_000)
    still = {leg: Slips() for leg in LEGS}
    moved = {**still, "called": Slips(((8_000, 160), (84_000, -80)))}
    (one,), (other,) = _labels(draft, [], still), _labels(draft, [], moved)
    assert other.start_s - one.start_s == pytest.approx(0.02)
    assert other.end_s - one.end_s == pytest.approx(0.01)


def test_what_was_lost_is_told_or_concealed_in_silence() -> None:
    told = set()
    for seed in range(12):
        draft = draft_of(30, seed=seed)
        draft.called.losses = [(0, draft.samples, 4.0)]
        call = call_with(draft, seed=seed)
        about = call.about["called"]
        assert about["lost_percent"] > 0.5
        told.add(about["lost_told"])
        shown = 100 * float(np.mean(call.lost["called"]))
        assert shown == pytest.approx(
            about["lost_percent"] if about["lost_told"] else 0.0, abs=1e-3
        )
        assert not call.lost["calling"].any()
    assert told == {True, False}


def test_a_guest_brings_a_floor_of_his_own() -> None:
    from dataclasses import replace

    draft = draft_of(30)
    louder = replace(PLAIN, noise_dbm0=-40.0)
    draft.called.parties = [Party(draft.new_talker(), 120_000, draft.samples, louder)]
    draft.legs["calling"].parties = []
    call = call_with(draft)
    samples = call.legs["called"] / 32768
    assert level_dbm0(samples[:110_000]) < -58
    frames = samples[121_600:].reshape(-1, 160)
    softest = np.sort(np.mean(frames**2, axis=1))[: len(frames) // 10]
    assert level_dbm0(np.sqrt(softest)) == pytest.approx(-40.5, abs=1.5)
