"""Something like speech, made of nothing: no recording may stand in the repository.

Syllables of 120 to 260 ms, four or so a second: voiced pulses whose pitch glides between 90 and 230
Hz go through three resonances that move from vowel to vowel (Klatt, JASA 67 (1980), p. 971); every
third syllable begins with noise, and phrases end in pauses.
"""

from __future__ import annotations

import numpy as np

RATE_HZ = 8000
VOWELS_HZ = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (490, 1350, 1690),
)
WIDTHS_HZ = (80, 100, 130)


def _resonated(samples: np.ndarray, from_hz: float, to_hz: float, width_hz: float) -> np.ndarray:
    """Send samples through a resonance that glides; two poles."""
    out = np.zeros(len(samples))
    before = earlier = 0.0
    radius = np.exp(-np.pi * width_hz / RATE_HZ)
    for n, hz in enumerate(np.linspace(from_hz, to_hz, len(samples))):
        turn = 2 * radius * np.cos(2 * np.pi * hz / RATE_HZ)
        now = samples[n] * (1 - turn + radius**2) + turn * before - radius**2 * earlier
        out[n] = now
        before, earlier = now, before
    return out


def _syllable(random: np.random.Generator, base_hz: float) -> np.ndarray:
    count = int(random.uniform(0.12, 0.26) * RATE_HZ)
    start, end = base_hz * random.uniform(0.85, 1.25, 2)
    phase = np.cumsum(np.linspace(start, end, count) / RATE_HZ)
    pulses = np.diff(np.floor(phase), prepend=0.0) + random.normal(0, 0.01, count)
    first, last = (VOWELS_HZ[k] for k in random.integers(len(VOWELS_HZ), size=2))
    for from_hz, to_hz, width_hz in zip(first, last, WIDTHS_HZ, strict=True):
        pulses = _resonated(pulses, from_hz, to_hz, width_hz)
    swell = np.sin(np.pi * np.linspace(0, 1, count)) ** 0.5
    voiced = pulses * swell / np.sqrt(np.mean(pulses**2))
    if random.random() > 1 / 3:
        return voiced
    hiss = np.diff(random.normal(0, 1, int(random.uniform(0.04, 0.1) * RATE_HZ) + 1))
    return np.concatenate([0.25 * hiss, voiced])


def talk(
    seconds: float, *, level_dbm0: float = -20.0, noise_dbm0: float = -60.0, seed: int = 1
) -> np.ndarray:
    """Return int16 samples of something like speech."""
    random = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    base_hz = random.uniform(100, 200)
    while sum(map(len, parts)) < seconds * RATE_HZ:
        for _ in range(int(random.integers(3, 9))):
            parts.append(_syllable(random, base_hz))
            parts.append(np.zeros(int(random.uniform(0.02, 0.08) * RATE_HZ)))
        parts.append(np.zeros(int(random.uniform(0.2, 0.6) * RATE_HZ)))
    whole = np.concatenate(parts)[: int(seconds * RATE_HZ)]
    sounding = whole[whole != 0]
    whole *= amplitude(level_dbm0) / np.sqrt(2 * np.mean(sounding**2))
    whole += noise(seconds, noise_dbm0, seed + 1)
    return np.clip(np.rint(whole), -32768, 32767).astype(np.int16)


def amplitude(level_dbm0: float) -> float:
    """Return the peak of a sine of a level, in 16 bits."""
    return 32768 * 10 ** ((level_dbm0 - 3.14) / 20)


def noise(seconds: float, level_dbm0: float, seed: int = 1) -> np.ndarray:
    """Return white noise, not yet rounded."""
    spread = amplitude(level_dbm0) / np.sqrt(2)
    return np.random.default_rng(seed).normal(0, spread, int(seconds * RATE_HZ))


def sines(seconds: float, level_dbm0: float, *frequencies_hz: float) -> np.ndarray:
    """Return sines, each of the level, not yet rounded."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return sum(amplitude(level_dbm0) * np.sin(2 * np.pi * hz * time) for hz in frequencies_hz)
