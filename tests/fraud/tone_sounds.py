"""Tones of a plan as they are sent: from the plan's own data, as wrong as one wishes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tests.fraud.sounds import Pcm, Sound, noise, pcm, silence, sine

from securecall.fraud import Event, ToneDetector
from securecall.fraud.tones import Cadence, TonePlan

__all__ = ["Sent", "begun", "burst", "bursts_of", "sent"]

LASTING_MS = 1200.0
"""How long a continuous tone is sent, or as long as it takes to be known and 300 ms more."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A line with one tone on it, and where its bursts are."""

    samples: Pcm
    on_ms: tuple[tuple[float, float], ...]


def burst(
    frequencies_hz: tuple[float, ...], ms: float, dbm0: float, random: np.random.Generator
) -> Sound:
    """Return lines at phases of their own, each of a level."""
    parts = [sine(hz, dbm0, ms, random.uniform(0, 2 * np.pi)) for hz in frequencies_hz]
    return np.sum(parts, axis=0)


def bursts_of(cadence: Cadence, rounds: int | None = None) -> list[tuple[tuple[float, ...], float]]:
    """Return what is on and off in turn, each with its usual length; off has no frequencies."""
    first = cadence.steps[0]
    if cadence.continuous:
        return [(first.frequencies_hz, max(LASTING_MS, first.on.least_ms + 300))]
    found: list[tuple[tuple[float, ...], float]] = []
    for _ in range(cadence.rounds if rounds is None else rounds):
        for step in cadence.steps:
            found += [(step.frequencies_hz, step.on.usual_ms), ((), step.pause.usual_ms)]
    return [*found, (first.frequencies_hz, LASTING_MS)] if cadence.tail else found


def sent(
    cadence: Cadence, *, dbm0: float = -20.0, shift: float = 0.0, stretch: float = 0.0,
    snr_db: float | None = None, seed: int = 0, rounds: int | None = None, after_ms: float = 300.0,
) -> Sent:  # fmt: skip
    """Return a line on which a tone begins some 200 ms after the line does.

    ``shift`` and ``stretch`` are relative: 0.03 is frequencies 3 % high, or times 3 % long. The
    last pause is cut to ``after_ms``.
    """
    random = np.random.default_rng(seed)
    at = 200 + random.uniform(0, 20)
    parts, places, power = [silence(at)], [], 0.0
    turns = bursts_of(cadence, rounds)
    for number, (frequencies_hz, ms) in enumerate(turns):
        length = ms * (1 + stretch)
        if not frequencies_hz and number == len(turns) - 1:
            length = min(length, after_ms)
        if frequencies_hz:
            hz = tuple(each * (1 + shift) for each in frequencies_hz)
            parts.append(burst(hz, length, dbm0, random))
            power = max(power, float(np.mean(parts[-1] ** 2)))
            places.append((at, at + length))
        else:
            parts.append(silence(length))
        at += length
    parts.append(silence(after_ms))
    whole = np.concatenate(parts)
    if snr_db is not None:
        level = 10 * np.log10(2 * power) + 3.14 - snr_db
        whole = whole + noise(level, len(whole) / 8 + 1, seed)[: len(whole)]
    return Sent(pcm(whole), tuple(places))


def begun(samples: Pcm, plan: TonePlan | str = "north_america", **rest: object) -> list[Event]:
    """Return the tones that a detector hears, without their ends."""
    detector = ToneDetector(plan=plan, dtmf=None, **rest)  # type: ignore[arg-type]
    found = detector.feed(samples) + detector.finish()
    return [event for event in found if event.kind == "tone" and not event.ended]
