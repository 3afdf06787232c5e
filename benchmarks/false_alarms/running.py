"""Runs receivers over recordings, piece by piece, and remembers what is done."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass

from benchmarks.corpora import Clip, clips
from benchmarks.corpora.store import AUDIO
from benchmarks.false_alarms.hearing import LEVELS_DBM0, hearer
from benchmarks.false_alarms.playing import streams

RUNS = AUDIO / "runs"


@dataclass(frozen=True, slots=True)
class Unit:
    """The recordings of one class of one package, at one speed, to one receiver."""

    hearer: str
    about: str
    package: str
    version: str
    kind: str
    speed: float
    level_dbm0: float

    @property
    def key(self) -> str:
        """Another receiver, package, speed or level is another unit."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What a unit gave: seconds played, and each alarm with the clip it is in."""

    unit: Unit
    held: bool
    seconds: float
    distinct_seconds: float
    alarms: tuple[dict[str, object], ...]


def units(
    names: Sequence[str],
    kinds: Sequence[str],
    speeds: Sequence[float],
    *,
    held: bool | None,
    packages: Sequence[str] | None,
    levels_dbm0: dict[str, float] | None = None,
) -> list[Unit]:
    """List what is to be played, longest first so that two processes end together."""
    sizes: dict[tuple[str, str, str], float] = {}
    for clip in clips(kinds, held=held, packages=packages):
        key = (clip.package, clip.version, clip.kind)
        sizes[key] = sizes.get(key, 0.0) + clip.seconds
    levels = LEVELS_DBM0 if levels_dbm0 is None else levels_dbm0
    listed = []
    for name in names:
        made = hearer(name)
        for package, version, kind in sorted(sizes, key=lambda key: -sizes[key]):
            for speed in speeds:
                listed.append(
                    Unit(name, made.about, package, version, kind, speed, levels[made.listens])
                )
    return listed


def play(unit: Unit) -> Found:
    """Play one unit."""
    chosen: list[Clip] = list(clips([unit.kind], packages=[unit.package]))
    made = hearer(unit.hearer)
    alarms = []
    seconds = 0.0
    for stream in streams(chosen, unit.speed, unit.level_dbm0):
        seconds += stream.seconds
        for alarm in made.hear(stream.samples):
            clip, at_s = stream.clip_at((alarm.start_ms + alarm.detected_ms) / 2)
            alarms.append(
                {
                    "clip": clip,
                    "at_s": round(at_s, 3),
                    "detail": alarm.detail,
                    "length_ms": round(alarm.detected_ms - alarm.start_ms, 1),
                    **alarm.evidence,
                }
            )
    distinct = sum(clip.seconds for clip in chosen)
    return Found(unit, chosen[0].held, seconds, distinct, tuple(alarms))


def _remembered(path: os.PathLike[str]) -> dict[str, dict[str, object]]:
    done = {}
    if os.path.exists(path):
        with open(path) as lines:
            for line in lines:
                if line.endswith("\n"):  # a line cut off by an interruption is played again
                    row = json.loads(line)
                    done[row["key"]] = row
    return done


def run(listed: Sequence[Unit], *, jobs: int) -> Iterator[Found]:
    """Play units that were not played before; yield what all of them gave."""
    RUNS.mkdir(parents=True, exist_ok=True)
    # One file for each set of receivers, so that an old detector's results fall away.
    about = hashlib.sha256("".join(sorted({unit.about for unit in listed})).encode())
    path = RUNS / f"{about.hexdigest()[:16]}.jsonl"
    done = _remembered(path)
    waiting = [unit for unit in listed if unit.key not in done]
    for unit in listed:
        if unit.key in done:
            row = done[unit.key]
            yield Found(unit, row["held"], row["seconds"], row["distinct"], tuple(row["alarms"]))
    began = time.monotonic()
    with open(path, "a") as out:
        for number, found in enumerate(_played(waiting, jobs), 1):
            row = {
                "key": found.unit.key,
                "held": found.held,
                "seconds": found.seconds,
                "distinct": found.distinct_seconds,
                "alarms": found.alarms,
            }
            out.write(json.dumps(row) + "\n")
            out.flush()
            if number % 20 == 0 or number == len(waiting):
                passed = time.monotonic() - began
                left = passed / number * (len(waiting) - number)
                print(f"{number}/{len(waiting)}, {left:.0f} s left", file=sys.stderr, flush=True)
            yield found


def _played(waiting: Sequence[Unit], jobs: int) -> Iterator[Found]:
    if jobs == 1:
        yield from map(play, waiting)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for one in as_completed([pool.submit(play, unit) for unit in waiting]):
            yield one.result()
