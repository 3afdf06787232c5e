"""What must not be taken for fraud is heard where its label says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.fraud.bench.happening import call_with, draft_of, happened
from tests.fraud.bench.recordings import folders

from securecall.fraud.bench.corpora import UNNAMED, Corpora, open_corpora
from securecall.fraud.bench.household import SOUNDS
from securecall.fraud.bench.innocents import INNOCENTS, innocents, rung_first
from securecall.fraud.bench.label import INNOCENT
from securecall.fraud.bench.sound import level_dbm0


@pytest.mark.parametrize("name", innocents(Corpora("development")))
def test_each_has_one_label_of_its_class(name: str) -> None:
    draft = happened(INNOCENTS[name], at_s=15, seconds=60)
    (mark,) = draft.marks
    assert (mark.kind, mark.stratum) == (INNOCENT, name)
    assert 15 * 8000 <= mark.start < mark.end


@pytest.mark.parametrize("name", ["baby", "dog", "smoke_alarm", "music", "cordless_static"])
def test_sounds_are_louder_than_the_line_at_their_label(name: str) -> None:
    call = call_with(happened(INNOCENTS[name], at_s=15, seconds=40), silent=True)
    (label,) = call.labels
    samples = call.legs[label.leg] / 32768
    during = samples[round(label.start_s * 8000) : round(label.end_s * 8000)]
    assert level_dbm0(during) > level_dbm0(samples[: 8000 * 14]) + 6


def test_nobody_is_heard_on_mute_or_in_a_long_silence() -> None:
    for name in ("mute", "long_silence"):
        call = call_with(happened(INNOCENTS[name], at_s=10, seconds=60))
        (label,) = call.labels
        inside = call.legs["called"][round(label.start_s * 8000) + 200 :][:20_000] / 32768
        assert level_dbm0(inside) < -57


def test_a_gap_is_dead_and_short() -> None:
    draft = happened(INNOCENTS["cellular_gap"], at_s=10)
    assert draft.called.dead
    assert all(0.05 * 8000 <= end - first <= 1.5 * 8000 for first, end in draft.called.dead)


def test_loss_is_as_heavy_as_it_is_drawn() -> None:
    draft = happened(INNOCENTS["packet_loss"], at_s=10)
    ((first, end, percent),) = draft.called.losses
    assert 3 <= percent <= 10
    call = call_with(draft)
    about = call.about["called"]
    assert about["lost_percent"] * len(call.legs["called"]) == pytest.approx(
        percent * (end - first), rel=0.6
    )


def test_another_in_the_same_room_is_on_the_same_line() -> None:
    draft = happened(INNOCENTS["receiver_passed_on"], at_s=10)
    first, second = draft.called.parties
    assert first.talker.name != second.talker.name
    assert second.line is None
    assert len(draft.called.lines) == 1


def test_the_first_ringback_is_before_anybody_talks() -> None:
    draft = draft_of(40)
    answered = rung_first(draft)
    call = call_with(draft)
    assert call.labels[0].stratum == "first_ringback"
    assert level_dbm0(call.legs["calling"][: answered - 100] / 32768) < -57


def test_every_class_of_sound_is_among_them() -> None:
    assert set(SOUNDS) <= set(INNOCENTS)
    assert np.all([callable(one) for one in INNOCENTS.values()])


def test_sounds_without_a_name_happen_where_they_are_recorded(tmp_path: Path) -> None:
    assert set(INNOCENTS) - set(innocents(Corpora("development"))) == {UNNAMED}
    corpora = open_corpora(folders(tmp_path))
    assert UNNAMED in innocents(corpora)
    draft = draft_of(40)
    draft.corpora = corpora
    INNOCENTS[UNNAMED](draft, 8000 * 12)
    assert [mark.stratum for mark in draft.marks] == [UNNAMED]
    assert {corpora.recordings[number].kind for number, _, _ in draft.played} == {UNNAMED}
    assert min(first for _, first, _ in draft.played) == 8000 * 12
