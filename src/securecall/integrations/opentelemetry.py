"""Counters for OpenTelemetry: ``tell(call.record, otel_counters())``; see docs/counters.md."""

from __future__ import annotations

from typing import Any

from securecall.integrations.counting import COUNTERS, Add

__all__ = ["otel_counters"]


def otel_counters(provider: Any = None) -> Add:
    """Make the counters; return what adds to them.

    Parameters
    ----------
    provider : opentelemetry.metrics.MeterProvider, optional
        The one that the process has set, unless another is given.

    Source
    ------
    own; docs/counters.md.
    """
    from opentelemetry.metrics import get_meter

    meter = get_meter("securecall", meter_provider=provider)
    made = {
        name: meter.create_counter(name.replace("_", ".", 1), description=counter.about)
        for name, counter in COUNTERS.items()
    }

    def add(name: str, amount: float, labels: dict[str, str]) -> None:
        made[name].add(amount, labels)

    return add
