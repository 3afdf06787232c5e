"""How often a report is right, by what a detector would tell of calls that no tree has seen.

The strongest change of a happening says more than the first that is told of it. So limits are made
of the strongest, and probabilities of what is told: the first change beyond a limit, and then
nothing for as long as a detector is quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.evidence.calls import Batch
from benchmarks.evidence.changes import Changes
from benchmarks.evidence.judging import APART_S
from benchmarks.evidence.limits import calibrated
from benchmarks.evidence.targets import confused, innocent
from benchmarks.evidence.trees import weighed
from securecall.errors import InputError
from securecall.fraud.forest import Kind


def told(kind: str, changes: Changes, odds: np.ndarray, limit: float) -> list[tuple[float, bool]]:
    """Return log odds and rightness of what a detector tells of a call from a limit on.

    What is late, or allowed, is neither right nor wrong, and left out.
    """
    right = np.zeros(len(odds), bool)
    for label in changes.happened():
        if label.kind == kind:
            right |= changes.within(label.first_s, label.last_s)
    wrong = innocent(changes, kind) | confused(changes, kind)
    made: list[tuple[float, bool]] = []
    quiet_s = -APART_S
    for row in np.flatnonzero(odds >= limit):
        at_s = float(changes.at_s[row])
        if at_s < quiet_s + APART_S:
            continue
        quiet_s = at_s
        if right[row] or wrong[row]:
            made.append((float(odds[row]), bool(right[row])))
    return made


def recalibrated(kind: Kind, calls: Sequence[tuple[Batch, Changes]]) -> Kind:
    """Return a kind whose probabilities are those of what is told of natural calls.

    Its own limit and that from which on the engine tells anything count alike.

    Raises
    ------
    InputError
        Too few reports, or strong ones are right no more often than weak ones.
    """
    reports: list[tuple[float, bool]] = []
    for batch, changes in calls:
        if batch.natural:
            odds = weighed(kind.trees, changes.values)
            for limit in (kind.told, kind.alert):
                reports += told(kind.name, changes, odds, limit)
    right = [odds for odds, is_so in reports if is_so]
    wrong = [odds for odds, is_so in reports if not is_so]
    if not right or not wrong:
        raise InputError(f"{kind.name}: {len(right)} right and {len(wrong)} wrong: more calls")
    slope, shift = calibrated(right, wrong)
    if slope <= 0:
        raise InputError(f"{kind.name}: strong reports are right no more often: more calls")
    return replace(kind, slope=slope, shift=shift)


def exchanged(text: str, kinds: Sequence[Kind]) -> str:
    """Return a file of trees with other slopes and shifts."""
    new = {each.name: each for each in kinds}
    lines = []
    for line in text.splitlines():
        words = line.split(",")
        if words[0] == "kind":
            words[5:7] = [f"{new[words[1]].slope:.5f}", f"{new[words[1]].shift:.5f}"]
        lines.append(",".join(words))
    return "\n".join(lines) + "\n"
