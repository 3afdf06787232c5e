"""Call-progress tones as they are sent: a plan's cadences, each segment as wrong as one wishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from securecall.fraud.conform.digits import Placed, Sent
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, amplitude, samples_of

__all__ = ["Off", "Segment", "Tone", "sound"]

BEFORE_MS: Final = 1_000
AFTER_MS: Final = 1_500


@dataclass(frozen=True, slots=True)
class Segment:
    """Some frequencies for some time; none of them is silence."""

    frequencies_hz: tuple[float, ...]
    length_ms: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of a plan.

    Attributes
    ----------
    name : str
        What a receiver calls it.
    plan : str
        Whose tone it is.
    segments : tuple of Segment
        Everything that is sent, repetitions included.
    level_dbm0 : float
        Of each frequency.
    latency_ms_most : float or None
        Where no cadence must be awaited.
    also : tuple of str
        What may be heard besides, such as the dial tone that a stutter ends in.
    """

    name: str
    plan: str
    segments: tuple[Segment, ...]
    level_dbm0: float
    latency_ms_most: float | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Off:
    """By how much a tone is off what its plan says, in per cent and dB."""

    frequency_percent: float = 0.0
    cadence_percent: float = 0.0
    level_db: float = 0.0


def sound(tone: Tone, off: Off, random: np.random.Generator) -> Sent:
    """Return a stream with one tone in it, begun at a drawn place.

    Each burst starts at phases of its own; lengths are off all the same way. Behind the tone stands
    more silence than any pause within it, so that an end is seen.
    """
    peak = amplitude(tone.level_dbm0 + off.level_db)
    stretch = 1 + off.cadence_percent / 100
    begin = samples_of(BEFORE_MS) + int(random.integers(1024))
    parts = [np.zeros(begin)]
    power = 0.0
    last = at = begin
    for segment in tone.segments:
        count = samples_of(segment.length_ms * stretch)
        part = np.zeros(count)
        turns = 2 * np.pi * np.arange(count) / SAMPLE_RATE_HZ
        for frequency_hz in segment.frequencies_hz:
            exact = frequency_hz * (1 + off.frequency_percent / 100)
            part += peak * np.sin(turns * exact + random.uniform(0, 2 * np.pi))
        parts.append(part)
        at += count
        if segment.frequencies_hz:
            last = at
            power = max(power, len(segment.frequencies_hz) * peak**2 / 2)
    parts.append(np.zeros(samples_of(AFTER_MS)))
    placed = Placed(tone.name, begin * 1000 / SAMPLE_RATE_HZ, last * 1000 / SAMPLE_RATE_HZ)
    return Sent(np.concatenate(parts), (placed,), power)
