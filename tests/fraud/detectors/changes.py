"""Cues of change as the engine tells them, made by hand: what trees said of them, at a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from securecall.fraud.cues import VALUES, Heard
from securecall.fraud.forest import evidence

__all__ = ["CALL", "change"]

CALL: Any = SimpleNamespace(legs=("called", "calling"), answered_ms=0.0, ringing_ms=None)
NAMES = VALUES["change"]


def change(at_ms: float, leg: str = "called", **told: float) -> Heard:
    """Return a cue; of a kind's name comes its log odds, of a number's its value, the rest is 0."""
    values = [told.pop(name, 0.0) for name in NAMES]
    scores = [told.pop(kind, -9.0) for kind in evidence().kinds]
    assert not told
    return Heard(at_ms, leg, "change", at_ms - 4000, values=(*values, *scores))
