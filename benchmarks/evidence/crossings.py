"""How often a report of the network is right, by where it first crosses a limit.

What goes on grows more certain while it lasts, but it is reported when it begins to be: so the
probability of a report is that of log odds at a first crossing, of the limit of an alert and of
lower ones, since who allows more false alarms has reports from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.evidence.calls import Batch
from benchmarks.evidence.changes import NAMES, Changes
from benchmarks.evidence.judging import AFTER_S, APART_S, BEFORE_S, Judged, judged
from benchmarks.evidence.limits import Limits, calibrated, levels
from benchmarks.evidence.targets import confused, innocent
from securecall.errors import InputError
from securecall.fraud.detectors import CallForwarding, LineSwitch, NoiseAnomaly, ThreeWay
from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.innocent import EXPLAINED

#: The limit of an alert counts twice, as most listen there.
BELOW_ALERT: Final = (0.0, 0.0, 1.2, 2.4)
#: A steeper curve than this is one of too few reports.
LEAST_SLOPE: Final = 0.05
#: No limit of any kind is as low.
HARDLY: Final = -6.0
NOWHERE: Final = -99.0
DETECTORS: Final[dict[str, type[ByEvidence]]] = {
    each.kind: each for each in (ThreeWay, CallForwarding, LineSwitch, NoiseAnomaly)
}
#: What `innocent.explain` keeps back, so that it is no report.
ANSWERED: Final = "call_waiting_answered"


def explained(changes: Changes, kind: str) -> np.ndarray:
    """Return the half seconds of which call waiting that is answered explains a kind."""
    made = np.zeros(len(changes.at_s), bool)
    if kind in EXPLAINED:
        for label in changes.happened():
            if label.stratum == ANSWERED:
                made |= changes.within(label.start_s - BEFORE_S, label.end_s + AFTER_S)
    return made


def measurable(kind: str, changes: Changes, odds: np.ndarray) -> np.ndarray:
    """Return log odds, and no chance where the detector of the kind finds nothing to measure."""
    made = odds.copy()
    for row in np.flatnonzero(odds >= HARDLY):
        values = dict(zip(NAMES, changes.values[row].tolist(), strict=True))
        if not DETECTORS[kind].is_there(values.__getitem__):
            made[row] = NOWHERE
    return made


def crossings(
    kind: str, changes: Changes, odds: np.ndarray, limit: float
) -> list[tuple[float, bool]]:
    """Return log odds and rightness of the reports of a call from a limit on.

    A late report is right: what it tells is so. What is allowed is neither right nor wrong.
    """
    right = np.zeros(len(odds), bool)
    for label in changes.happened():
        if label.kind == kind:
            right |= changes.within(label.first_s, label.late_s)
    wrong = innocent(changes, kind) | confused(changes, kind)
    made: list[tuple[float, bool]] = []
    quiet_s = -APART_S
    for row in np.flatnonzero((odds >= limit) & ~explained(changes, kind)):
        at_s = float(changes.at_s[row])
        if at_s < quiet_s + APART_S:
            continue
        quiet_s = at_s
        if right[row] or wrong[row]:
            made.append((float(odds[row]), bool(right[row])))
    return made


def reported(judged: Judged) -> Judged:
    """Return what was judged without alarms that call waiting explains."""
    if judged.kind not in EXPLAINED:
        return judged
    return replace(judged, alarms=tuple(one for one in judged.alarms if one.near != ANSWERED))


def bounded(
    kind: str, calls: Sequence[tuple[Batch, Changes]], odds: Sequence[np.ndarray]
) -> tuple[Limits, Judged, Judged]:
    """Return a kind's limits, and how it was judged on natural calls and on all.

    Raises
    ------
    InputError
        Too few reports are wrong, or right, to say how often one is.
    """
    odds = [measurable(kind, call[1], mine) for call, mine in zip(calls, odds, strict=True)]
    pairs = [(call, mine) for call, mine in zip(calls, odds, strict=True) if call[0].natural]
    natural = reported(judged(kind, [call for call, _ in pairs], [mine for _, mine in pairs]))
    whole = reported(judged(kind, calls, odds))
    told, alert, disconnect = levels(whole)
    reports = [
        report
        for below in BELOW_ALERT
        for (_, changes), mine in pairs
        for report in crossings(kind, changes, mine, alert - below)
    ]
    right = [strength for strength, is_so in reports if is_so]
    wrong = [strength for strength, is_so in reports if not is_so]
    if not right or not wrong:
        raise InputError(f"{kind}: {len(right)} right and {len(wrong)} wrong: more calls")
    slope, shift = calibrated(right, wrong)
    return Limits(told, alert, disconnect, max(slope, LEAST_SLOPE), shift), natural, whole
