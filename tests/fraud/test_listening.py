"""Recordings, heard: each leg by itself, ends joined to beginnings, digits put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.fraud.sounds import Sound, digit, pair, pcm, silence

from securecall.errors import InputError
from securecall.fraud import Event, ToneDetector
from securecall.fraud.listening import Heard, dialled, listen, whole
from securecall.fraud.recording import open_recording


def dialling(keys: str, before_ms: float = 200.0) -> Sound:
    parts = [silence(before_ms)]
    for key in keys:
        parts += [digit(key, 80.0), silence(120.0)]
    return np.concatenate(parts)


def saved(path: Path, *legs: Sound) -> Path:
    longest = max(map(len, legs))
    both = [np.pad(leg, (0, longest - len(leg))) for leg in legs]
    soundfile.write(path, np.stack([pcm(leg) for leg in both], axis=1), 8000)
    return path


def hear(path: Path, **options: Any) -> list[Heard]:
    with open_recording(path) as call:
        return list(listen(call, **options))


def event(number: int, detail: str, start_ms: float, *, kind: str = "dtmf") -> Event:
    return Event(number, kind, "note", start_ms, None, start_ms + 35, 1.0, detail, -7.0)


def test_a_recording_gives_what_a_detector_gives(tmp_path: Path) -> None:
    sound = dialling("159D")
    detector = ToneDetector(report_ends=True)
    wanted = [*detector.feed(pcm(sound)), *detector.finish()]
    found = hear(saved(tmp_path / "a.wav", sound))
    assert [each.event for each in found] == wanted
    assert {each.leg for each in found} == {"mono"}


def test_each_leg_is_heard_by_itself(tmp_path: Path) -> None:
    busy = pair(480, 620, 500, low_dbm0=-24, high_dbm0=-24)
    sounds = [dialling("12"), np.concatenate([silence(1500), busy, silence(500), busy])]
    found = hear(saved(tmp_path / "a.wav", *sounds))
    assert [(each.leg, each.event.detail) for each in whole(found)] == [
        ("left", "1"), ("left", "2"), ("right", "busy"),
    ]  # fmt: skip
    # In the order of a live call, however long the pieces are.
    times = [each.event.detected_ms for each in found if not each.event.ended]
    assert times == sorted(times)


def test_ends_are_joined_to_their_beginnings(tmp_path: Path) -> None:
    found = hear(saved(tmp_path / "a.wav", dialling("7")))
    assert [each.event.ended for each in found] == [False, True]
    assert found[0].event.end_ms is None
    (joined,) = whole(found)
    assert joined.event.end_ms == found[1].event.end_ms
    assert joined.event.end_ms == pytest.approx(280, abs=8)
    assert joined.event.cues == found[0].event.cues
    assert whole(found[:1]) == found[:1]


def test_equal_ids_of_two_legs_stay_apart() -> None:
    one, other = Heard("a", event(1, "1", 100)), Heard("b", event(1, "2", 50))
    over = Heard("b", replace(event(1, "2", 50), end_ms=120.0, ended=True))
    assert whole([one, other, over]) == [Heard("b", replace(other.event, end_ms=120.0)), one]


def test_what_lasts_at_the_end_of_the_file_is_ended_there(tmp_path: Path) -> None:
    sound = np.concatenate([silence(200), digit("5", 400.0)])
    (joined,) = whole(hear(saved(tmp_path / "a.wav", sound)))
    assert joined.event.end_ms == pytest.approx(600, abs=8)


def test_watchers_see_every_block_and_options_reach_the_ear(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", dialling("123"))
    seen: list[Sequence[Any]] = []
    assert hear(path, dtmf=None, watch=[seen.append]) == []
    assert sum(len(block) for block in seen) == soundfile.info(path).frames
    with pytest.raises(InputError, match="did you mean 'bellcore'"):
        hear(path, dtmf="belcore")
    with pytest.raises(InputError, match="there is no tone plan 'atlantis'"):
        hear(path, plan="atlantis")


def test_digits_stand_together_until_a_long_pause() -> None:
    heard = [Heard("a", event(n, key, ms)) for n, (key, ms) in enumerate(
        [("1", 0), ("2", 200), ("3", 3100), ("4", 6200), ("5", 6300)]
    )]  # fmt: skip
    heard.insert(2, Heard("a", event(9, "busy", 300, kind="tone")))
    heard.insert(3, Heard("b", event(1, "#", 400)))
    assert dialled(heard) == {"a": ["123", "45"], "b": ["#"]}
    assert dialled(heard, pause_ms=1000) == {"a": ["12", "3", "45"], "b": ["#"]}
