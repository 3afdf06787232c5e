"""Line switches: the call goes on through another line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.recurrent import network

__all__ = ["LineSwitch"]


@dataclass(slots=True)
class LineSwitch(ByEvidence):
    """Finds that codec, bandwidth, noise, level or echo of the outside leg are others.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "line_switch"
    alert_log_odds: ClassVar[float] = network().kinds["line_switch"].alert
