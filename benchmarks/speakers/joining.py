"""Makes recordings of what an engine says: 8 kHz, one level, short pauses, a minute at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]
#: What an engine says at once: samples of any scale, and how many a second.
Sound = tuple[npt.NDArray[np.floating], int]

RATE_HZ: Final = 8000
#: The bench reads no more of a file than that.
FILE_S_MOST: Final = 60.0
#: Shorter ones are no sentence: the engine has lost it.
SENTENCE_S_LEAST: Final = 0.25
#: Between sentences.
GAP_S: Final = (0.08, 0.22)
#: No pause within a sentence is longer, and no silence at its ends.
PAUSE_S_MOST, END_S_MOST = 0.28, 0.05
#: Silent is what lies so far below the loud parts, in frames of so many samples.
SILENT_DB: Final = -40.0
FRAME: Final = 80
#: About -22 dBFS, but no peak higher.
RMS, PEAK = 0.08, 0.95


def closed(samples: Audio) -> Audio:
    """Return a sentence with short pauses; nothing is left of one that is all silence."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1))
    loud = float(np.percentile(power, 95)) if len(power) else 0.0
    heard = np.flatnonzero(power >= max(loud * 10 ** (SILENT_DB / 20), 1e-9))
    if not len(heard):
        return np.zeros(0, np.float32)
    ends, most = (round(seconds * RATE_HZ / FRAME) for seconds in (END_S_MOST, PAUSE_S_MOST))
    kept = np.zeros(len(frames), bool)
    kept[max(0, heard[0] - ends) : heard[0]] = True
    kept[heard[-1] : heard[-1] + 1 + ends] = True
    for here, there in pairwise(heard.tolist()):
        kept[here : min(there, here + 1 + most)] = True
    return frames[kept].ravel()


def sentence(sound: Sound) -> Audio:
    """Return what was said at 8 kHz, without an offset and without long pauses."""
    import soxr

    samples, rate_hz = sound
    at_8_khz = soxr.resample(np.asarray(samples, np.float32), rate_hz, RATE_HZ, quality="HQ")
    return closed(at_8_khz - at_8_khz.mean()) if len(at_8_khz) else np.zeros(0, np.float32)


def _pieces(sounds: Iterable[Sound], draw: np.random.Generator, seconds: float) -> Iterator[Audio]:
    """Walk through sentences with gaps behind them until so much is said; each fits into a file."""
    left = round(seconds * RATE_HZ)
    longest = round(FILE_S_MOST * RATE_HZ)
    for sound in sounds:
        said = sentence(sound)
        if len(said) < SENTENCE_S_LEAST * RATE_HZ:
            continue
        whole = np.concatenate([said, np.zeros(round(draw.uniform(*GAP_S) * RATE_HZ), np.float32)])
        for first in range(0, len(whole), longest):
            yield whole[first : first + longest]
        left -= len(whole)
        if left <= 0:
            return


def joined(
    sounds: Iterable[Sound], draw: np.random.Generator, seconds: float
) -> list[npt.NDArray[np.int16]]:
    """Return files of whole sentences, all as much louder as they were said.

    Parameters
    ----------
    sounds : iterable of (samples, rate)
        Read no further than is needed.
    draw : numpy.random.Generator
        Draws the gaps.
    seconds : float
        The sentence with which so much is said is the last; there may be less.
    """
    pieces = list(_pieces(sounds, draw, seconds))
    if not pieces:
        return []
    lengths = [len(piece) for piece in pieces]
    # Files are as long as each other; one ends with the sentence that fills its share.
    room = max(1, round(FILE_S_MOST * RATE_HZ) - max(lengths))
    share = sum(lengths) / -(-sum(lengths) // room)
    files: list[list[Audio]] = []
    filled = 0
    for piece in pieces:
        if filled >= share * len(files):
            files.append([])
        files[-1].append(piece)
        filled += len(piece)
    whole = [np.concatenate(said) for said in files]
    every = np.concatenate(whole).astype(np.float64)
    gain = min(RMS / float(np.sqrt(np.mean(every**2))), PEAK / float(np.abs(every).max()))
    return [np.rint(samples * (gain * 32767)).astype(np.int16) for samples in whole]
