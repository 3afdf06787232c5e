"""A call of two legs with a bit of everything, and monitors that hear it in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from tests.fraud.sounds import Pcm, Sound, digit, noise, pair, silence, sine
from tests.fraud.talk import talk

from securecall.fraud import CallMonitor, Event

__all__ = [
    "BOTH", "CALL", "SECONDS", "alternating", "beside", "laid", "one_after_the_other", "ringback",
    "said", "sas", "sit", "spoken", "watched",
]  # fmt: skip

SECONDS: Final = 44
BOTH: Final = ("called", "calling")

Piece = tuple[str, Any]


def beside(*sounds: Sound) -> Sound:
    """Return sounds at the same time, as long as the longest."""
    whole = np.zeros(max(len(sound) for sound in sounds))
    for sound in sounds:
        whole[: len(sound)] += sound
    return whole


def ringback(rings: int = 1) -> Sound:
    """Return ringing tone of North America."""
    once = [sine(440, -19, 2000) + sine(480, -19, 2000, 1.0), silence(4000)]
    return np.concatenate((once * rings)[:-1])


def sas(ms: float = 300) -> Sound:
    """Return a call-waiting tone."""
    return sine(440, -15, ms)


def sit(*segments: tuple[float, float]) -> Sound:
    """Return special information tones: vacant code if nothing is said."""
    wanted = segments or ((985.2, 380), (1370.6, 274), (1776.7, 380))
    return np.concatenate([sine(hz, -20, ms) for hz, ms in wanted])


def spoken(seconds: float, seed: int) -> Sound:
    """Return something like speech, with a little noise."""
    return talk(seconds, seed=seed).astype(np.float64) / 32768


def laid(seconds: float, *placed: tuple[float, Sound], floor_dbm0: float = -58) -> Pcm:
    """Return a leg with sounds at instants in seconds, over noise."""
    whole = noise(floor_dbm0, seconds * 1000, 11)
    for at_s, sound in placed:
        at = round(at_s * 8000)
        whole[at : at + len(sound)] += sound[: len(whole) - at]
    return np.clip(np.rint(whole * 32768), -32768, 32767).astype(np.int16)


def _call() -> dict[str, Pcm]:
    click = np.zeros(80)
    click[:12] = 0.6 * np.exp(-np.arange(12) / 4)
    called = laid(
        SECONDS, (0.3, ringback()), (4.0, spoken(5, 1)), (11.0, spoken(3, 2)),
        (15.0, np.concatenate([sas(), silence(5), pair(2130, 2750, 80)])), (17, spoken(2, 3)),
        (20.0, np.concatenate([click, silence(490), click])), (22.0, spoken(3, 4)),
        (26.0, ringback()), (29.0, spoken(4, 5)), (34.5, sit()), (37.0, spoken(5, 6)),
    )  # fmt: skip
    keys = np.concatenate([part for key in "482" for part in (digit(key, 70), silence(80))])
    calling = laid(
        SECONDS, (3.0, spoken(1, 7)), (9.0, spoken(2, 8)), (13.0, keys), (19, spoken(1, 9)),
        (24.0, keys), (33.0, sine(2600, -12, 600)), (36, spoken(1, 10)),
        (41.0, np.concatenate([pair(*hz, 68) for hz in ((1100, 1700), (700, 900), (900, 1100))])),
        floor_dbm0=-62,
    )  # fmt: skip
    return {"called": called, "calling": calling}


CALL: Final = _call()
"""Samples by leg: it rings, is answered, and then there is a bit of everything."""


def cut_every(leg: str, size: int) -> list[Piece]:
    """Return pieces of a leg, each of so many samples."""
    samples = CALL[leg]
    return [(leg, samples[at : at + size]) for at in range(0, len(samples), size)]


def alternating(size: int, legs: Sequence[str] = BOTH) -> list[Piece]:
    """Return pieces of the legs in turn."""
    parts = [cut_every(leg, size) for leg in legs]
    return [piece for turn in zip(*parts, strict=True) for piece in turn]


def one_after_the_other(size: int, legs: Sequence[str] = BOTH) -> list[Piece]:
    """Return all pieces of a leg, and then those of the next one."""
    return [piece for leg in legs for piece in cut_every(leg, size)]


def watched(pieces: Iterable[Piece], **parameters: Any) -> list[Event]:
    """Return the events of some pieces; a piece that is a number is so many lost milliseconds."""
    monitor = CallMonitor(**{"report_ends": True, **parameters})
    found = []
    for leg, piece in pieces:
        if isinstance(piece, int):
            found += monitor.feed_gap(piece, leg)
        else:
            found += monitor.feed(piece, leg)
    return found + monitor.finish()


def said(events: Iterable[Event], *kinds: str) -> list[str]:
    """Return what began, in words: of these kinds, or of all."""
    return [
        f"{event.kind} {event.detail}"
        for event in events
        if not event.ended and (not kinds or event.kind in kinds)
    ]
