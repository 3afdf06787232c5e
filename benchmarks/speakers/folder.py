"""The folder of the speakers: ``speech/NAME/NN.wav``, and ``about.csv`` that says who they are."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.speakers.joining import RATE_HZ


@dataclass(frozen=True, slots=True)
class Row:
    """A speaker who is there; ``asked_s`` is how much was wanted of him, and he may have less."""

    name: str
    language: str
    sex: str
    source: str
    package: str
    version: str
    licence: str
    kind: str
    same_as: str
    seconds: float
    asked_s: float


def rows(folder: Path) -> dict[str, Row]:
    """Return who is there by the table."""
    path = folder / "about.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as lines:
        made = [
            Row(seconds=float(row.pop("seconds")), asked_s=float(row.pop("asked_s")), **row)
            for row in csv.DictReader(lines)
        ]
    return {row.name: row for row in made}


def note(folder: Path, row: Row) -> None:
    """Write a speaker into the table, whole or not at all."""
    every = {**rows(folder), row.name: row}
    unready = folder / ".about.csv"
    with unready.open("w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, [field.name for field in fields(Row)])
        table.writeheader()
        table.writerows(asdict(every[name]) for name in sorted(every))
    os.replace(unready, folder / "about.csv")


def is_there(folder: Path, name: str, asked_s: float, table: Mapping[str, Row]) -> bool:
    """Tell whether a speaker has been made with so much speech, and his files are whole."""
    import soundfile

    row = table.get(name)
    if row is None or row.asked_s < asked_s:
        return False
    try:
        lengths = [soundfile.info(path).frames for path in (folder / "speech" / name).glob("*.wav")]
    except soundfile.SoundFileError:
        return False
    return bool(abs(sum(lengths) / RATE_HZ - row.seconds) < 0.01)


def write(folder: Path, name: str, files: Sequence[npt.NDArray[np.int16]]) -> float:
    """Put a speaker's files where those before were; return how many seconds they are."""
    import soundfile

    unready = folder / f".{name}.{os.getpid()}"
    shutil.rmtree(unready, ignore_errors=True)
    unready.mkdir(parents=True)
    for number, samples in enumerate(files):
        soundfile.write(unready / f"{number:02d}.wav", samples, RATE_HZ, subtype="PCM_16")
    place = folder / "speech" / name
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(exist_ok=True)
    unready.rename(place)
    return round(sum(map(len, files)) / RATE_HZ, 3)
