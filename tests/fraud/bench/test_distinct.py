"""Alarms by distinct recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fraud.bench.recordings import folders

from securecall.fraud.bench.corpora import Clip, open_corpora
from securecall.fraud.bench.distinct import ALL, DistinctClips
from securecall.fraud.bench.label import Played, packed
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.run import Setting, run
from securecall.fraud.bench.score import Record, score

CLIPS = tuple(
    Clip(f"{kind}{number}", kind, f"pack of {kind}", "development", Path("none"))
    for kind in ("speech", "dog")
    for number in range(3)
)


def test_a_clip_counts_once_however_often_it_is_heard() -> None:
    counted = DistinctClips(CLIPS)
    for _ in range(50):
        counted.count([Played(3, 10.0, 11.0), Played(0, 0.0, 9.0)], [])
    counted.count([Played(4, 10.0, 11.0)], [(12.9, False), (13.1, True), (9.9, True)])
    counted.count([Played(5, 10.0, 11.0)], [(12.9, True)])
    told = counted.as_dict()
    assert list(told) == ["dog", "speech", ALL]
    dog = told["dog"]
    assert (dog["clips"], dog["clips_with_alarms"], dog["clips_with_disconnects"]) == (3, 2, 1)
    assert (dog["packs"], dog["packs_with_disconnects"]) == (1, 1)
    assert told["speech"]["clips_with_disconnects"] == 0
    assert told[ALL]["clips"] == 4
    assert counted.worst() == ["dog2"]


def test_without_an_alarm_the_bound_is_three_in_so_many() -> None:
    many = [Clip(f"c{n}", "dog", f"p{n}", "development", Path("none")) for n in range(1000)]
    counted = DistinctClips(many)
    counted.count([Played(n, n, n + 1) for n in range(1000)], [])
    told = counted.as_dict()["dog"]
    assert told["clips_with_disconnects_share_high_95"] == pytest.approx(
        1 - 0.05 ** (1 / 1000), rel=1e-6
    )


def test_scores_count_only_false_alarms() -> None:
    heard = (
        Heard("three_way", "disconnect", 0, 10_500, 0.9, ""),
        Heard("tone", "disconnect", 0, 10_500, 0.9, ""),  # no kind that is counted
    )
    (told,) = (
        score([Record(0, 60.0, (), one, played=packed([Played(3, 10.0, 11.0)]))], CLIPS).as_dict()
        for one in (heard,)
    )
    assert told["distinct_clips"]["dog"]["clips_with_disconnects"] == 1
    quiet = score([Record(0, 60.0, (), heard[1:], played=packed([Played(3, 10.0, 11.0)]))], CLIPS)
    assert quiet.as_dict()["distinct_clips"]["dog"]["clips_with_disconnects"] == 0


def test_calls_say_which_recordings_are_heard_in_them(tmp_path: Path) -> None:
    corpora = open_corpora(folders(tmp_path))
    call = Setting(folder=tmp_path, call_s=60).simulator().call(3)
    said = {talker for leg in call.about.values() for talker in leg["talkers"]}
    packs = {
        corpora.recordings[one.number].pack
        for one in call.played
        if corpora.recordings[one.number].kind == "speech"
    }
    assert packs
    assert packs <= said
    assert all(0 <= one.start_s < one.end_s <= 60 for one in call.played)
    told = run("silence", hours=0.02, call_s=36, folder=tmp_path)["silence"].as_dict()
    assert told["distinct_clips"]["speech"]["clips"] > 2
