"""Ten minutes of a line for the ears' benches: speech with pauses, and digits now and then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["line_audio"]

RATE_HZ = 8000
PROMPTS = "asterisk-core-sounds-en-wav"


def line_audio(seconds: int) -> tuple[NDArray[np.int16], str]:
    """Return so much audio and in words what it is.

    Prompts of Asterisk where ``python -m benchmarks.corpora fetch`` has brought them; otherwise
    syllables that are made here. Every 20 s four digits of 80 ms at -12 dBm0 are dialled over it.
    """
    try:
        speech, about = _prompts(seconds), "Asterisk's English prompts"
    except FileNotFoundError:
        speech, about = _syllables(seconds), "made-up syllables"
    return _with_digits(speech), f"{about} and digits"


def _prompts(seconds: int) -> NDArray[np.float64]:
    from benchmarks.corpora import clips

    random = np.random.Generator(np.random.Philox(7))
    found = list(clips(["speech", "words"], packages=[PROMPTS]))
    if not found:
        raise FileNotFoundError(PROMPTS)
    random.shuffle(found)  # type: ignore[arg-type]
    parts, have, at = [], 0, 0
    while have < seconds * RATE_HZ:
        pause = np.zeros(int(random.integers(RATE_HZ // 5, RATE_HZ)))
        parts += [found[at % len(found)].audio() / 32768, pause]
        have += len(parts[-1]) + len(parts[-2])
        at += 1
    return np.concatenate(parts)[: seconds * RATE_HZ]


def _syllables(seconds: int) -> NDArray[np.float64]:
    """Return harmonics of a gliding pitch under three formants, in bursts of 80 to 300 ms."""
    random = np.random.Generator(np.random.Philox(7))
    out = np.zeros(seconds * RATE_HZ)
    at = 0
    while at < len(out):
        count = int(random.integers(640, 2400))
        turns = np.arange(count) / RATE_HZ
        pitch = random.uniform(90, 220) * (1 + random.uniform(-0.2, 0.2) * turns / turns[-1])
        phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
        formants = random.uniform((300, 900, 2200), (800, 2000, 3200))
        part = np.zeros(count)
        for harmonic in range(1, int(3600 / pitch.max())):
            hz = harmonic * pitch.mean()
            gain = sum(1 / (1 + ((hz - formant) / 90) ** 2) for formant in formants)
            part += gain * np.sin(harmonic * phase) / harmonic**0.5
        part += random.normal(0, 0.02, count)
        part *= np.hanning(count) * 0.25 / np.abs(part).max()
        end = min(at + count, len(out))
        out[at:end] = part[: end - at]
        long_pause = random.random() < 0.15
        at = end + int(random.integers(*((2400, 9600) if long_pause else (160, 960))))
    return out + random.normal(0, 10 ** (-60 / 20), len(out))


def _with_digits(speech: NDArray[np.float64]) -> NDArray[np.int16]:
    from securecall.fraud.conform.digits import KEYS, Pulse, send
    from securecall.fraud.conform.levels import pcm

    random = np.random.Generator(np.random.Philox(8))
    pulse = Pulse(low_dbm0=-12, high_dbm0=-12, on_ms=80, off_ms=80)
    for at in range(10 * RATE_HZ, len(speech), 20 * RATE_HZ):
        sent = send([KEYS[place] for place in random.permutation(16)[:4]], pulse, random)
        end = min(at + len(sent.samples), len(speech))
        speech[at:end] += sent.samples[: end - at]
    return pcm(speech)
