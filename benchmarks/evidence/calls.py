"""Which calls: so many from a seed, made when they are wanted, or kept to be heard again."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from securecall.errors import InputError
from securecall.fraud.bench import KINDS, Call, Simulator, open_corpora
from securecall.fraud.bench.corpora import SPLITS, Talker
from securecall.fraud.bench.label import Label

#: Kinds that a call of a batch may have: all as they come, or more often those that are rare.
RICH: Final = (
    ("three_way", "call_waiting"),
    ("call_forwarding", "line_switch", "noise_anomaly"),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls of one seed; those with all kinds are ``natural``: false alarms are counted there.

    ``otherwise`` are the same calls with other voices, on other lines, in rooms; only learnt from.
    ``voices`` is a folder of speakers more for these, whichever part it would put them in.
    """

    seed: int
    count: int
    split: str = "development"
    kinds: tuple[str, ...] = KINDS
    folder: Path | None = None
    call_s: float = 300.0
    otherwise: bool = False
    voices: Path | None = None

    @property
    def natural(self) -> bool:
        return self.kinds == KINDS and not self.otherwise

    @property
    def name(self) -> str:
        """What its files are called."""
        rich = "" if self.kinds == KINDS else "-rich"
        return f"{self.split}-{self.seed}{rich}" + ("-otherwise" if self.otherwise else "")

    def simulator(self) -> Simulator:
        corpora = open_corpora(self.folder, split=self.split)
        return Simulator(self.seed, corpora, call_s=self.call_s, kinds=self.kinds)

    def speakers(self) -> tuple[Talker, ...]:
        """Return the speakers more.

        Raises
        ------
        InputError
            There are none in the folder.
        """
        if self.voices is None:
            return ()
        parts = [open_corpora(self.voices, split=split) for split in SPLITS]
        made = tuple(talker for part in parts for talker in part.talkers if talker.clips)
        if not made:
            raise InputError(
                f"{self.voices}: no speakers in it; in FOLDER/speech/NAME there must be 20 s of"
                " each, and three of either part"
            )
        return made


def batches(
    seed: int, natural: int, rich: int, *, split: str, folder: Path | None, call_s: float
) -> list[Batch]:
    """Return a natural batch and, on the seeds behind it, those that are rich in fraud."""
    made = [Batch(seed, natural, split, KINDS, folder, call_s)]
    if rich:
        made += [
            Batch(seed + n, rich, split, kinds, folder, call_s) for n, kinds in enumerate(RICH, 1)
        ]
    return made


class Kept:
    """Audio of a batch's calls in a folder, so that another engine hears them without delay."""

    def __init__(self, folder: Path, batch: Batch) -> None:
        self.folder = folder / batch.name
        self.batch = batch

    def path(self, index: int) -> Path:
        return self.folder / f"{index:05d}.npz"

    def add(self, call: Call) -> None:
        """Write a call; it is there as a whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        labels = json.dumps([label.as_dict() for label in call.labels])
        arrays = {f"leg_{leg}": samples for leg, samples in call.legs.items()}
        arrays |= {f"lost_{leg}": frames for leg, frames in call.lost.items()}
        write_whole(self.path(call.index), labels=np.array(labels), **arrays)

    def call(self, index: int) -> Call | None:
        """Return a call, or None if it was not kept."""
        path = self.path(index)
        if not path.exists():
            return None
        with np.load(path) as kept:
            legs, lost = (
                {name.removeprefix(what): kept[name] for name in kept.files if name[:4] == what[:4]}
                for what in ("leg_", "lost_")
            )
            told = json.loads(str(kept["labels"]))
        labels = tuple(Label.from_dict(one) for one in told)
        return Call(self.batch.seed, index, self.batch.split, legs, lost, labels, {})


def write_whole(path: Path, **arrays: np.ndarray) -> None:
    """Write arrays so that an interruption leaves no half of a file."""
    part = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    np.savez(part, **arrays)
    part.replace(path)
