"""A line with a bit of everything on it, and detectors that listen to it in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from tests.fraud.sounds import Pcm, digit, noise, pair, pcm, silence, sine

from securecall.fraud import Event, ToneDetector

__all__ = ["OF_PARTY", "PARTY", "PLACES", "cut", "listened"]

PLACES: Final = (0, 13, 57, 101, 158)
"""Of an onset, in samples after a frame's."""


def listened(pieces: Iterable[Any], **parameters: Any) -> list[Event]:
    """Return the events of some pieces; a piece that is a number is so many lost milliseconds."""
    detector = ToneDetector(report_ends=True, **parameters)
    found = []
    for piece in pieces:
        found += detector.feed_gap(piece) if isinstance(piece, int) else detector.feed(piece)
    return found + detector.finish()


def party() -> Pcm:
    """Return a bit of everything: digits in noise, under a dial tone, with holes, MF, clipping."""
    dial = sine(350, -8, 400) + sine(440, -8, 400)
    dial[1800:2400] += digit("7", 75, low_dbm0=-28, high_dbm0=-28)
    holed = digit("A", 70)
    holed[200:270] = 0
    whole = [
        silence(31), digit("1", 45), silence(47), digit("5", 60, low_off=0.012), silence(41.5),
        holed, silence(60), dial, silence(50), pair(700, 900, 68), silence(60),
        pair(1100, 1700, 100), silence(55), 2 * digit("D", 55), silence(50), sine(1209, -5, 60),
        digit("*", 50), digit("0", 50), silence(90), sine(1477, -9, 30),
    ]  # fmt: skip
    sounds = np.concatenate(whole)
    return pcm(sounds + noise(-45, len(sounds) / 8, 5))


PARTY: Final = party()
OF_PARTY: Final = {"mf": "r1", "dtmf": "bellcore"}


def cut(samples: Pcm, lengths: Iterable[int]) -> list[Pcm]:
    """Return pieces of such lengths, over and over; the rest is the last."""
    pieces, at = [], 0
    for length in lengths:
        pieces.append(samples[at : at + length])
        at += length
    return [*pieces, samples[at:]]
