"""How well do voice prints tell voices on telephone speech?

    python -m benchmarks.voices [--seconds 4] [--report PAGE.md]

Needs the recordings of `benchmarks.corpora` and ``pip install --no-deps resemblyzer==0.1.4``. Each
voice is enrolled with four samples; the rest of its samples and those of all others are verified.
Voices are folders of packages: most have one speaker each. `DISTINCT` are those of which that is
known, and no two are known to be one person; among all of them several are one actor's, or were
recorded in one studio.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import clips
from securecall.calls.voice_prints import VoicePrints

DISTINCT = (
    "en_US_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU", "it_menardi",
    "ru_nsh", "cs_m", "cs_v", "cs_x", "cs_hs", "nl_m", "nl_v",
)  # fmt: skip
ENROL = 4
SAMPLES_MAX = 14
THRESHOLDS = (0.70, 0.75, 0.80, 0.85, 0.90)


def samples(seconds: float) -> dict[str, list[bytes]]:
    """Return samples of speech by voice: clips of one voice end to end, each used once."""
    found: dict[str, list[bytes]] = {}
    random = np.random.default_rng(5)
    voices: dict[str, list[Any]] = {}
    for clip in clips(["speech"], held=None):
        voices.setdefault(clip.pack, []).append(clip)
    for voice, all_of_it in voices.items():
        random.shuffle(all_of_it)
        parts: list[Any] = []
        for clip in all_of_it:
            parts.append(clip.audio())
            if sum(map(len, parts)) >= seconds * 8_000:
                sound = np.concatenate(parts)[: int(seconds * 8_000)]
                found.setdefault(voice, []).append(sound.astype("<i2").tobytes())
                parts = []
            if len(found.get(voice, ())) == SAMPLES_MAX:
                break
    return {voice: each for voice, each in found.items() if len(each) >= 2 * ENROL}


def encoded(prints: VoicePrints, voices: dict[str, list[bytes]]) -> tuple[Any, int, float]:
    """Return what the encoder makes of each sample, those with too little speech, CPU ms."""
    found: dict[str, list[Any]] = {}
    lost, begun, count = 0, time.process_time(), 0
    for voice, sounds in voices.items():
        for sound in sounds:
            speech, _ = prints._speech(sound)
            count += 1
            if speech is None:
                lost += 1
            else:
                found.setdefault(voice, []).append(prints._encoder.encode(speech))
    spent_ms = (time.process_time() - begun) * 1000 / count
    return {voice: each for voice, each in found.items() if len(each) > ENROL}, lost, spent_ms


def scores(voices: dict[str, list[Any]]) -> tuple[Any, Any]:
    """Return how near samples are to the voice that they are of, and to others."""
    same, other = [], []
    for voice, mine in voices.items():
        mean = np.mean(mine[:ENROL], axis=0)
        mean /= np.linalg.norm(mean)
        for name, theirs in voices.items():
            (same if name == voice else other).extend(float(each @ mean) for each in theirs[ENROL:])
    return np.array(same), np.array(other)


def table(title: str, same: Any, other: Any) -> list[str]:
    """Return how many are refused and let through at each threshold."""
    grid = np.linspace(0.4, 1.0, 1201)
    refused = np.array([(same < each).mean() for each in grid])
    let = np.array([(other >= each).mean() for each in grid])
    place = int(np.argmin(np.abs(refused - let)))
    lines = [
        f"## {title}", "",
        f"{len(same)} trials of the same voice, {len(other)} of others. Equal error rate "
        f"{100 * refused[place]:.1f}% at {grid[place]:.3f}.", "",
        "| threshold | same voice refused | other voice let through |", "|---|---|---|",
    ]  # fmt: skip
    for each in THRESHOLDS:
        lines.append(
            f"| {each:.2f} | {100 * (same < each).mean():.1f}% "
            f"| {100 * (other >= each).mean():.2f}% |"
        )
    return [*lines, ""]


def main() -> int:
    """Measure, print and keep a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--report", type=Path)
    told = parser.parse_args()
    prints = VoicePrints(weights=told.weights, speech_ms_least=1_600)
    voices, lost, spent_ms = encoded(prints, samples(told.seconds))
    distinct = {name: voices[name] for name in DISTINCT if name in voices}
    lines = [
        "# Voice prints on telephone speech", "",
        f"`python -m benchmarks.voices --seconds {told.seconds:g}`: samples of {told.seconds:g} s, "
        f"8 kHz, pauses left out; {ENROL} enrol a voice. {lost} samples had too little speech. "
        f"{spent_ms:.0f} ms of CPU a sample.", "",
        *table(f"{len(distinct)} voices of people who are not each other", *scores(distinct)),
        *table(f"All {len(voices)} folders, several of one actor or studio", *scores(voices)),
    ]  # fmt: skip
    text = "\n".join(lines)
    print(text)
    if told.report is not None:
        told.report.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
