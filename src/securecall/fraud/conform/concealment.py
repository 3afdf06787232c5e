"""Lost packets, and what a phone plays instead: three ways of concealing 20 ms.

``pitch``
    In the manner of G.711 Appendix I. The period is the lag between 5 and 15 ms at which the last
    20 ms before the loss are most alike. The last period is played again and again, its first
    quarter cross-faded with what came before it; from 10 ms on it fades by 20 % every 10 ms, and is
    silent after 60 ms. The first 4 ms after the loss are cross-faded from it. (Appendix I also
    delays everything by 3.75 ms to cross-fade before the loss, and takes two and three periods in
    the second and third 10 ms; neither is done here.)
``repeat``
    The last good frame again, 3 dB softer each time, its seams bare: what simple clients do.
``silence``
    Zeros.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.conform.levels import Samples, samples_of

__all__ = ["Concealment", "conceal", "lost_frames"]

Concealment = Literal["pitch", "repeat", "silence"]

FRAME: Final = samples_of(20)
SHORTEST, LONGEST = samples_of(5), samples_of(15)
ALIKE: Final = samples_of(20)
STEADY, FADE, GONE = samples_of(10), samples_of(10), samples_of(60)
BACK: Final = samples_of(4)


def lost_frames(count: int, percent: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Return which frames are lost, each by its own throw."""
    return random.random(count) < percent / 100


def conceal(samples: Samples, lost: NDArray[np.bool_], way: Concealment) -> Samples:
    """Return samples of which some frames of 20 ms were replaced.

    Parameters
    ----------
    samples : float64, full scale 1.0
    lost : bool, one a frame; frames beyond its end are good
    way : {"pitch", "repeat", "silence"}

    Source
    ------
    ITU-T G.711 Appendix I (1999), simplified as this module says.
    """
    heard = samples.copy()
    frame, frames = 0, min(len(lost), len(samples) // FRAME)
    while frame < frames:
        if not lost[frame]:
            frame += 1
            continue
        first = frame
        while frame < frames and lost[frame]:
            frame += 1
        begin, end = first * FRAME, frame * FRAME
        if way == "silence" or begin < FRAME:
            heard[begin:end] = 0
        elif way == "repeat":
            last = heard[begin - FRAME : begin]
            for number in range(frame - first):
                place = begin + number * FRAME
                heard[place : place + FRAME] = last * 10 ** (-3 * (number + 1) / 20)
        else:
            _by_period(heard, samples, begin, end)
    return heard


def _by_period(heard: Samples, samples: Samples, begin: int, end: int) -> None:
    """Fill heard[begin:end] with the last period, and fade it out behind the loss."""
    period = _period(heard[:begin])
    quarter = period // 4
    cycle = heard[begin - period : begin].copy()
    fade = np.arange(quarter) / quarter
    # Where the period wraps around, what stood before it leads into its end.
    before = heard[begin - period - quarter : begin - period]
    if len(before) == quarter:
        cycle[-quarter:] = cycle[-quarter:] * (1 - fade) + before * fade
    back = min(BACK, len(samples) - end)
    count = end - begin + back
    made = np.resize(cycle, count)
    at = np.arange(count)
    made *= np.clip(1 - 0.2 * np.maximum(at - STEADY, 0) / FADE, 0, 1) * (at < GONE)
    heard[begin:end] = made[: end - begin]
    fade = np.arange(back) / BACK
    heard[end : end + back] = made[end - begin :] * (1 - fade) + samples[end : end + back] * fade


def _period(past: Samples) -> int:
    """Return the lag at which the last 20 ms are most like what came before."""
    now = past[-ALIKE:]
    best, found = -np.inf, SHORTEST
    for lag in range(SHORTEST, LONGEST + 1):
        then = past[-ALIKE - lag : -lag]
        if len(then) < ALIKE:
            break
        likeness = float(now @ then) / (float(np.sqrt(then @ then)) + 1e-9)
        if likeness > best:
            best, found = likeness, lag
    return found
