"""What a network learns from a call: its half seconds in order, and what each of them shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.evidence.changes import Changes
from benchmarks.evidence.limits import KINDS
from benchmarks.evidence.places import places
from benchmarks.evidence.targets import CONFUSED_WEIGHT, confused, targets
from securecall.fraud.bench.label import Label

#: A stratum is a lesson beside only if it happens so often: once teaches nothing.
LEAST_OFTEN: Final = 3
#: It is heard from so long after its beginning until so long after its end.
HEARD_AFTER_S, REMEMBERED_S = 0.5, 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A call as a network takes it: a row for every half second, a column for every kind.

    ``places`` and ``blocks`` go in, ``shows`` is to come out, ``weight`` says how much that counts;
    ``beside`` is what happens, innocent or not: who has to know that takes less for something else.
    """

    places: np.ndarray
    blocks: np.ndarray
    shows: np.ndarray
    weight: np.ndarray
    beside: np.ndarray


def stratum(label: Label) -> str:
    """Return what a lesson beside is called."""
    return f"{label.kind}/{label.stratum}"


def strata(calls: Sequence[Changes]) -> tuple[str, ...]:
    """Return what happens often enough to be learnt beside, in order."""
    often = Counter(stratum(label) for changes in calls for label in changes.happened())
    return tuple(sorted(name for name, count in often.items() if count >= LEAST_OFTEN))


def happening(changes: Changes, names: Sequence[str]) -> np.ndarray:
    """Return for each half second which strata happen."""
    found = np.zeros((len(changes.at_s), len(names)), bool)
    for label in changes.happened():
        if stratum(label) in names:
            last_s = max(label.end_s, label.evident_s) + REMEMBERED_S
            within = changes.within(label.start_s + HEARD_AFTER_S, last_s)
            found[within, names.index(stratum(label))] = True
    return found


def lesson(changes: Changes, knots: Sequence[np.ndarray], names: Sequence[str]) -> Lesson:
    """Return what is learnt from a call; another kind of the family teaches with less weight."""
    shows, weights = [], []
    for kind in KINDS:
        is_so, counts = targets(changes, kind)
        shows.append(is_so)
        weights.append(counts * np.where(~is_so & confused(changes, kind), CONFUSED_WEIGHT, 1.0))
    return Lesson(
        places(changes.values, knots), changes.blocks.astype(np.float16), np.stack(shows, 1),
        np.stack(weights, 1).astype(np.float16), happening(changes, names),
    )  # fmt: skip
