"""Keeps what was converted: for each package a file of samples and a table of what lies where.

A package has thousands of short clips; one file of samples for all of them is read in no time, and
it is complete or absent, since its rows are written last and moved into place in one step.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

AUDIO = Path(__file__).parent / "audio"
RATE_HZ = 8000
CLASSES = (
    "speech",
    "words",
    "codec",
    "household",
    "music",
    "percussion",
    "effects",
    "phone_ui",
)


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording: where it came from, what it is, and where its samples lie."""

    package: str
    version: str
    licence: str
    kind: str
    pack: str
    held: bool
    file: str
    seconds: float
    level_dbm0: float
    first: int
    samples: int

    @property
    def name(self) -> str:
        """Package and file: no two clips share it."""
        return f"{self.package}:{self.file}"

    def audio(self) -> np.ndarray:
        """Read the samples: int16, 8 kHz, at the level of the recording."""
        return np.fromfile(
            AUDIO / f"{self.package}.s16",
            dtype="<i2",
            count=self.samples,
            offset=2 * self.first,
        )


def written(package: str) -> str | None:
    """Return the version of the package that is already converted, or None."""
    path = AUDIO / f"{package}.csv"
    if not path.is_file():
        return None
    with path.open(newline="") as lines:
        row = next(csv.DictReader(lines), None)
    return None if row is None else row["version"]


def write(package: str, rows: list[Clip], audio: list[np.ndarray]) -> None:
    """Put the clips of a package into place, samples first."""
    AUDIO.mkdir(parents=True, exist_ok=True)
    unready = AUDIO / f".{package}.s16"
    with unready.open("wb") as out:
        for samples in audio:
            out.write(samples.astype("<i2").tobytes())
    os.replace(unready, AUDIO / f"{package}.s16")
    unready = AUDIO / f".{package}.csv"
    with unready.open("w", newline="") as out:
        table = csv.DictWriter(out, [field.name for field in fields(Clip)])
        table.writeheader()
        for row in rows:
            table.writerow(asdict(row))
    os.replace(unready, AUDIO / f"{package}.csv")


@cache
def _rows(path: Path, changed_ns: int) -> tuple[Clip, ...]:
    """Read the rows of a package; they are asked for again and again."""
    with path.open(newline="") as lines:
        return tuple(
            Clip(
                package=row["package"],
                version=row["version"],
                licence=row["licence"],
                kind=row["kind"],
                pack=row["pack"],
                held=row["held"] == "True",
                file=row["file"],
                seconds=float(row["seconds"]),
                level_dbm0=float(row["level_dbm0"]),
                first=int(row["first"]),
                samples=int(row["samples"]),
            )
            for row in csv.DictReader(lines)
        )


def manifest() -> list[Clip]:
    """List every converted clip, by package and file."""
    return [
        row
        for path in sorted(AUDIO.glob("[!.]*.csv"))
        for row in _rows(path, path.stat().st_mtime_ns)
    ]


def clips(
    kinds: Iterable[str] | None = None,
    *,
    held: bool | None = None,
    packages: Iterable[str] | None = None,
) -> Iterator[Clip]:
    """Walk through the clips of some classes, of one side of the split, or of some packages.

    Raises
    ------
    ValueError
        A class is not one of `CLASSES`.
    FileNotFoundError
        Nothing was fetched yet.
    """
    wanted = set(CLASSES if kinds is None else kinds)
    if not wanted <= set(CLASSES):
        raise ValueError(f"no class {sorted(wanted - set(CLASSES))[0]!r}; known: {CLASSES}")
    named = None if packages is None else set(packages)
    rows = manifest()
    if not rows:
        raise FileNotFoundError(f"{AUDIO} is empty: run python -m benchmarks.corpora fetch")
    for row in rows:
        if row.kind not in wanted or (held is not None and row.held != held):
            continue
        if named is None or row.package in named:
            yield row
