"""Calls in which one thing happens that should be reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from benchmarks.elsewhere.sounds import (
    RATE_HZ,
    Random,
    Recordings,
    Sound,
    brightness,
    flash,
    noise,
    ringback,
    through,
    tone,
)

__all__ = ["CALL_S", "EVENTS", "Event"]

CALL_S: Final = 200.0
ROWS_HZ: Final = (697, 770, 852, 941)
COLUMNS_HZ: Final = (1209, 1336, 1477)


class Event(NamedTuple):
    """Two legs, what happens on the called one, and between which seconds it comes about."""

    called: Sound
    calling: Sound
    kind: str
    first_s: float
    last_s: float


Maker = Callable[[Recordings, Random], Event]


def _begun(recordings: Recordings, random: Random) -> tuple[Sound, Sound, list[str], int]:
    called, calling, others = recordings.turns(random, CALL_S)
    return called, calling, others, int(random.uniform(60, 100) * RATE_HZ)


def _joined(
    recordings: Recordings, random: Random, called: Sound, other: str, first: int
) -> tuple[Sound, Sound]:
    """Return who was there, with turns for somebody else from an instant on, and somebody else."""
    speaks, at = np.zeros(len(called), bool), first
    while at < len(called):
        length = int(random.uniform(1.5, 5) * RATE_HZ)
        speaks[at : at + length] = True
        at += length + int(random.uniform(1, 6) * RATE_HZ)
    return np.where(speaks, 0.0, called), recordings.voice(random, other, CALL_S) * speaks


def _analogue(recordings: Recordings, random: Random) -> Event:
    called, calling, others, first = _begun(recordings, random)
    back = first + int(random.uniform(10, 30) * RATE_HZ)
    called, other = _joined(recordings, random, called, others[0], back)
    other = brightness(other * 10 ** (random.uniform(-8, 3) / 20), random.uniform(2600, 3400))
    line_dbm0 = random.uniform(-68, -55)
    other[back:] += noise(random, len(other) - back, line_dbm0 + random.uniform(-4, 10), -3)
    called = called + noise(random, len(called), line_dbm0)
    called[first:back] = noise(random, back - first, random.uniform(-80, -70))
    called = called + other
    flash(random, called, first, random.uniform(350, 800))
    flash(random, called, back - RATE_HZ, random.uniform(350, 800))
    return Event(called, calling, "three_way", first / RATE_HZ, back / RATE_HZ)


def _cellular(recordings: Recordings, random: Random) -> Event:
    called, calling, others, first = _begun(recordings, random)
    back = first + int(random.uniform(8, 30) * RATE_HZ)
    called, other = _joined(recordings, random, called, others[0], back)
    other = through(other + noise(random, len(other), random.uniform(-58, -48), -3), "gsm")
    other[:back] = 0.0
    called = called + noise(random, len(called), random.uniform(-68, -58))
    called[first:back] = noise(random, back - first, -66, -2)
    return Event(called + other, calling, "three_way", first / RATE_HZ, back / RATE_HZ)


def _forwarded(recordings: Recordings, random: Random) -> Event:
    called, calling, others, first = _begun(recordings, random)
    answered = first + int(random.uniform(5, 14) * RATE_HZ)
    called[first:answered] = ringback(answered - first)
    other = brightness(recordings.voice(random, others[0], CALL_S), 3000)
    called[answered:] = other[answered:]
    line = noise(random, len(called), -62)
    line[answered:] = noise(random, len(called) - answered, -54, -3)
    return Event(
        called + line, calling, "call_forwarding", first / RATE_HZ, answered / RATE_HZ
    )  # fmt: skip


def _switched(recordings: Recordings, random: Random) -> Event:
    called, calling, _, first = _begun(recordings, random)
    after = through(called + noise(random, len(called), -53, -3), "gsm")
    called = called + noise(random, len(called), -66)
    called[first:] = after[first:]
    return Event(called, calling, "line_switch", first / RATE_HZ, first / RATE_HZ)


def _over(sound: Callable[[Random], Sound], kind: str, under: float = 1.0) -> Maker:
    """Return a maker of calls over which a sound is laid; what was there is so much weaker."""

    def made(recordings: Recordings, random: Random) -> Event:
        called, calling, _, first = _begun(recordings, random)
        called = called + noise(random, len(called), -62)
        laid = sound(random)
        piece = slice(first, first + len(laid))
        called[piece] = under * called[piece] + laid
        return Event(called, calling, kind, first / RATE_HZ, first / RATE_HZ)

    return made


def _risen(random: Random) -> Sound:
    return noise(random, 15 * RATE_HZ, -42, float(random.choice([0, -3])))


def _hum(random: Random) -> Sound:
    hz = float(random.choice([50, 60]))
    return tone(hz, -36, 15) + tone(3 * hz, -42, 15) + tone(5 * hz, -46.5, 15)


def _whistle(random: Random) -> Sound:
    return tone(random.uniform(500, 2500), -21.3, 5)


def _keys(random: Random) -> Sound:
    parts = []
    for _ in range(5):
        row, column = random.integers(4), random.integers(3)
        key = tone(ROWS_HZ[row], -16.9, 0.08) + tone(COLUMNS_HZ[column], -16.9, 0.08)
        parts += [key, np.zeros(RATE_HZ // 10)]
    return np.concatenate(parts)


EVENTS: Final[Mapping[str, Maker]] = {
    "three-way, flashes": _analogue,
    "three-way, no clicks": _cellular,
    "forwarded": _forwarded,
    "another line": _switched,
    "noise": _over(_risen, "noise_anomaly"),
    "hum": _over(_hum, "noise_anomaly"),
    "whistle": _over(_whistle, "noise_anomaly"),
    "keys": _over(_keys, "keypad", under=0.1),
    "call waiting": _over(lambda _: tone(440, -16.9, 0.3), "call_waiting", under=0.0),
}
