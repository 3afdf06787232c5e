"""Sounds of homes without recordings, by class; each is drawn anew every time.

They have the traits that mislead detectors: impulses in pairs, steady pitches near those of tones,
beats, gaps. Real recordings are better, and are taken where there are some of the class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.sound import (
    SAMPLE_RATE_HZ,
    Audio,
    add,
    at_level,
    band,
    noise,
    samples_of,
)
from securecall.fraud.bench.tones import beeps, steady
from securecall.fraud.bench.voices import babble

__all__ = ["SOUNDS", "sounding"]


def _track(seconds: float) -> Audio:
    return np.zeros(samples_of(seconds), np.float32)


def _burst(draw: Dice, seconds: float, decay_s: float, low_hz: float, high_hz: float) -> Audio:
    """Return noise of a band that dies away."""
    count = samples_of(seconds)
    made = noise(draw.random, count, -10.0, band(low_hz, high_hz))
    return (made * np.exp(-np.arange(count) / samples_of(decay_s))).astype(np.float32)


def _ringing(draw: Dice, seconds: float, modes: int, low_hz: float, high_hz: float) -> Audio:
    """Return modes that die away, as of glass, metal and bells."""
    count = samples_of(seconds)
    at = np.arange(count) / SAMPLE_RATE_HZ
    made = np.zeros(count)
    for _ in range(modes):
        turn = 2 * np.pi * draw.between(low_hz, high_hz) * at + draw.exactly(0, 6.28)
        made += draw.exactly(0.2, 1.0) * np.exp(-at / draw.between(0.05, 0.3)) * np.sin(turn)
    return (0.2 * made).astype(np.float32)


def _sung(draw: Dice, seconds: float, hz: float, glide: float, shiver: float) -> Audio:
    """Return harmonics of a gliding, shivering pitch."""
    count = samples_of(seconds)
    at = np.arange(count) / SAMPLE_RATE_HZ
    pitch = hz * (1 + glide * np.sin(np.pi * at / max(seconds, 0.01)))
    pitch = pitch * (1 + shiver * np.sin(2 * np.pi * draw.exactly(5, 8) * at))
    turn = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    made = np.zeros(count)
    for harmonic in range(1, 7):
        if harmonic * hz * (1 + abs(glide)) < 3800:
            made += draw.exactly(0.3, 1.0) / harmonic**0.7 * np.sin(harmonic * turn)
    bow = np.sin(np.pi * (np.arange(count) + 1) / (count + 1)) ** 0.4
    return (0.15 * made * bow).astype(np.float32)


def _repeated(
    draw: Dice, seconds: float, low_s: float, high_s: float, make: Callable[[], Audio]
) -> Audio:
    """Return a sound again and again, at drawn distances."""
    made, at = _track(seconds), 0
    while at < len(made):
        add(made, make(), at)
        at += samples_of(draw.between(low_s, high_s))
    return made


def _baby(draw: Dice, seconds: float) -> Audio:
    hz = draw.between(380, 600)
    return _repeated(
        draw, seconds, 0.8, 1.8, lambda: _sung(draw, draw.between(0.5, 1.3), hz, 0.25, 0.03)
    )


def _dog(draw: Dice, seconds: float) -> Audio:
    hz = draw.between(250, 700)

    def bark() -> Audio:
        made = _burst(draw, 0.25, 0.05, 300, 2500)
        add(made, _sung(draw, 0.18, hz, 0.3, 0.0), 0)
        return made

    return _repeated(draw, seconds, 0.35, 1.5, bark)


def _door(draw: Dice, seconds: float) -> Audio:
    made = _track(seconds)
    add(made, _burst(draw, 0.05, 0.005, 600, 3800) * np.float32(0.4), 0)
    add(made, _burst(draw, 0.5, draw.between(0.03, 0.09), 60, 500), samples_of(0.03))
    if draw.chance(0.6):  # open and shut again: two thuds, as far apart as the clicks of a flash
        add(made, _burst(draw, 0.5, 0.05, 60, 500), samples_of(draw.between(0.3, 1.0)))
    return made


def _dishes(draw: Dice, seconds: float) -> Audio:
    return _repeated(
        draw, seconds, 0.15, 1.2, lambda: _ringing(draw, 0.5, draw.whole(3, 7), 900, 3800)
    )


def _keyboard(draw: Dice, seconds: float) -> Audio:
    def press() -> Audio:
        made = _track(0.15)
        add(made, _burst(draw, 0.02, 0.003, 500, 3900), 0)
        add(made, _burst(draw, 0.02, 0.002, 500, 3900), samples_of(draw.between(0.05, 0.12)))
        return made

    return _repeated(draw, seconds, 0.1, 0.5, press)


def _clock(draw: Dice, seconds: float) -> Audio:
    beat = draw.one_of((0.5, 1.0))
    return _repeated(draw, seconds, beat, beat, lambda: _burst(draw, 0.03, 0.003, 800, 3900))


def _clapping(draw: Dice, seconds: float) -> Audio:
    return _repeated(draw, seconds, 0.2, 0.7, lambda: _burst(draw, 0.15, 0.012, 500, 3900))


def _cough(draw: Dice, seconds: float) -> Audio:
    return _repeated(
        draw, seconds, 0.4, 1.5, lambda: _burst(draw, 0.35, draw.between(0.06, 0.12), 250, 2800)
    )


def _music(draw: Dice, seconds: float) -> Audio:
    """Return chords of the equal scale about a' = 440 Hz: its notes are where tones are."""
    made, at = _track(seconds), 0
    beat = draw.between(0.2, 0.6)
    while at < len(made):
        length = beat * draw.whole(1, 4)
        for _ in range(draw.whole(1, 3)):
            hz = 440.0 * 2 ** (draw.one_of((-12, -9, -5, -4, -3, 0, 0, 2, 3, 4, 5, 7, 9, 12)) / 12)
            note = _sung(draw, length, hz, 0.0, draw.one_of((0.0, 0.004)))
            add(made, note, at)
        at += samples_of(length)
    return made


def _phone_ring(draw: Dice, seconds: float) -> Audio:
    low, high = draw.one_of(((440, 480), (650, 800), (900, 1150), (1300, 1600)))
    warble = np.concatenate(
        [steady([hz], 0.04, -12.0, draw) for _ in range(20) for hz in (low, high)]
    )
    return _repeated(draw, seconds, 4.0, 6.0, lambda: warble)


def _microwave(draw: Dice, seconds: float) -> Audio:
    hz, count = draw.between(1900, 2300), draw.whole(3, 5)
    made = _track(seconds)
    add(made, beeps(hz, 0.5, draw.between(0.4, 0.6), count=count, dbm0=-12.0, draw=draw), 0)
    return made


def _doorbell(draw: Dice, seconds: float) -> Audio:
    made = _track(seconds)
    for at, hz in enumerate((draw.between(620, 700), draw.between(500, 560))):
        note = steady([hz, 3 * hz], 0.9, -12.0, draw)
        fade = np.exp(-np.arange(len(note)) / samples_of(0.3)).astype(np.float32)
        add(made, note * fade, samples_of(0.5 * at))
    return made


def _smoke_alarm(draw: Dice, seconds: float) -> Audio:
    hz = draw.between(2900, 3300)
    thrice = beeps(
        hz, 0.5, 0.5, count=3, dbm0=-10.0, draw=draw
    )  # ISO 8201: three, then 1.5 s of silence
    return _repeated(draw, seconds, 4.0, 4.0, lambda: thrice)


def _television(draw: Dice, seconds: float) -> Audio:
    made = babble(draw, seconds)
    add(made, at_level(_music(draw, seconds), -24.0), 0)
    return made


def _outdoors(draw: Dice, seconds: float) -> Audio:
    """Return wind in the microphone, and steps."""
    count = samples_of(seconds)
    wind = noise(draw.random, count, -18.0, band(40, 400, -6.0))
    knots = draw.random.random(count // 4000 + 2)
    gusts = np.interp(np.arange(count), np.arange(len(knots)) * 4000, knots)
    made = (wind * gusts).astype(np.float32)
    steps = _repeated(draw, seconds, 0.5, 0.6, lambda: _burst(draw, 0.1, 0.02, 80, 900))
    return made + np.float32(0.2) * steps


SOUNDS: Final[dict[str, Callable[[Dice, float], Audio]]] = {
    "baby": _baby, "dog": _dog, "door": _door, "dishes": _dishes, "keyboard": _keyboard,
    "clock": _clock, "clapping": _clapping, "cough": _cough, "music": _music,
    "phone_ring": _phone_ring, "microwave": _microwave, "doorbell": _doorbell,
    "smoke_alarm": _smoke_alarm, "television": _television, "outdoors": _outdoors,
}  # fmt: skip
"""Makers of sounds by class: dice and seconds in, samples out."""


def sounding(name: str, draw: Dice, seconds: float) -> Audio:
    """Return a sound of a class, its active parts at -20 dBm0.

    Source
    ------
    own.
    """
    return at_level(SOUNDS[name](draw, seconds), -20.0)
