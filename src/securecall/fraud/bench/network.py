"""What packet networks do: lost frames and their concealment, slips of jitter buffers, DTX.

Frames are 20 ms. Losses come in bursts (Gilbert's two states: in the bad one every frame is lost).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.sound import FRAME, Audio, band, gain, noise, samples_of
from securecall.fraud.conform.concealment import Concealment, conceal
from securecall.fraud.conform.levels import Pcm

__all__ = ["Slips", "concealed", "drawn_losses", "drawn_slips", "silence_suppressed"]

#: Speech ends so many frames after its last loud one. Source: ETSI GSM 06.31, hang-over of 8 to 10.
HANG_OVER: Final = 9


def drawn_losses(frames: int, percent: float, burst: float, draw: Dice) -> NDArray[np.bool_]:
    """Draw which frames are lost.

    Parameters
    ----------
    frames : int
    percent : float
        Share of frames that are lost in the mean.
    burst : float
        Mean length of a burst in frames, 1 or more.
    draw : Dice

    Source
    ------
    E. N. Gilbert, Capacity of a burst-noise channel, Bell System Technical Journal 39 (1960).
    """
    lost = np.zeros(frames, np.bool_)
    if percent <= 0.0 or not frames:
        return lost
    share = percent / 100.0
    good = burst * (1.0 - share) / share
    count = int(frames / (good + burst)) * 2 + 16
    while True:
        goods = draw.random.geometric(min(1.0, 1.0 / good), count)
        bads = draw.random.geometric(min(1.0, 1.0 / burst), count)
        if int(goods.sum() + bads.sum()) >= frames:
            break
        count *= 2
    starts = np.cumsum(goods) + np.concatenate([[0], np.cumsum(bads)[:-1]])
    change = np.zeros(frames + 1, np.int32)
    np.add.at(change, np.minimum(starts, frames), 1)
    np.add.at(change, np.minimum(starts + bads, frames), -1)
    return np.cumsum(change[:frames]) > 0


def concealed(samples: Audio, lost: NDArray[np.bool_], way: Concealment) -> Audio:
    """Return samples whose lost frames were replaced; see `securecall.fraud.conform.concealment`.

    Each burst is done with a little audio around it: the rest is not copied again and again.
    """
    if not lost.any():
        return samples
    made = samples.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]]).astype(np.int8)))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        begin = max(0, first - 3)
        until = min(len(lost), end + 1)
        piece = made[begin * FRAME : until * FRAME].astype(np.float64)
        done = conceal(piece, lost[begin:until] & (np.arange(begin, until) >= first), way)
        made[begin * FRAME : until * FRAME] = done
    return made


def silence_suppressed(samples: Audio, draw: Dice, *, error_db: float) -> Audio:
    """Return samples whose quiet frames are comfort noise: flatter, and not quite as loud.

    Source
    ------
    own, in the manner of RFC 3389 and GSM 06.12: the level is sent in steps, and held.
    """
    frames = len(samples) // FRAME
    if not frames:
        return samples
    whole = samples[: frames * FRAME].reshape(frames, FRAME)
    power = np.mean(np.square(whole), axis=1, dtype=np.float64) + 1e-12
    floor = float(np.percentile(power, 10))
    loud = power > max(10.0 * floor, 1e-12)
    # Talk goes on for the hang-over: a frame is quiet only if none of the last was loud.
    talk = np.convolve(loud, np.ones(HANG_OVER + 1), mode="full")[:frames] > 0
    made = samples.copy()
    comfort = noise(draw.random, frames * FRAME, 0.0, band(200, 3400, -1.5))
    level = 10.0 * np.log10(floor / 0.5) + 3.14 + error_db
    comfort *= gain(level)
    there = made[: frames * FRAME].reshape(frames, FRAME)
    there[~talk] = comfort.reshape(frames, FRAME)[~talk]
    return made


class Slips:
    """Where a jitter buffer leaves out a piece of audio or plays one twice.

    Attributes
    ----------
    places : tuple of (int, int)
        Sample of the undisturbed leg, and how many samples are left out (negative) or doubled.
    """

    __slots__ = ("places",)

    def __init__(self, places: tuple[tuple[int, int], ...] = ()) -> None:
        self.places = places

    def moved(self, sample: int) -> int:
        """Return where a sample of the undisturbed leg is heard."""
        late = 0
        for place, length in self.places:
            if sample >= place:
                late += length if length > 0 else max(length, place - sample)
        return sample + late

    def heard(self, samples: Pcm) -> Pcm:
        """Return what is heard, as long as before: cut at the end, or silent there."""
        if not self.places:
            return samples
        parts, at = [], 0
        for place, length in self.places:
            parts.append(samples[at:place])
            at = place - length  # doubled: back by its length; left out: on by it
        parts.append(samples[at:])
        made = np.zeros(len(samples), np.int16)
        joined = np.concatenate(parts)[: len(samples)]
        made[: len(joined)] = joined
        return made


def drawn_slips(count: int, per_minute: float, draw: Dice) -> Slips:
    """Draw slips of 10 or 20 ms, as often to either side."""
    seconds = count / 8000
    places = []
    at = 1.0
    while per_minute > 0.0:
        at += draw.random.exponential(60.0 / per_minute) + 0.1
        if at >= seconds - 1.0:
            break
        places.append((samples_of(at), draw.one_of((-160, -80, 80, 160))))
    return Slips(tuple(places))
