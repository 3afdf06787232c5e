"""What is played in the scripted calls: one thing happens in each, on both legs of the bench."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from tests.fraud.bench.happening import call_with, draft_of, happened

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.positives import POSITIVES

__all__ = ["SCRIPTS", "Script", "write_wav"]

SECONDS: Final = 36.0
AT_S: Final = 12.0


class Script(NamedTuple):
    """A call: what happens, and of which kind it is; empty if nothing is to be told."""

    kind: str
    make: Callable[[], Call]


def _happens(kind: str, which: int, seed: int) -> Callable[[], Call]:
    def make() -> Call:
        draft = happened(POSITIVES[kind][which], at_s=AT_S, seconds=SECONDS, seed=seed)
        return call_with(draft, seed=seed)

    return make


def _talk() -> Call:
    return call_with(draft_of(SECONDS))


#: The bench makes these calls from their seeds; nothing of them is kept here.
SCRIPTS: Final[dict[str, Script]] = {
    "three_way": Script("three_way", _happens("three_way", 0, 44)),
    "call_forwarding": Script("call_forwarding", _happens("call_forwarding", 0, 1)),
    "keypad": Script("keypad", _happens("keypad", 0, 2)),
    "noise_anomaly": Script("noise_anomaly", _happens("noise_anomaly", 1, 1)),
    "line_switch": Script("line_switch", _happens("line_switch", 0, 1)),
    "call_waiting": Script("call_waiting", _happens("call_waiting", 0, 1)),
    "talk": Script("", _talk),
}


def write_wav(path: Path, samples: np.ndarray) -> Path:
    """Write a leg as the programs read it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())
    return path
