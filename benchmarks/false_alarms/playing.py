"""Plays clips down a telephone line: other speed, one level, mu-law, and pauses in between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import soxr

from benchmarks.corpora import Clip
from benchmarks.corpora.convert import at_level
from benchmarks.corpora.store import RATE_HZ

#: A recording at another speed has other frequencies and other lengths, so that a melody gets eight
#: chances to hit a tone's; the copies are not independent, and the report says so.
SPEEDS = (0.8, 0.84, 0.88, 0.94, 1.0, 1.07, 1.15, 1.25)
PAUSE_S = 0.5
#: An idle line: noise at -65 dBm0, which mu-law leaves about as it is.
PAUSE_LEVEL_DBM0 = -65.0
STREAM_S_MAX = 1800.0


@dataclass(slots=True)
class Stream:
    """Clips of one pack one after the other, as one call would bring them."""

    samples: np.ndarray
    seconds: float
    firsts: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def clip_at(self, at_ms: float) -> tuple[str, float]:
        """Return which clip plays then, and how many seconds of it have passed."""
        sample = round(at_ms * RATE_HZ / 1000)
        place = max(0, bisect_right(self.firsts, sample) - 1)
        return self.names[place], (sample - self.firsts[place]) / RATE_HZ


@cache
def _mulaw() -> np.ndarray:
    """Return what mu-law makes of each sample (ITU-T G.711), by its 16 bits without sign."""
    wide = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    size = np.minimum(np.abs(wide), 32635) + 132
    step = np.int64(8) << (np.floor(np.log2(size)).astype(np.int64) - 7)
    heard = (size // step) * step + step // 2 - 132
    return np.where(wide < 0, -heard, heard).astype(np.int16)


def mulaw(samples: np.ndarray) -> np.ndarray:
    """Send samples through mu-law and back."""
    return _mulaw()[samples.view(np.uint16)]


def _pause(random: np.random.Generator) -> np.ndarray:
    rms = 32768 * np.sqrt(0.5) * 10 ** ((PAUSE_LEVEL_DBM0 - 3.14) / 20)
    return np.rint(random.normal(0.0, rms, round(PAUSE_S * RATE_HZ))).astype(np.int16)


def at_speed(samples: np.ndarray, speed: float) -> np.ndarray:
    """Play samples so many times as fast: pitch and pace change together."""
    if speed == 1.0:
        return samples
    heard = soxr.resample(samples.astype(np.float32), RATE_HZ * speed, RATE_HZ, quality="HQ")
    return np.clip(np.rint(heard), -32768, 32767).astype(np.int16)


def streams(clips: Iterable[Clip], speed: float, level_dbm0: float) -> Iterator[Stream]:
    """Yield calls: the clips of a pack in order, half an hour at most in each."""
    by_pack: dict[str, list[Clip]] = {}
    for clip in clips:
        by_pack.setdefault(clip.pack, []).append(clip)
    for pack in sorted(by_pack):
        waiting = by_pack[pack]
        while waiting:
            random = np.random.default_rng(1)
            parts, firsts, names = [_pause(random)], [], []
            length = len(parts[0])
            seconds = 0.0
            while waiting and (not names or seconds + waiting[0].seconds < STREAM_S_MAX):
                clip = waiting.pop(0)
                part = at_level(at_speed(clip.audio(), speed), level_dbm0)
                firsts.append(length)
                names.append(clip.name)
                pause = _pause(random)
                parts += [part, pause]
                length += len(part) + len(pause)
                seconds += len(part) / RATE_HZ
            yield Stream(mulaw(np.concatenate(parts)), seconds, firsts, names)
