"""Innocent explanations: what else may be behind what a detector has found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from securecall.fraud.cues import Heard
from securecall.fraud.finding import Finding

__all__ = ["explain"]

WAITING_MS: Final = 8000.0
"""Somebody answers a waiting call so soon, or not at all. Source: own, fraud.bench."""

EXPLAINED: Final = ("three_way", "line_switch", "noise_anomaly")


def explain(finding: Finding, recent: Sequence[Heard]) -> Finding | None:
    """Return a finding in the light of what was heard before it.

    Call waiting that is answered breaks the line, holds it and comes back, as a three-way call
    does: what begins soon behind its tone is explained by it, and not told. The tone itself is an
    event.

    Parameters
    ----------
    finding : Finding
    recent : sequence of Heard
        What was heard in the last minute.

    Source
    ------
    own; docs/fraud.md.
    """
    if finding.kind not in EXPLAINED:
        return finding
    for item in reversed(recent):
        event = item.event
        if event is None or event.ended or not event.detail.startswith("call_waiting"):
            continue
        since_ms = finding.start_ms - event.start_ms
        if item.leg == finding.leg and 0 <= since_ms <= WAITING_MS:
            return None
    return finding
