"""A plan of tones as plain values and back, for states that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from securecall.fraud.json_values import told_of
from securecall.fraud.tones import Cadence, Limits, Span, Step, Tone, TonePlan
from securecall.fraud.tones import plan as plan_of

__all__ = ["plan_told", "told_plan"]


def told_plan(plan: TonePlan | str | None) -> Any:
    """Return a plan as JSON takes it: its name, if it is one of the package."""
    return told_of(plan) if isinstance(plan, TonePlan) else plan


def plan_told(told: Any) -> TonePlan | str | None:
    """Return what `told_plan` was given."""
    if not isinstance(told, Mapping):
        return told if told is None else plan_of(told).name
    return TonePlan(told["name"], told["title"], tuple(_tone(each) for each in told["tones"]))


def _tone(told: Mapping[str, Any]) -> Tone:
    cadences = tuple(
        Cadence(**{**each, "steps": tuple(_step(step) for step in each["steps"])})
        for each in told["cadences"]
    )
    return Tone(**{**told, "cadences": cadences, "limits": Limits(**told["limits"])})


def _step(told: Mapping[str, Any]) -> Step:
    return Step(tuple(told["frequencies_hz"]), Span(**told["on"]), Span(**told["pause"]))
