"""Noise anomalies: noise, hum or a tone that was not there, and stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.recurrent import network

__all__ = ["NoiseAnomaly"]


@dataclass(slots=True)
class NoiseAnomaly(ByEvidence):
    """Finds that the outside leg's noise has risen, or that something is laid over it.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "noise_anomaly"
    alert_log_odds: ClassVar[float] = network().kinds["noise_anomaly"].alert
