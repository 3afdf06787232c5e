"""Calls in which nothing happens that anybody should report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from benchmarks.elsewhere.sounds import (
    RATE_HZ,
    Random,
    Recordings,
    Sound,
    brightness,
    flash,
    noise,
    tone,
)

__all__ = ["CALL_S", "INNOCENTS", "TOLERATED"]

CALL_S: Final = 240.0
Made = tuple[Sound, Sound]
Maker = Callable[[Recordings, Random], Made]
#: What is rightly told of some of them.
TOLERATED: Final = {"waiting ignored": "call_waiting", "waiting answered": "call_waiting"}


def _noisy(dbm0: float, tilt_db: float = 0.0) -> Maker:
    def made(recordings: Recordings, random: Random) -> Made:
        called, calling, _ = recordings.turns(random, CALL_S)
        return (
            called + noise(random, len(called), dbm0, tilt_db),
            calling + noise(random, len(calling), dbm0 - 3, tilt_db),
        )

    return made


def _studio(recordings: Recordings, random: Random) -> Made:
    return recordings.turns(random, CALL_S)[:2]


def _weak(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-75)(recordings, random)
    return 0.12 * called, 0.12 * calling


def _clipped(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    return np.clip(6 * called, -0.9, 0.9), calling


def _crosstalk(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    return called + 0.06 * np.roll(calling, 240), calling + 0.06 * np.roll(called, 240)


def _talks(sound: Sound, ms: float) -> np.ndarray:
    length = int(ms * RATE_HZ / 1000)
    return np.convolve(np.abs(sound), np.ones(length) / length, "same") > 0.001


def _gated(recordings: Recordings, random: Random) -> Made:
    called, calling, _ = recordings.turns(random, CALL_S)
    return called + noise(random, len(called), -48) * _talks(called, 200), calling


def _comfort(recordings: Recordings, random: Random) -> Made:
    called, calling, _ = recordings.turns(random, CALL_S)
    talks = _talks(called, 300)
    room, made = noise(random, len(called), -52, -3), noise(random, len(called), -56)
    return called + np.where(talks, room, made), calling


def _lost(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    frames = called[: len(called) // 160 * 160].reshape(-1, 160)
    frames[random.random(len(frames)) < 0.02] = 0.0
    return called, calling


def _holes(
    at_s: tuple[float, ...], least_s: float, most_s: float, room_dbm0: float | None
) -> Maker:
    """Return a maker of mutes: of everything, or of all but the line's own noise."""

    def made(recordings: Recordings, random: Random) -> Made:
        called, calling, _ = recordings.turns(random, CALL_S)
        line = noise(random, len(called), -58 if room_dbm0 is None else room_dbm0)
        called = called + line
        for first_s in at_s:
            first = int(first_s * RATE_HZ)
            end = first + int(random.uniform(least_s, most_s) * RATE_HZ)
            called[first:end] = 0.0 if room_dbm0 is None else line[first:end]
        return called, calling

    return made


def _passed_on(recordings: Recordings, random: Random) -> Made:
    called, calling, others = recordings.turns(random, CALL_S)
    first = int(random.uniform(80, 150) * RATE_HZ)
    second = recordings.voice(random, others[0], CALL_S) * (called != 0)
    called[first:] = second[first:]
    return called + noise(random, len(called), -55, -4), calling


def _two_at_once(recordings: Recordings, random: Random) -> Made:
    called, calling, others = recordings.turns(random, CALL_S)
    second = 0.5 * recordings.voice(random, others[0], CALL_S)
    for first_s in random.uniform(10, CALL_S - 20, 8):
        first = int(first_s * RATE_HZ)
        end = first + int(random.uniform(2, 8) * RATE_HZ)
        called[first:end] = second[first:end]
    return called + noise(random, len(called), -57, -3), calling


def _wander(random: Random, sound: Sound, by_db: float, hz: float) -> Sound:
    at = np.arange(len(sound)) / RATE_HZ
    level_db = by_db * np.sin(2 * np.pi * at / 37 + random.uniform(0, 6))
    bright = 0.5 + 0.5 * np.sin(2 * np.pi * at / 53 + random.uniform(0, 6))
    made: Sound = (sound * bright + brightness(sound, hz) * (1 - bright)) * 10 ** (level_db / 20)
    return made


def _walks(recordings: Recordings, random: Random) -> Made:
    called, calling, _ = recordings.turns(random, CALL_S)
    return _wander(random, called, 8, 2000) + noise(random, len(called), -60), calling


def _walks_in_noise(recordings: Recordings, random: Random) -> Made:
    called, calling, _ = recordings.turns(random, CALL_S)
    room = _wander(random, noise(random, len(called), -58, -4), 4, 3000)
    called = _wander(random, called, 6, 2500) + room + noise(random, len(called), -66)
    return called, calling


def _gain_control(recordings: Recordings, random: Random) -> Made:
    called, calling, _ = recordings.turns(random, CALL_S)
    called = called + noise(random, len(called), -58, -3)
    power = np.convolve(called * called, np.ones(8000) / 8000, "same")
    gain = np.clip(0.08 / np.sqrt(power + 1e-9), 0.3, 4)
    return called * np.convolve(gain, np.ones(4000) / 4000, "same"), calling


def _thuds(count: int, then_quiet: bool) -> Maker:
    """Return a maker of thuds, behind each of which nobody speaks for a while, or somebody does."""

    def made(recordings: Recordings, random: Random) -> Made:
        called, calling, _ = recordings.turns(random, CALL_S)
        for first_s in random.uniform(5, CALL_S - 20, count):
            first = int(first_s * RATE_HZ)
            if then_quiet:
                called[first : first + int(random.uniform(5, 15) * RATE_HZ)] = 0.0
            length = int(random.uniform(0.005, 0.05) * RATE_HZ)
            decay = np.exp(-np.arange(length) / length * 4)
            called[first : first + length] += 0.5 * random.standard_normal(length) * decay
        return called + noise(random, len(called), -58), calling

    return made


def _waiting(answered: bool) -> Maker:
    def made(recordings: Recordings, random: Random) -> Made:
        called, calling = _noisy(-60)(recordings, random)
        alert = tone(440, -16.9, 0.3)
        for first_s in (60.0, 160.0) if answered else (50.0, 60.0, 150.0, 160.0):
            first = int(first_s * RATE_HZ)
            called[first : first + len(alert)] = alert
            if answered:
                away = first + int(random.uniform(1.5, 6) * RATE_HZ)
                back = away + int(random.uniform(6, 20) * RATE_HZ)
                called[away:back] = 0.0
                flash(random, called, away, 500)
                flash(random, called, back - 4000, 500)
        return called, calling

    return made


def _with(kind: str, dbm0: float, count: int) -> Maker:
    def made(recordings: Recordings, random: Random) -> Made:
        called, calling = _noisy(-60)(recordings, random)
        for first_s in random.uniform(0, CALL_S - 1, count):
            first = int(first_s * RATE_HZ)
            sound = recordings.sound(random, kind, dbm0)[: min(20 * RATE_HZ, len(called) - first)]
            called[first : first + len(sound)] += sound
        return called, calling

    return made


def _radio(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    return called + np.resize(recordings.sound(random, "music", -32), len(called)), calling


def _television(recordings: Recordings, random: Random) -> Made:
    called, calling, others = recordings.turns(random, CALL_S)
    heard = 0.12 * brightness(recordings.voice(random, others[1], CALL_S), 3000)
    return called + heard + noise(random, len(called), -60), calling


def _humming(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    hum = sum(tone(60 * n, -48 - 3 * n, CALL_S) for n in (1, 3, 5))
    return called + hum, calling


def _car(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    swell = 1 + 0.5 * np.sin(2 * np.pi * np.arange(len(called)) / RATE_HZ / 21)
    return called + noise(random, len(called), -38, -6) * swell, calling


def _baby(recordings: Recordings, random: Random) -> Made:
    called, calling = _noisy(-60)(recordings, random)
    at = np.arange(int(0.8 * RATE_HZ)) / RATE_HZ
    arch = np.sin(np.pi * at / 0.8)
    for first_s in random.uniform(5, CALL_S - 12, 10):
        for cry in range(int(random.integers(2, 7))):
            pitch = random.uniform(380, 560) * (1 + 0.15 * arch)
            phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
            first = int((first_s + 1.1 * cry) * RATE_HZ)
            voice = sum(np.sin(n * phase) / n for n in range(1, 7))
            called[first : first + len(at)] += 0.15 * voice * arch
    return called, calling


INNOCENTS: Final[Mapping[str, Maker]] = {
    "no noise at all": _studio,
    "noise -60 dBm0": _noisy(-60),
    "noise -50 dBm0": _noisy(-50),
    "noise -40 dBm0": _noisy(-40),
    "noise -35 dBm0": _noisy(-35),
    "noise -45 dBm0, -3 dB/octave": _noisy(-45, -3),
    "weak": _weak,
    "clipped": _clipped,
    "crosstalk": _crosstalk,
    "gated": _gated,
    "comfort noise": _comfort,
    "2 % lost": _lost,
    "short holes": _holes((20, 50, 90, 130, 170, 210), 0.1, 3, None),
    "mutes": _holes((40, 120, 190), 4, 30, None),
    "mutes, line heard": _holes((40, 120, 190), 4, 30, -60),
    "passed on": _passed_on,
    "two at one telephone": _two_at_once,
    "walks about": _walks,
    "walks about in noise": _walks_in_noise,
    "gain control": _gain_control,
    "thuds": _thuds(25, then_quiet=False),
    "thuds, then quiet": _thuds(4, then_quiet=True),
    "waiting ignored": _waiting(answered=False),
    "waiting answered": _waiting(answered=True),
    "household": _with("household", -22, 12),
    "effects": _with("effects", -24, 10),
    "radio": _radio,
    "television": _television,
    "hum": _humming,
    "car": _car,
    "baby": _baby,
}
