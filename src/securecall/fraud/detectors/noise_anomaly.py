"""Noise anomalies: noise, hum or a tone that was not there, and stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.recurrent import network

__all__ = ["NoiseAnomaly"]


BANDS: Final = tuple(
    f"floor_{edge}_db" for edge in (0, 250, 750, 1500, 2250, 2750, 3250, 3750)
)  # fmt: skip
RISE_DB: Final = 3.0
"""A band or a floor that rose by less has not risen. Source: own; a floor of a second's pauses is
known to about 1 dB."""

BANDS_LEAST: Final = 4
QUIETS_MOST: Final = 3
"""What rises in fewer of the bands, and was seen in so few half seconds, may be a voice that hums
below a loud line's noise. Source: own; docs/decisions/0302-other-lines.md."""

TONAL: Final = 0.5
"""Where lines make up so much of the frames it is a tone or hum, which has one or two bands."""


@dataclass(slots=True)
class NoiseAnomaly(ByEvidence):
    """Finds that the outside leg's noise has risen, or that something is laid over it.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "noise_anomaly"
    alert_log_odds: ClassVar[float] = network().kinds["noise_anomaly"].alert

    @classmethod
    def is_there(cls, number: Callable[[str], float]) -> bool:
        """Return whether some noise has risen that is not a moment of a few bands.

        Source
        ------
        own; docs/decisions/0302-other-lines.md.
        """
        quiets = number("quiets_after")
        if number("tonal_after") >= TONAL or quiets < 1:
            return True
        rises = [number(band) for band in BANDS]
        if max(*rises, number("floor_db")) < RISE_DB:
            return False
        return quiets > QUIETS_MOST or sum(rise >= RISE_DB for rise in rises) >= BANDS_LEAST
