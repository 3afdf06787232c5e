"""Calls made of recordings, with the truth for each frame: what sounds, or that nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.corpora import Clip, clips
from benchmarks.corpora.convert import active, at_level
from benchmarks.false_alarms.playing import mulaw
from benchmarks.speech.line_sounds import line_sound

SPOKEN = ("speech", "words", "codec")
#: The last is made, not recorded: see `line_sounds`.
KINDS = (*SPOKEN, "household", "music", "percussion", "effects", "line")
#: How often a class is drawn for a mixed call; percussion and effects are rare in homes.
WEIGHTS = {
    "speech": 3.0,
    "words": 1.5,
    "codec": 0.5,
    "household": 3.0,
    "music": 2.5,
    "percussion": 0.4,
    "effects": 1.0,
    "line": 1.5,
}
LINE_SOUNDS_S = 900.0
CLIP_S_MAX = 60


@dataclass(frozen=True, slots=True)
class Call:
    """Audio and truth: kinds[frame] is the index of a class, or -1 where nothing sounds."""

    samples: np.ndarray
    kinds: np.ndarray
    of: str


def _by_pack(held: bool) -> dict[str, dict[tuple[str, str], list[Clip]]]:
    found: dict[str, dict[tuple[str, str], list[Clip]]] = {}
    for clip in clips(KINDS[:-1], held=held):
        found.setdefault(clip.kind, {}).setdefault((clip.package, clip.pack), []).append(clip)
    return found


def _excerpt(clip: Clip, seconds_max: float, random: np.random.Generator) -> np.ndarray:
    samples = clip.audio()
    most = int(seconds_max * 8000)
    if len(samples) > most:
        first = int(random.integers(0, len(samples) - most))
        samples = samples[first : first + most]
    return samples


def _on_the_line(
    parts: list[np.ndarray], kinds: list[np.ndarray], noise_dbm0: float,
    random: np.random.Generator, of: str,
) -> Call:  # fmt: skip
    whole = np.concatenate(parts).astype(np.float64)
    whole += random.normal(0, 32768 * np.sqrt(0.5) * 10 ** ((noise_dbm0 - 3.14) / 20), len(whole))
    samples = mulaw(np.clip(np.rint(whole), -32768, 32767).astype(np.int16))
    return Call(samples, np.concatenate(kinds).astype(np.int8), of)


def mixed_calls(*, held: bool, hours: float, seed: int) -> Iterator[Call]:
    """Draw calls in which sources follow each other, as hard to tell as a call can be.

    Sources last 1 to 25 s at levels of -39 to -8 dBm0, pauses 0 to 1.2 s; the line's noise is -75
    to -46 dBm0; a fifth of the speech has other sound 8 to 25 dB below it.
    """
    random = np.random.default_rng(seed)
    packs = _by_pack(held)
    kinds = [kind for kind in KINDS if kind in packs or kind == "line"]
    odds = np.array([WEIGHTS[kind] for kind in kinds])
    made_s = 0.0
    while made_s < hours * 3600:
        parts, truth = [], []
        call_s = 0.0
        noise_dbm0 = float(random.choice([-75, -65, -58, -52, -46]))
        level = random.uniform(-35, -12)
        while call_s < 180:
            kind = kinds[random.choice(len(kinds), p=odds / odds.sum())]
            pack: list[Clip] = []
            if kind != "line":
                names = list(packs[kind])
                size = np.array([min(sum(c.seconds for c in packs[kind][n]), 600.0) for n in names])
                pack = packs[kind][
                    names[random.choice(len(names), p=size**0.5 / (size**0.5).sum())]
                ]
            source_s = random.uniform(1, 25)
            source_dbm0 = level + random.normal(0, 4)
            place = int(random.integers(len(pack))) if pack else 0
            while source_s > 0:
                if pack:
                    part = _excerpt(pack[place % len(pack)], random.uniform(4, 25), random)
                else:
                    part = line_sound(random)
                place += 1
                part = at_level(part, source_dbm0)
                sounds = active(part)
                if not len(sounds):
                    source_s -= 0.1
                    continue
                part = part[: len(sounds) * 160].astype(np.float64)
                if kind in SPOKEN and random.random() < 0.2:
                    behind = [k for k in ("household", "music", "effects") if k in packs]
                    other = packs[behind[random.integers(len(behind))]]
                    other_pack = other[list(other)[random.integers(len(other))]]
                    clip = other_pack[random.integers(len(other_pack))]
                    quiet = at_level(clip.audio()[: len(part)], source_dbm0 - random.uniform(8, 25))
                    part[: len(quiet)] += quiet
                pause = int(random.choice([0, 0, 3, 8, 15, 30, 60]))
                parts += [part, np.zeros(pause * 160)]
                truth += [np.where(sounds, KINDS.index(kind), -1), np.full(pause, -1)]
                source_s -= (len(sounds) + pause) * 0.02
                call_s += (len(sounds) + pause) * 0.02
        made_s += call_s
        yield _on_the_line(parts, truth, noise_dbm0, random, "mixed")


def pack_calls(
    *, held: bool, seconds_max: float, seed: int = 1, noise_dbm0: float = -65.0,
    level_dbm0: float = -20.0,
) -> Iterator[Call]:  # fmt: skip
    """Yield each pack by itself, clips half a second apart, so many seconds a class at most."""
    random = np.random.default_rng(seed)
    for kind, packs in _by_pack(held).items():
        sizes = [sum(clip.seconds for clip in pack) for pack in packs.values()]
        low, high = 0.0, 20_000.0
        for _ in range(
            50
        ):  # the share of a pack at which small packs give all and large ones as much
            share = 0.5 * (low + high)
            low, high = (
                (low, share) if sum(min(s, share) for s in sizes) > seconds_max else (share, high)
            )
        for pack in packs.values():
            order = list(pack)
            random.shuffle(order)
            parts, truth = [], []
            got_s = 0.0
            for clip in order:
                if got_s >= low:
                    break
                part = at_level(_excerpt(clip, CLIP_S_MAX, random), level_dbm0)
                sounds = active(part)
                parts += [part[: len(sounds) * 160], np.zeros(25 * 160, np.int16)]
                truth += [np.where(sounds, KINDS.index(kind), -1), np.full(25, -1)]
                got_s += len(sounds) * 0.02
            if parts:
                yield _on_the_line(parts, truth, noise_dbm0, random, f"{kind} {clip.package}")
    parts, truth = [], []
    line_s = 0.0
    while line_s < min(seconds_max, LINE_SOUNDS_S):
        part = at_level(line_sound(random), level_dbm0)
        sounds = active(part)
        parts += [part[: len(sounds) * 160], np.zeros(25 * 160, np.int16)]
        truth += [np.where(sounds, KINDS.index("line"), -1), np.full(25, -1)]
        line_s += len(sounds) * 0.02
    yield _on_the_line(parts, truth, noise_dbm0, random, "line")
