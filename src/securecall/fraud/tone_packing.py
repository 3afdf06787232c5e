"""A tone plan as the engine takes it: one row of numbers."""

from __future__ import annotations

from array import array
from typing import Final

from securecall.fraud.tones import Cadence, Step, Tone, TonePlan

__all__ = ["packed"]

QUIET_DBM0: Final = -46.0
STEADY_PERCENT: Final = 0.15
SAMPLES_PER_MS: Final = 8.0
FULL_SCALE_DBM0: Final = 3.14
LINES: Final = 4
SEGMENTS: Final = 4


def _power(dbm0: float) -> float:
    """Return the mean square of full scale 1.0."""
    return float(0.5 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 10))


def _ratio(db: float) -> float:
    return float(10 ** (db / 10))


def _padded(values: list[float], length: int) -> list[float]:
    return values + [0.0] * (length - len(values))


def _segment(step: Step) -> list[float]:
    times = (step.on.least_ms, step.on.most_ms, step.pause.least_ms, step.pause.most_ms)
    return [
        float(len(step.frequencies_hz)),
        *_padded(list(step.frequencies_hz), LINES),
        *(each * SAMPLES_PER_MS for each in times),
    ]


def _pattern(code: int, tone: Tone, cadence: Cadence) -> list[float]:
    limits = tone.limits
    segments = [number for step in cadence.steps for number in _segment(step)]
    flags = (
        cadence.continuous, cadence.repeats, cadence.tail, cadence.sharp_edges, cadence.coded,
    )  # fmt: skip
    return [
        float(code), float(len(cadence.steps)), float(cadence.rounds), *map(float, flags),
        *_padded(segments, SEGMENTS * (1 + LINES + 4)),
        cadence.shift_percent / 100, limits.apart_percent / 100,
        cadence.time_slack_ms * SAMPLES_PER_MS,
        _power(limits.least_dbm0), _power(limits.most_dbm0), _ratio(limits.twist_db),
        _ratio(-cadence.pure_db), _ratio(cadence.even_db),
    ]  # fmt: skip


def _box(step: Step, tone: Tone, cadence: Cadence) -> tuple[float, ...]:
    """Return the least and the greatest value of each line of a step."""
    off = (1 + cadence.shift_percent / 100) * (1 + tone.limits.apart_percent / 100) - 1
    hz = step.frequencies_hz
    low = _padded([each * (1 - off) for each in hz], LINES)
    high = _padded([each * (1 + off) for each in hz], LINES)
    return (float(len(hz)), *low, *high)


def packed(plan: TonePlan) -> bytes:
    """Return a plan as doubles: counts, limits of all tones, patterns, boxes.

    Source
    ------
    own; `sc_plan_unpack` in ``_progress.pxd`` reads it.

    Examples
    --------
    >>> from securecall.fraud.tone_packing import packed
    >>> from securecall.fraud.tones import plan
    >>> len(packed(plan("north_america"))) % 8
    0
    """
    patterns = [
        _pattern(code, tone, cadence)
        for code, tone in enumerate(plan.tones)
        for cadence in tone.cadences
    ]
    boxes = sorted(
        {
            _box(step, tone, cadence)
            for tone in plan.tones
            for cadence in tone.cadences
            for step in cadence.steps
        }
    )
    pure_db = min(cadence.pure_db for tone in plan.tones for cadence in tone.cadences)
    numbers = [
        float(len(patterns)), float(len(boxes)), _power(QUIET_DBM0), _ratio(-pure_db),
        STEADY_PERCENT / 100,
    ]  # fmt: skip
    for pattern in patterns:
        numbers += pattern
    for box in boxes:
        numbers += box
    return array("d", numbers).tobytes()
