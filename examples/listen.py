"""Hear a call: make one with two legs, list the digits and tones in it, and draw it.

    python examples/listen.py [--out FOLDER]

The call is made up from a fixed seed: ringback, an answer, two voices (of a sort), a number that is
dialled during the call, busy tone. The command does the same with a recording of yours:

    securecall listen out/call.wav --legs caller,called --picture out/call.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from securecall.fraud.dsp import DTMF_KEYS
from securecall.fraud.listening import dialled, listen, whole
from securecall.fraud.recording import open_recording
from securecall.fraud.spectrogram import Spectrogram
from securecall.fraud.timeline import clock, draw

RATE_HZ = 8000
SEED = 20260501
ROWS_HZ, COLUMNS_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
DIGITS = "5550142#"


def sine(hz: float, dbm0: float, seconds: float) -> np.ndarray:
    """Return a tone; a sine of amplitude 1.0 is +3.14 dBm0."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 10 ** ((dbm0 - 3.14) / 20) * np.sin(2 * np.pi * hz * time)


def tones(pair: tuple[float, float], dbm0: float, seconds: float) -> np.ndarray:
    return sine(pair[0], dbm0, seconds) + sine(pair[1], dbm0, seconds)


def voice(random: np.random.Generator, seconds: float, pitch_hz: float) -> np.ndarray:
    """Return syllables: pulses at a gliding pitch through two resonances that wander."""
    sound = np.zeros(0)
    while len(sound) < seconds * RATE_HZ:
        lasts = random.uniform(0.12, 0.3)
        time = np.arange(round(lasts * RATE_HZ)) / RATE_HZ
        glide = pitch_hz * random.uniform(0.85, 1.2) * (1 + random.uniform(-0.6, 0.6) * time)
        phase = 2 * np.pi * np.cumsum(glide) / RATE_HZ
        syllable = np.zeros(len(time))
        formants = (random.uniform(300, 800), random.uniform(900, 2300))
        for harmonic in range(1, 26):
            hz = harmonic * pitch_hz
            weight = sum(1 / (1 + ((hz - formant) / 110) ** 2) for formant in formants)
            syllable += (weight + 0.02) * np.sin(harmonic * phase)
        syllable += random.normal(0, 0.15, len(time))
        syllable *= np.sin(np.pi * time / lasts) ** 0.7 * random.uniform(0.4, 1)
        pause = np.zeros(round(random.choice([0.02, 0.05, 0.3], p=[0.5, 0.35, 0.15]) * RATE_HZ))
        sound = np.concatenate([sound, 0.06 * syllable, pause])
    return sound[: round(seconds * RATE_HZ)]


def lay(leg: np.ndarray, at_s: float, sound: np.ndarray) -> float:
    """Add a sound to a leg; return when it is over."""
    first = round(at_s * RATE_HZ)
    leg[first : first + len(sound)] += sound
    return at_s + len(sound) / RATE_HZ


def make_call() -> np.ndarray:
    """Return what the caller's and the called side say, shape (samples, 2), full scale 1.0."""
    random = np.random.default_rng(SEED)
    caller, called = random.normal(0, 10 ** (-62 / 20), (2, 30 * RATE_HZ))
    for n in range(2):
        lay(called, 0.5 + 6 * n, tones((440, 480), -19, 2))
    lay(called, 9.2, voice(random, 1.2, 190))
    lay(caller, 10.8, voice(random, 3.6, 110))
    lay(called, 14.6, voice(random, 2.4, 190))
    at_s = 17.5
    for digit in DIGITS:
        row, column = divmod(DTMF_KEYS.index(digit), 4)
        at_s = lay(caller, at_s, tones((ROWS_HZ[row], COLUMNS_HZ[column]), -9, 0.09)) + 0.11
    lay(caller, 19.8, voice(random, 2.5, 110))
    lay(called, 22.4, voice(random, 1.6, 190))
    for n in range(5):
        lay(called, 24.6 + n, tones((480, 620), -24, 0.5))
    return np.stack([caller, called], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Hear a made-up call.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what it writes")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / "call.wav", make_call(), RATE_HZ, subtype="ULAW")

    with open_recording(folder / "call.wav", legs=("caller", "called")) as call:
        seen = Spectrogram(call.heard_hz, len(call.legs), 0, call.duration_ms)
        heard = whole(listen(call, watch=[seen.take]))
        draw(folder / "call.png", seen, heard, call.legs, title="A made-up call", about=call.about)
    for leg, event in ((each.leg, each.event) for each in heard):
        print(
            f"{clock(event.start_ms, 2):>7}  {leg}  {event.kind:4}  {event.detail:8}"
            f"  {event.level_dbm0:5.1f} dBm0  known after"
            f" {event.detected_ms - event.start_ms:4.0f} ms"
        )
    for leg, numbers in dialled(heard).items():
        print(f"the {leg} side dialled {' and '.join(numbers)}")


if __name__ == "__main__":
    main()
