"""Labels are where the audio is: each kind of fraud is measured at its label."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.fraud.bench.happening import PLAIN, call_with, draft_of, happened

from securecall.fraud import ToneDetector
from securecall.fraud.bench import positives
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.draft import Party
from securecall.fraud.bench.label import KINDS, Label
from securecall.fraud.bench.positives import POSITIVES, held
from securecall.fraud.bench.sound import level_dbm0
from securecall.fraud.event import Event


def only(call: Call, kind: str) -> Label:
    (label,) = [one for one in call.labels if one.kind == kind]
    return label


def tones(call: Call, leg: str) -> list[Event]:
    ear = ToneDetector(mf="r1")
    return [*ear.feed(call.legs[leg].tobytes()), *ear.finish()]


def level(call: Call, label: Label, first_s: float, end_s: float) -> float:
    return level_dbm0(call.legs[label.leg][round(first_s * 8000) : round(end_s * 8000)] / 32768)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("happening", [positives.keypad_dtmf, positives.keypad_mf])
def test_keys_are_heard_at_their_label_and_are_those_of_its_detail(
    happening: positives.Happening, seed: int
) -> None:
    call = call_with(happened(happening, seconds=30, seed=seed))
    label = only(call, "keypad")
    wanted = "dtmf" if label.stratum.startswith("dtmf") else "mf"
    heard = [one for one in tones(call, label.leg) if one.kind == wanted]
    keys = "".join(one.detail for one in heard if one.detail in "0123456789*#")
    assert keys == label.detail
    assert heard[0].start_ms / 1000 == pytest.approx(label.start_s, abs=0.15)
    assert label.start_s <= heard[-1].detected_ms / 1000 <= label.last_s


def test_2600_is_heard_at_its_label() -> None:
    call = call_with(happened(positives.keypad_2600, seconds=30))
    label = only(call, "keypad")
    (heard,) = [one for one in tones(call, label.leg) if one.detail == "sf_2600"]
    assert heard.start_ms / 1000 == pytest.approx(label.start_s, abs=0.03)


@pytest.mark.parametrize(
    ("happening", "name"),
    [
        (positives.forwarding_ringback, "ringback"),
        (positives.forwarding_sit, "sit"),
        (positives.waiting_sas, "call_waiting"),
        (positives.waiting_sas_cas, "cas"),
    ],
)
def test_tones_are_heard_when_they_are_evident(happening: positives.Happening, name: str) -> None:
    call = call_with(happened(happening, at_s=40, seconds=90))
    label = next(one for one in call.labels if one.kind in ("call_forwarding", "call_waiting"))
    heard = [one for one in tones(call, label.leg) if one.detail.startswith(name)]
    assert heard
    assert heard[0].start_ms / 1000 == pytest.approx(label.evident_s, abs=0.45)


def test_a_flash_is_two_clicks_about_a_dead_line_and_then_a_hold() -> None:
    call = call_with(happened(positives.three_way_analogue, seconds=60), silent=True)
    label = only(call, "three_way")
    assert label.stratum == "analogue"
    assert 0.3 <= label.evident_s - label.start_s <= 1.0
    for click_s in (label.start_s, label.evident_s):
        around = call.legs["called"][round(click_s * 8000) - 40 :][:200]
        assert np.max(np.abs(around.astype(int))) > 1500
    assert level(call, label, label.start_s + 0.05, label.evident_s - 0.02) < -80
    before = level(call, label, label.start_s - 2, label.start_s - 0.1)
    assert level(call, label, label.evident_s + 0.1, label.evident_s + 0.25) < before - 2


def test_somebody_new_is_on_the_leg_after_the_merge() -> None:
    draft = happened(positives.three_way_analogue, seconds=60)
    merge = draft.marks[0].end
    before, after = draft.called.on(merge - 1), draft.called.on(merge)
    assert {party.talker.name for party in after} - {party.talker.name for party in before}


def test_masking_is_loud_at_both_flashes() -> None:
    call = call_with(happened(positives.three_way_masked, seconds=60, seed=3), silent=True)
    label = only(call, "three_way")
    assert label.stratum == "masked"
    loudest = max(
        level_dbm0(call.legs[leg][round((label.start_s - 0.4) * 8000) :][:2400] / 32768)
        for leg in call.legs
    )
    assert loudest > -30


@pytest.mark.parametrize("access", ["voip", "cellular"])
def test_a_hold_without_clicks_is_known_at_the_merge_only(access: str) -> None:
    line = replace(PLAIN, access=access)
    call = call_with(happened(positives.three_way_clickless, seconds=60, line=line), silent=True)
    label = only(call, "three_way")
    assert label.stratum == access
    assert label.start_s < label.evident_s == label.end_s
    held = call.legs["called"][round((label.start_s + 0.5) * 8000) :][:8000].astype(int)
    assert np.max(np.abs(held)) < 8000


def test_lines_without_loops_have_no_flash() -> None:
    def strata(access: str) -> set[str]:
        line = replace(PLAIN, access=access)
        drafts = [happened(positives.three_way, seed=seed, line=line) for seed in range(12)]
        return {mark.stratum for draft in drafts for mark in draft.marks}

    assert strata("analogue") == {"analogue", "masked"}
    assert strata("voip") == {"voip", "same_codec"}
    assert strata("cellular") == {"cellular", "same_codec"}


def test_a_guest_is_on_hold_like_everybody() -> None:
    draft = draft_of(60)
    draft.called.parties = [Party(draft.new_talker(), 0, draft.samples, PLAIN)]
    held(draft, draft.called, 200_000, 300_000, sound="comfort")
    call = call_with(draft)
    heard = call.legs["called"] / 32768
    assert level_dbm0(heard[200_400:299_600]) < -60
    assert level_dbm0(heard[300_400:]) > -40


def test_a_conference_in_the_network_leaves_the_line_as_it_was() -> None:
    draft = happened(positives.three_way_same_codec)
    assert draft.marks[0].stratum == "same_codec"
    assert draft.called.line_at(draft.samples - 1) == PLAIN


@pytest.mark.parametrize("seed", range(3))
def test_the_floor_rises_by_more_than_6_db_and_falls_again(seed: int) -> None:
    call = call_with(happened(positives.anomaly_floor, seconds=70, seed=seed), silent=True)
    label = only(call, "noise_anomaly")
    before = level(call, label, label.start_s - 3, label.start_s)
    during = level(call, label, label.start_s, label.end_s)
    after = level(call, label, label.end_s + 0.1, label.end_s + 3)
    assert during > before + 6
    assert after == pytest.approx(before, abs=1.5)


def test_hum_and_jamming_are_in_their_labels_only() -> None:
    for happening in (positives.anomaly_hum, positives.anomaly_jamming):
        call = call_with(happened(happening, seconds=70), silent=True)
        label = only(call, "noise_anomaly")
        during = level(call, label, label.start_s + 0.1, label.end_s - 0.1)
        assert during > level(call, label, label.start_s - 3, label.start_s) + 10
        assert during > level(call, label, label.end_s + 0.1, label.end_s + 3) + 10


def test_a_switched_line_is_another_from_its_label_on() -> None:
    for happening in (positives.switch_codec, positives.switch_band, positives.switch_floor):
        draft = happened(happening)
        mark = draft.marks[0]
        assert draft.called.line_at(mark.evident - 1) == PLAIN
        assert draft.called.line_at(mark.evident) != PLAIN


@pytest.mark.parametrize("seed", range(8))
def test_call_waiting_that_is_answered_is_told_as_innocent(seed: int) -> None:
    draft = happened(positives.waiting_sas, seed=seed)
    strata = [mark.stratum for mark in draft.marks]
    assert strata[0] == "sas"
    assert ("call_waiting_answered" in strata) != ("call_waiting_ignored" in strata)
    assert not [mark for mark in draft.marks if mark.kind == "three_way"]


def test_the_far_end_is_muted_while_a_name_is_sent() -> None:
    call = call_with(happened(positives.waiting_sas_cas, seconds=60), silent=True)
    label = call.labels[0] if call.labels[0].kind == "call_waiting" else call.labels[1]
    assert level(call, label, label.start_s + 0.39, label.start_s + 0.47) < -80


@pytest.mark.parametrize("kind", KINDS)
def test_each_happening_marks_its_kind_and_ends_later(kind: str) -> None:
    for happening in POSITIVES[kind]:
        draft = happened(happening, at_s=15, seconds=90)
        assert kind in {mark.kind for mark in draft.marks}
        for mark in draft.marks:
            assert 15 * 8000 <= mark.start <= mark.end
            assert mark.start <= mark.evident <= max(mark.end, mark.evident)
