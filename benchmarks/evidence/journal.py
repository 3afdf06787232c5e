"""The journal of a batch: a file of rows for each call, so that what was stopped goes on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from benchmarks.evidence.calls import Batch, write_whole
from benchmarks.evidence.changes import NAMES, Changes, listening
from securecall import _cues
from securecall.errors import InputError
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.run import EDITION
from securecall.fraud.recurrent import BLOCK

HEAD = "about.json"


def head_of(batch: Batch) -> dict[str, object]:
    """Return what rows depend on: other calls, another engine or other numbers are other rows."""
    engine = hashlib.sha256(Path(_cues.__file__).read_bytes()).hexdigest()[:16]
    return {
        "edition": EDITION, "seed": batch.seed, "split": batch.split, "kinds": list(batch.kinds),
        "call_s": batch.call_s, "otherwise": batch.otherwise,
        "recordings": batch.simulator().corpora.digest(),
        "voices": [f"{one.name} {len(one.clips)}" for one in batch.speakers()],
        "engine": engine, "hearing": listening().digest.hex(),
        "numbers": [*NAMES, *(f"block_{number}" for number in range(BLOCK))],
    }  # fmt: skip


class Journal:
    """Rows of a batch's calls in a folder.

    Raises
    ------
    InputError
        What lies there is of other calls, another engine or other numbers.
    """

    def __init__(self, folder: Path, batch: Batch) -> None:
        self.folder = folder / batch.name
        self.batch = batch
        head = head_of(batch)
        path = self.folder / HEAD
        if path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            other = [name for name in head if told.get(name) != head[name]]
            if other:
                raise InputError(
                    f"{self.folder} has rows of another run: its {other[0]} differs; remove it, or"
                    " name another folder"
                )
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(head, indent=1) + "\n", encoding="utf-8")

    def path(self, index: int) -> Path:
        return self.folder / f"{index:05d}.npz"

    def waiting(self) -> list[int]:
        """Return the numbers of the calls that are still to be heard."""
        return [index for index in range(self.batch.count) if not self.path(index).exists()]

    def add(self, changes: Changes) -> None:
        """Write a call's rows down."""
        labels = json.dumps([label.as_dict() for label in changes.labels])
        write_whole(
            self.path(changes.index), seconds=np.array(changes.seconds), labels=np.array(labels),
            at_s=changes.at_s, values=changes.values, blocks=changes.blocks,
        )  # fmt: skip

    def changes(self, index: int) -> Changes:
        """Read a call's rows."""
        with np.load(self.path(index)) as kept:
            labels = tuple(Label.from_dict(one) for one in json.loads(str(kept["labels"])))
            return Changes(
                index, float(kept["seconds"]), labels, kept["at_s"], kept["values"], kept["blocks"]
            )  # fmt: skip

    def all(self) -> list[Changes]:
        """Read all of the batch, in the order of the calls."""
        return [self.changes(index) for index in range(self.batch.count)]
