"""One call to look at and to listen to: its labels, its audio, and what detectors made of it."""

from __future__ import annotations

import json
import shlex
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from securecall.errors import InputError
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.corpora import Clip
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.listener import listen, listener_factory
from securecall.fraud.bench.run import Setting
from securecall.fraud.bench.score import Judged, Record, judged
from securecall.fraud.bench.sound import FRAME, SAMPLE_RATE_HZ

__all__ = ["again", "heard_by", "told_of", "write_call"]


def again(setting: Setting, index: int, *detectors: str) -> str:
    """Return the command that makes a call again and writes it down.

    Source
    ------
    own.

    Examples
    --------
    >>> again(Setting(seed=2, split="sealed"), 17, "click")
    'securecall bench --seed 2 --split sealed --detector click --call 17 --wav .'
    """
    words = ["securecall", "bench", "--seed", str(setting.seed), "--split", setting.split]
    if setting.folder is not None:
        words += ["--corpora", str(setting.folder)]
    if setting.call_s != Setting().call_s:
        words += ["--call-s", f"{setting.call_s:g}"]
    for name in detectors:
        words += ["--detector", name]
    return shlex.join([*words, "--call", str(index), "--wav", "."])


def heard_by(call: Call, detectors: Sequence[str]) -> dict[str, list[Judged]]:
    """Play a call to detectors; return what each reported, and what that is.

    Source
    ------
    own.
    """
    made = {}
    for name in detectors:
        heard = listen(listener_factory(name)(), call).heard
        made[name] = judged(Record(call.index, call.seconds, call.labels, heard))
    return made


def told_of(
    call: Call, heard: Mapping[str, Sequence[Judged]], clips: Sequence[Clip] = ()
) -> dict[str, Any]:
    """Return what there is to know of a call, as JSON takes it.

    Parameters
    ----------
    call : Call
    heard : mapping of str to sequence of Judged
        See `heard_by`.
    clips : sequence of Clip
        The recordings, by number.

    Source
    ------
    own.
    """
    return {
        "seed": call.seed, "split": call.split, "call": call.index, "seconds": call.seconds,
        "channels": list(LEGS),
        "labels": [label.as_dict() for label in call.labels],
        "lost_s": {leg: _stretches(call, leg) for leg in LEGS},
        "recordings": [
            {"name": clips[number].name, "class": clips[number].kind, "start_s": start_s,
             "end_s": end_s}
            for number, start_s, end_s in call.played
        ],
        "about": call.about,
        "reports": {
            name: [
                {"kind": one.heard.kind, "grade": one.heard.grade,
                 "start_s": one.heard.start_ms / 1000, "detected_s": one.heard.detected_ms / 1000,
                 "probability": one.heard.probability, "detail": one.heard.detail,
                 "cues": dict(one.heard.cues), "is": one.verdict, "while": one.where}
                for one in each
            ]
            for name, each in heard.items()
        },
    }  # fmt: skip


def _stretches(call: Call, leg: str) -> list[list[float]]:
    """Return where audio of a leg never arrived and the detector knew."""
    lost = np.concatenate([[0], call.lost[leg].astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(lost)).reshape(-1, 2)
    made: list[list[float]] = (edges * FRAME / SAMPLE_RATE_HZ).tolist()
    return made


def write_call(call: Call, folder: Path, told: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write the legs as a WAV file, ``calling`` on the left, and what is told of them beside it.

    Raises
    ------
    InputError
        The folder cannot be written to.

    Source
    ------
    own.
    """
    audio = folder / f"call-{call.split}-{call.seed}-{call.index}.wav"
    words = audio.with_suffix(".json")
    both = np.stack([call.legs[leg] for leg in LEGS], axis=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with wave.open(str(audio), "wb") as file:
            file.setnchannels(len(LEGS))
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(both.astype("<i2").tobytes())
        words.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to: {error.strerror}") from None
    return audio, words
