"""Where somebody speaks in a recording: frames become stretches, leg by leg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from securecall.fraud import talk
from securecall.fraud.recording import open_recording
from securecall.fraud.speech import Activity
from securecall.fraud.talk import Talk

LETTERS = {
    "s": Activity.SPEECH, ".": Activity.SILENCE, "o": Activity.OTHER, "x": Activity.LOST,
}  # fmt: skip


class Scripted:
    """A detector that hears a letter a frame, whose code stands in each sample."""

    def __init__(self, rate_hz: int) -> None:
        self.frame = rate_hz // 50
        self.left = np.zeros(0, np.int16)

    def feed(self, samples: Any) -> list[Activity]:
        whole = np.concatenate([self.left, samples])
        count = len(whole) // self.frame
        self.left = whole[count * self.frame :]
        return [LETTERS[chr(whole[n * self.frame])] for n in range(count)]


def said(tmp_path: Path, *legs: str, rate_hz: int = 8000) -> Talk:
    """Return what is made of frames that are written as letters; all legs have as many."""
    codes = [np.repeat([ord(each) for each in leg], rate_hz // 50) for leg in legs]
    soundfile.write(tmp_path / "a.wav", np.stack(codes, axis=1).astype(np.int16), rate_hz)
    with open_recording(tmp_path / "a.wav") as call:
        found = Talk(call)
        for block in call.blocks():
            found.take(block)
    return found


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "SpeechDetector", Scripted)


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_each_leg_has_its_stretches(rate_hz: int, tmp_path: Path) -> None:
    found = said(tmp_path, "..sss...", "s......s", rate_hz=rate_hz)
    assert found.stretches == {"left": [(40, 100)], "right": [(0, 160)]}
    assert found.spoken_ms == {"left": 60, "right": 40}


@pytest.mark.usefixtures("scripted")
def test_a_pause_of_half_a_second_is_part_of_a_stretch_and_a_longer_one_is_not(
    tmp_path: Path,
) -> None:
    assert said(tmp_path, "s" + "." * 25 + "s").stretches == {"mono": [(0, 540)]}
    assert said(tmp_path, "s" + "." * 26 + "s").stretches == {"mono": [(0, 20), (540, 560)]}


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("between", ["o", "x"])
def test_another_sound_and_lost_audio_part_two_stretches(between: str, tmp_path: Path) -> None:
    found = said(tmp_path, f"ss{between}ss")
    assert found.stretches == {"mono": [(0, 40), (60, 100)]}


@pytest.mark.usefixtures("scripted")
def test_blocks_of_the_file_leave_no_seams(tmp_path: Path) -> None:
    found = said(tmp_path, "s" * 173)
    assert found.stretches == {"mono": [(0, 3460)]}
    assert found.spoken_ms == {"mono": 3460}


def test_silence_is_nobody(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(12_345), 8000)
    with open_recording(tmp_path / "a.wav") as call:
        found = Talk(call)
        for block in call.blocks():
            found.take(block)
    assert (found.stretches, found.spoken_ms) == ({"mono": []}, {"mono": 0})
