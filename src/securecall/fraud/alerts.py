"""Alerts of call waiting that a monitor hears beside the tones of its plan."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from securecall.fraud.tone_files import parse_plan
from securecall.fraud.tones import Tone, TonePlan
from securecall.fraud.tones import plan as plan_of

__all__ = ["with_alerts"]

ALERTS: Final = "data/monitor/alerts.toml"


@cache
def _alerts() -> tuple[Tone, ...]:
    text = files("securecall.fraud").joinpath(ALERTS).read_text(encoding="utf-8")
    return parse_plan(text, file=ALERTS).tones


def with_alerts(plan: Any) -> Any:
    """Return a plan with alerts of other networks, those that it has itself left out.

    Whatever is no plan, None among it, is returned as it is.

    Raises
    ------
    InputError
        There is no plan of this name.

    Source
    ------
    ``data/monitor/alerts.toml``, which names the source of every tone.

    Examples
    --------
    >>> from securecall.fraud.alerts import with_alerts
    >>> [tone.name for tone in with_alerts("north_america")][-2:]
    ['call_waiting_cellular', 'call_waiting_uk']
    """
    if isinstance(plan, str):
        plan = plan_of(plan)
    if not isinstance(plan, TonePlan):
        return plan
    there = {tone.name for tone in plan}
    more = tuple(tone for tone in _alerts() if tone.name not in there)
    return TonePlan(plan.name, plan.title, plan.tones + more)
