"""A line that goes on elsewhere in mid-call, through coders that the simulator does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.evidence.otherwise.coders import CODERS, through
from benchmarks.evidence.otherwise.endings import as_float
from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.label import INNOCENT, Label
from securecall.fraud.bench.sound import (
    FRAME,
    SAMPLE_RATE_HZ,
    Audio,
    band,
    gain,
    narrow,
    noise,
)
from securecall.fraud.conform.levels import Pcm, level_dbm0

__all__ = ["switched"]

#: So many places are tried; nothing may happen so near, and nothing may be learnt there.
TRIED: Final = 20
FREE_S, LEARNT_S = 8.0, 40.0
FROM_S, UNTIL_S = 45.0, 20.0
#: Line noise below this is not told from none; above that no line is left.
FAINT_DBM0, LOUD_DBM0 = -66.0, -34.0
QUIET_PERCENT: Final = 10
NOTHING: Final = 1e-12


def _is_free(labels: Sequence[Label], at_s: float) -> bool:
    for label in labels:
        near_s = FREE_S if label.kind == INNOCENT else LEARNT_S
        if label.start_s - near_s < at_s < label.end_s + near_s:
            return False
    return True


def _floor_dbm0(samples: Audio) -> float:
    rows = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(rows, dtype=np.float64), axis=1)
    quiet = max(float(np.percentile(power, QUIET_PERCENT)), NOTHING)
    return level_dbm0(np.array([np.sqrt(quiet)]))


def switched(samples: Pcm, labels: Sequence[Label], draw: Dice) -> tuple[Pcm, Label | None]:
    """Return a leg that goes on through another coder with a louder floor, and its label.

    Without a place at which nothing happens the leg stays as it was, and there is no label.
    """
    seconds = len(samples) / SAMPLE_RATE_HZ
    tries = (draw.exactly(FROM_S, max(FROM_S, seconds - UNTIL_S)) for _ in range(TRIED))
    at_s = next((one for one in tries if _is_free(labels, one)), None)
    if at_s is None:
        return samples, None
    first = int(at_s * SAMPLE_RATE_HZ)
    dead = int(draw.exactly(0.05, 0.6) * SAMPLE_RATE_HZ) if draw.chance(0.6) else 0
    rest = as_float(samples[first:])
    floor = min(LOUD_DBM0, max(_floor_dbm0(rest), FAINT_DBM0) + draw.exactly(8, 16))
    rest = rest * gain(draw.exactly(-3, 3))
    rest += noise(draw.random, len(rest), floor, band(100, 3700, draw.one_of((0.0, -3.0, -6.0))))
    made = samples.copy()
    made[first:] = coded(through(narrow(rest), draw.one_of(CODERS)), "mulaw")
    made[first : first + dead] = 0
    end_s = (first + dead) / SAMPLE_RATE_HZ
    tolerated = ("noise_anomaly", "call_forwarding")
    return made, Label(
        "line_switch", "codec", "called", first / SAMPLE_RATE_HZ, end_s, end_s, tolerated
    )
