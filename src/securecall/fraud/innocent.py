"""Innocent explanations: what else may be behind what a detector has found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from securecall.fraud.cues import Heard
from securecall.fraud.finding import Finding

__all__ = ["explain", "muted"]

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


DEAD_SHARE: Final = 0.3
DEAD_DB: Final = -22.0
"""A line that was held keeps some noise, 4 to 16 dB less than before; one that is cut has none."""
FLASH_S: Final = 5.0
RETURN_S: Final = 3.0


def muted(change: Heard) -> bool:
    """Return whether an interruption is what a mute button does: nothing at all, and no flash.

    A leg that is cut without a click may be held, too; while it lasts nothing tells the one from
    the other, and muting is the more frequent by far.

    Parameters
    ----------
    change : Heard
        Of kind ``change``.

    Source
    ------
    own; docs/fraud.md.
    """
    if not change.number("kind"):
        return False
    dead = change.number("run_dead") >= DEAD_SHARE or change.number("run_floor_db") < DEAD_DB
    flashed = change.number("lead_flash_s") <= FLASH_S or (
        change.number("kind") == 1 and change.number("tail_flash_s") <= RETURN_S
    )
    return dead and not flashed
