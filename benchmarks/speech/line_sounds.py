"""What a line itself sounds like: tones of networks, digits, beeps, noise, hum; by a seed."""

from __future__ import annotations

import numpy as np

RATE_HZ = 8000
ROWS_HZ, COLUMNS_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
MF_HZ = (700, 900, 1100, 1300, 1500, 1700)
#: Frequencies, and seconds on and off: dial, ringback, busy, reorder, call waiting and their like.
CADENCES = (
    ((350, 440), (4.0, 0.1)),
    ((350, 440), (0.1, 0.1)),
    ((440, 480), (2.0, 4.0)),
    ((400, 450), (0.4, 0.2, 0.4, 2.0)),
    ((425,), (1.0, 4.0)),
    ((425,), (0.5, 0.5)),
    ((480, 620), (0.5, 0.5)),
    ((480, 620), (0.25, 0.25)),
    ((440,), (0.3, 9.7)),
    ((1400, 2060, 2450, 2600), (0.1, 0.1)),
    ((1100,), (0.5, 3.0)),
    ((2100,), (3.0, 1.0)),
)


def _sines(
    frequencies_hz: tuple[float, ...], seconds: float, random: np.random.Generator
) -> np.ndarray:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    parts = [
        random.uniform(0.7, 1.3) * np.sin(2 * np.pi * hz * time + random.uniform(0, 6.3))
        for hz in frequencies_hz
    ]
    return np.sum(parts, axis=0)


def _digits(random: np.random.Generator) -> list[np.ndarray]:
    on, off = random.uniform(0.045, 0.25), random.uniform(0.045, 0.3)
    parts = []
    for _ in range(int(random.integers(1, 12))):
        if random.random() < 0.7:
            pair = (float(random.choice(ROWS_HZ)), float(random.choice(COLUMNS_HZ)))
        else:
            pair = tuple(float(hz) for hz in random.choice(MF_HZ, 2, replace=False))
        parts += [_sines(pair, on, random), np.zeros(int(off * RATE_HZ))]
    return parts


def _cadence(random: np.random.Generator) -> list[np.ndarray]:
    frequencies, times = CADENCES[random.integers(len(CADENCES))]
    parts: list[np.ndarray] = []
    for _ in range(int(random.integers(1, 6))):
        for at, seconds in enumerate(times):
            seconds *= random.uniform(0.9, 1.1)
            off = np.zeros(int(min(seconds, 1.5) * RATE_HZ))
            parts.append(_sines(frequencies, seconds, random) if at % 2 == 0 else off)
    return parts


def _beeps(random: np.random.Generator) -> list[np.ndarray]:
    parts = []
    on, off = random.uniform(0.05, 1.0), random.uniform(0.05, 1.0)
    hz = random.uniform(300, 2600)
    for _ in range(int(random.integers(1, 8))):
        if random.random() < 0.5:
            hz = random.uniform(300, 2600)
        harmonics = tuple(hz * n for n in range(1, int(random.integers(2, 5))) if hz * n < 3800)
        parts += [_sines(harmonics, on, random), np.zeros(int(off * RATE_HZ))]
    return parts


def _noise(random: np.random.Generator) -> list[np.ndarray]:
    samples = random.normal(0, 1, int(random.uniform(0.05, 5.0) * RATE_HZ))
    colour = random.uniform(-0.6, 0.95)
    # One pole, as its answer to a click: after 64 samples little is left of it.
    coloured = np.convolve(samples, colour ** np.arange(64))[: len(samples)]
    return [coloured, np.zeros(int(random.uniform(0.02, 0.5) * RATE_HZ))]


def _hum(random: np.random.Generator) -> list[np.ndarray]:
    time = np.arange(int(random.uniform(0.5, 5.0) * RATE_HZ)) / RATE_HZ
    hz = random.choice([0.0, 50.0, 60.0, 100.0, 120.0, random.uniform(20, 500)])
    turn = 2 * np.pi * hz * time + random.uniform(0.2, 2.9)
    wave = np.sin(turn)
    if random.random() < 0.5:
        wave = np.sign(wave)
    return [wave * random.choice([-1.0, 1.0]), np.zeros(int(random.uniform(0.02, 0.5) * RATE_HZ))]


def line_sound(random: np.random.Generator) -> np.ndarray:
    """Return one sound, int16, at no level in particular."""
    kind = random.choice(5, p=[0.3, 0.3, 0.2, 0.1, 0.1])
    samples = np.concatenate((_digits, _cadence, _beeps, _noise, _hum)[kind](random))
    return np.rint(samples * (8000 / max(1e-9, np.abs(samples).max()))).astype(np.int16)
