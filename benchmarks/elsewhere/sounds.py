"""What calls are made of: people in turns, noise, flashes, tones, and what codes a line last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpora import Clip, clips
from benchmarks.corpora.convert import at_level
from securecall.fraud.bench.codec import coded

__all__ = [
    "ENDINGS", "RATE_HZ", "Random", "Recordings", "Sound", "amplitude", "brightness", "ended",
    "flash", "noise", "ringback", "through", "tone",
]  # fmt: skip

RATE_HZ: Final = 8000
#: A sine at full scale. Source: ITU-T G.711.
FULL_SCALE_DBM0: Final = 3.14
TALK_DBM0: Final = -19.0
TALK_S_LEAST: Final = 60.0

Sound = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True)
class Recordings:
    """Recordings by who speaks in them, and by what they are."""

    talkers: Mapping[str, tuple[Clip, ...]]
    sounds: Mapping[str, tuple[Clip, ...]]

    @classmethod
    def fetched(cls) -> Recordings:
        """Read what ``python -m benchmarks.corpora fetch`` has brought."""
        packs: dict[str, list[Clip]] = defaultdict(list)
        for clip in clips(["speech"], held=None):
            packs[clip.pack].append(clip)
        talkers = {
            pack: tuple(mine) for pack, mine in packs.items()
            if sum(clip.seconds for clip in mine) > TALK_S_LEAST
        }  # fmt: skip
        kinds = ("household", "music", "effects")
        return cls(talkers, {kind: tuple(clips([kind], held=None)) for kind in kinds})

    def voice(self, random: Random, pack: str, seconds: float) -> Sound:
        """Return somebody who speaks without a pause."""
        made, at = np.zeros(round(seconds * RATE_HZ)), 0
        mine = self.talkers[pack]
        while at < len(made):
            said = _scaled(mine[random.integers(len(mine))], TALK_DBM0)[: len(made) - at]
            made[at : at + len(said)] = said
            at += len(said)
        return made

    def sound(self, random: Random, kind: str, dbm0: float) -> Sound:
        """Return a recording of a class."""
        mine = self.sounds[kind]
        return _scaled(mine[random.integers(len(mine))], dbm0)

    def turns(self, random: Random, seconds: float) -> tuple[Sound, Sound, list[str]]:
        """Return two people who take turns, and who else there is."""
        packs = [str(pack) for pack in random.permutation(sorted(self.talkers))]
        tracks = [self.voice(random, pack, seconds) for pack in packs[:2]]
        spoken = np.zeros((2, len(tracks[0])), bool)
        at, who = 0, int(random.integers(2))
        while at < spoken.shape[1]:
            length = int(random.lognormal(1.0, 0.6) * RATE_HZ)
            spoken[who, at : at + length] = True
            at += length + int(random.uniform(0.1, 1.2) * RATE_HZ)
            who = 1 - who if random.random() < 0.85 else who
        return tracks[0] * spoken[0], tracks[1] * spoken[1], packs[2:]


def _scaled(clip: Clip, dbm0: float) -> Sound:
    return at_level(clip.audio(), dbm0).astype(np.float64) / 32768


def amplitude(dbm0: float) -> float:
    """Return the amplitude of a sine of a level."""
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def noise(random: Random, count: int, dbm0: float, tilt_db: float = 0.0) -> Sound:
    """Return noise of a level, with so many dB an octave."""
    made = random.standard_normal(count)
    if tilt_db and count:
        bent = np.fft.rfft(made)
        hz = np.arange(len(bent)) / count * RATE_HZ
        bent *= (np.maximum(hz, 60.0) / 1000.0) ** (tilt_db / 6.02)
        made = np.fft.irfft(bent, count)
        made /= made.std()
    return made * amplitude(dbm0) / np.sqrt(2)


def tone(hz: float, dbm0: float, seconds: float) -> Sound:
    """Return a sine."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return amplitude(dbm0) * np.sin(2 * np.pi * hz * at)


def ringback(count: int) -> Sound:
    """Return ringing of North America: 440 and 480 Hz, 2 s of 6."""
    at = np.arange(count) / RATE_HZ
    both = np.sin(2 * np.pi * 440 * at) + np.sin(2 * np.pi * 480 * at)
    return np.where(at % 6 < 2, 0.05 * both, 0.0)


def flash(random: Random, line: Sound, first: int, ms: float) -> None:
    """Open the loop of a line for a while: it is dead, with a click at either end."""
    length = int(ms * RATE_HZ / 1000)
    line[first : first + length] = 0.0
    at = np.arange(40)
    for edge in (first, first + length):
        click = np.exp(-at / random.uniform(4, 12))
        click *= np.cos(2 * np.pi * at * random.uniform(300, 1500) / RATE_HZ)
        line[edge : edge + 40] += 0.5 * random.choice([-1, 1]) * click


def brightness(sound: Sound, hz: float) -> Sound:
    """Return what a Butterworth filter of sixth order leaves of a sound, without its delay."""
    bent = np.fft.rfft(sound)
    at_hz = np.arange(len(bent)) / max(1, len(sound)) * RATE_HZ
    made: Sound = np.fft.irfft(bent / np.sqrt(1 + (at_hz / hz) ** 12), len(sound))
    return made


def pcm(sound: Sound) -> NDArray[np.int16]:
    """Return 16-bit samples."""
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype("<i2")


def through(sound: Sound, codec: str) -> Sound:
    """Return what a codec leaves."""
    return coded(pcm(sound), codec).astype(np.float64) / 32768


def _mixed(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.rint(coded(samples, "mulaw") * 0.83).astype("<i2")


#: What a line went through last: a trunk, an overseas trunk, nothing, a mixer behind a trunk.
ENDINGS: Final[Mapping[str, Callable[[NDArray[np.int16]], NDArray[np.int16]]]] = {
    "mulaw": lambda samples: coded(samples, "mulaw"),
    "alaw": lambda samples: coded(samples, "alaw"),
    "linear": lambda samples: samples,
    "mixed": _mixed,
}


def ended(sound: Sound, ending: str) -> NDArray[np.int16]:
    """Return the samples that the monitor hears of a line."""
    return ENDINGS[ending](pcm(sound))
