"""Multi-frequency signals: two tones out of six, R1 (Bell) and R2 forward and backward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from securecall.errors import InputError

__all__ = ["SYSTEMS", "System"]


@dataclass(frozen=True, slots=True)
class System:
    """Six tones, and what each pair of them means.

    Attributes
    ----------
    pairs_hz : mapping of str to (float, float)
        By signal; the lower tone first.
    """

    pairs_hz: Mapping[str, tuple[float, float]]

    def frequencies_hz(self, signal: str) -> tuple[float, float]:
        """Return the two tones of a signal.

        Raises
        ------
        InputError
            There is no such signal.
        """
        try:
            return self.pairs_hz[signal]
        except KeyError:
            known = " ".join(self.pairs_hz)
            raise InputError(f"a signal is one of {known}, not {signal!r}") from None


def _system(tones_hz: tuple[int, ...], signals: str) -> System:
    # Signals stand in the order of the pairs 0+1, 0+2, 1+2, 0+3, 1+3, 2+3, ...
    places = sorted(combinations(range(len(tones_hz)), 2), key=lambda pair: (pair[1], pair[0]))
    pairs = [tuple(sorted((tones_hz[one], tones_hz[other]))) for one, other in places]
    return System(
        {name: (low, high) for name, (low, high) in zip(signals.split(), pairs, strict=True)}
    )


# R1: ITU-T Q.320, table 1; its signals by the names of North American trunks. R2: Q.441, table 5;
# backward signals count from the highest tone down.
SYSTEMS: Final[Mapping[str, System]] = {
    "r1": _system((700, 900, 1100, 1300, 1500, 1700), "1 2 3 4 5 6 7 8 9 0 ST3P STP KP KP2 ST"),
    "r2_forward": _system(
        (1380, 1500, 1620, 1740, 1860, 1980), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"
    ),
    "r2_backward": _system((1140, 1020, 900, 780, 660, 540), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"),
}
