"""One call, to look at and to listen to."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.cli.running import run
from tests.fraud.bench.recordings import folders

from securecall.errors import InputError
from securecall.fraud.bench.run import Setting
from securecall.fraud.bench.showing import again, heard_by, told_of, write_call


def test_what_is_written_is_the_call(tmp_path: Path) -> None:
    setting = Setting(3, folder=folders(tmp_path / "in"), call_s=40)
    simulator = setting.simulator()
    call = simulator.call(2)
    told = told_of(call, heard_by(call, ["silence"]), simulator.corpora.recordings)
    audio, words = write_call(call, tmp_path / "out", told)
    samples, rate = soundfile.read(audio, dtype="int16")
    assert rate == 8000
    assert np.array_equal(samples[:, 0], call.legs["calling"])
    assert np.array_equal(samples[:, 1], call.legs["called"])
    read = json.loads(words.read_text(encoding="utf-8"))
    assert read["labels"] == [label.as_dict() | {"tolerated": list(label.tolerated)}
                              for label in call.labels]  # fmt: skip
    assert {one["class"] for one in read["recordings"]} >= {"speech"}
    assert all(one["is"] in ("found", "false", "tolerated") for one in read["reports"]["silence"])
    lost = sum(end - first for leg in read["lost_s"].values() for first, end in leg)
    assert lost == pytest.approx(sum(each.sum() for each in call.lost.values()) * 0.02)


def test_the_command_makes_the_same_call_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    setting = Setting(3, "sealed", call_s=36)
    command = shlex.split(again(setting, 1, "click"))
    done = run(*command[1:])
    assert done.code == 0, done.errors
    samples, _ = soundfile.read(tmp_path / "call-sealed-3-1.wav", dtype="int16")
    assert np.array_equal(samples[:, 1], setting.simulator().call(1).legs["called"])
    assert again(Setting(folder="a b"), 0) == (
        "securecall bench --seed 1 --split development --corpora 'a b' --call 0 --wav ."
    )


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    call = Setting(call_s=30).simulator().call(0)
    with pytest.raises(InputError, match="cannot be written to"):
        write_call(call, tmp_path / "file", {})
