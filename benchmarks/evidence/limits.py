"""From judged calls to the limits of a kind, and to the probability that a report is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np

from benchmarks.evidence.judging import Judged
from securecall.errors import InputError

#: False alarms an hour at which the engine begins to tell a kind.
TOLD_PER_HOUR: Final = 2.0
#: What lies so far beyond the strongest false alarm may end a call.
CERTAIN_BEYOND: Final = 0.5
#: More than any change has: nothing of such a kind ends a call.
NEVER: Final = 99.0
RATES_PER_HOUR: Final = (0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a kind is to cost: false alarms an hour of its alerts; whether it may end a call."""

    alert_per_hour: float
    disconnects: bool = False


#: In the order in which the engine has them.
KINDS: Final[Mapping[str, Wanted]] = {
    "three_way": Wanted(0.05, disconnects=True),
    "call_forwarding": Wanted(0.05),
    "line_switch": Wanted(0.3),
    "noise_anomaly": Wanted(0.2),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The first line of a kind in the package's file."""

    told: float
    alert: float
    disconnect: float
    slope: float
    shift: float
    first: int = 0
    stop: float = -99.0

    def probability(self, log_odds: float) -> float:
        return 1.0 / (1.0 + exp(-(self.slope * log_odds + self.shift)))

    def line(self, kind: str) -> str:
        return (
            f"kind,{kind},{self.told:.4f},{self.alert:.4f},{self.disconnect:.4f},"
            f"{self.slope:.5f},{self.shift:.5f},{self.first},{self.stop:.4f}"
        )


def calibrated(right: Sequence[float], wrong: Sequence[float]) -> tuple[float, float]:
    """Return slope and shift of the logistic curve through right and wrong reports.

    Newton's method on the likelihood, with a little weight on a flat curve so that reports that
    can be told apart for sure do not make an endless slope. Platt, Probabilistic outputs for
    support vector machines, in Advances in Large Margin Classifiers (1999), p. 61.
    """
    odds = np.array([*right, *wrong])
    truth = np.array([1.0] * len(right) + [0.0] * len(wrong))
    inputs = np.stack([odds, np.ones_like(odds)], 1)
    curve = np.zeros(2)
    for _ in range(200):
        told = 1 / (1 + np.exp(-np.clip(inputs @ curve, -30, 30)))
        slope = inputs.T @ (truth - told) - np.array([0.01 * curve[0], 0.0])
        bend = (inputs * (told * (1 - told))[:, None]).T @ inputs + 0.01 * np.eye(2)
        curve = curve + np.linalg.solve(bend, slope)
    return float(curve[0]), float(curve[1])


def levels(whole: Judged) -> tuple[float, float, float]:
    """Return from what log odds on a kind is told, is an alert, and may end a call."""
    wanted = KINDS[whole.kind]
    told = whole.limit(TOLD_PER_HOUR)
    # Who is cut off over another kind is cut off wrongly.
    wrongs = (*whole.alarms, *whole.confusions)
    strongest = max((alarm.log_odds for alarm in wrongs), default=0.0)
    alert = max(told, whole.limit(wanted.alert_per_hour))
    return told, alert, strongest + CERTAIN_BEYOND if wanted.disconnects else NEVER


def limits(natural: Judged, whole: Judged) -> Limits:
    """Return the limits of a kind.

    Parameters
    ----------
    natural : Judged
        Of the calls in which all happens as often as it does: reports are calibrated on them.
    whole : Judged
        Of all calls.

    Raises
    ------
    InputError
        Strong reports are right no more often than weak ones.
    """
    told, alert, disconnect = levels(whole)
    right = [chance.log_odds for chance in natural.chances if chance.log_odds >= told]
    wrong = [alarm.log_odds for alarm in natural.false(told)]
    wrong += [alarm.log_odds for alarm in natural.confusions if alarm.log_odds >= told]
    if not wrong:
        raise InputError(
            f"{whole.kind}: in {natural.hours:.1f} h no report is false, so nothing says how often"
            " one is right: more calls"
        )
    slope, shift = calibrated(right, wrong)
    if slope <= 0:
        raise InputError(
            f"{whole.kind}: of {len(right)} right and {len(wrong)} false reports the strong ones"
            " are right no more often than the weak: more calls"
        )
    return Limits(told, alert, disconnect, slope, shift)


def curve(found: Judged, chosen: Limits) -> list[str]:
    """Return the lines of a kind in the file of operating points."""
    return [
        f"{found.kind},{rate:g},{chosen.probability(found.limit(rate)):.4g}"
        for rate in RATES_PER_HOUR
    ]
