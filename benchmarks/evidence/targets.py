"""What the trees are to say of each change: that it shows a kind, that it does not, or nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.evidence.changes import NAMES, Changes

#: A change is told at the end of half a second: it shows something new from then on.
SHOWS_AFTER_S: Final = 0.4
#: Of what is no fraud so much is learnt from; of changes without an interruption less again.
SHARE: Final = 0.35
#: What another kind of the same family teaches, by weight.
CONFUSED_WEIGHT: Final = 0.3
KIND: Final = NAMES.index("kind")
#: Strata that the trees are to find; the others of these kinds are found by their tones.
TAUGHT: Final = {"call_forwarding": ("silent_transfer",)}


def targets(changes: Changes, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return for each change whether it shows the kind, and whether it is to be learnt from.

    It shows it from when it is evident until a report would come too late. Before, after, and in
    what tolerates the kind a detector could not be wrong, so nothing is learnt from that.
    """
    shows = np.zeros(len(changes.at_s), bool)
    counts = np.ones(len(changes.at_s), bool)
    for label in changes.happened():
        if kind in label.tolerated:
            counts &= ~changes.within(label.first_s, label.allowed_s(kind))
    for label in changes.happened():
        if label.kind == kind:
            counts &= ~changes.within(label.first_s, label.late_s)
            if label.stratum not in TAUGHT.get(kind, (label.stratum,)):
                continue
            evident = changes.within(label.evident_s + SHOWS_AFTER_S, label.last_s)
            shows |= evident
            counts |= evident
    return shows, counts


def innocent(changes: Changes, kind: str) -> np.ndarray:
    """Return the changes at which a report of the kind would be a false alarm."""
    free = np.ones(len(changes.at_s), bool)
    for label in changes.happened():
        if label.kind == kind:
            free &= ~changes.within(label.first_s, label.late_s)
        elif label.confused_with(kind):
            free &= ~changes.within(label.first_s, label.late_s)
        elif kind in label.tolerated:
            free &= ~changes.within(label.first_s, label.allowed_s(kind))
    return free


def confused(changes: Changes, kind: str) -> np.ndarray:
    """Return the changes of another kind that may be taken for this one: they teach less."""
    taken = np.zeros(len(changes.at_s), bool)
    for label in changes.happened():
        if label.confused_with(kind):
            taken |= changes.within(label.first_s, label.late_s)
    for label in changes.happened():
        if label.kind == kind:
            taken &= ~changes.within(label.first_s, label.late_s)
        elif kind in label.tolerated:
            taken &= ~changes.within(label.first_s, label.allowed_s(kind))
    return taken


def sampled(changes: Changes, kind: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows that are learnt from, what they show and their weight; the same for a seed."""
    shows, counts = targets(changes, kind)
    random = np.random.default_rng((seed, changes.index))
    some = random.random(len(shows)) < SHARE
    fewer = random.random(len(shows)) < SHARE
    chosen = counts & (shows | (some & ((changes.values[:, KIND] > 0) | fewer)))
    weight = np.where(~shows & confused(changes, kind), CONFUSED_WEIGHT, 1.0)
    return changes.values[chosen], shows[chosen], weight[chosen]
