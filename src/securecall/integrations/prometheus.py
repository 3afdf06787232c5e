"""Counters for Prometheus: ``tell(call.record, prometheus_counters())``; see docs/counters.md."""

from __future__ import annotations

from typing import Any

from securecall.integrations.counting import COUNTERS, Add

__all__ = ["prometheus_counters"]


def prometheus_counters(registry: Any = None) -> Add:
    """Make the counters; return what adds to them.

    Parameters
    ----------
    registry : prometheus_client.CollectorRegistry, optional
        Prometheus' own, unless another is given.

    Source
    ------
    own; docs/counters.md.
    """
    from prometheus_client import REGISTRY, Counter

    where = REGISTRY if registry is None else registry
    made = {
        name: Counter(name, counter.about, counter.labels, registry=where)
        for name, counter in COUNTERS.items()
    }

    def add(name: str, amount: float, labels: dict[str, str]) -> None:
        (made[name].labels(**labels) if labels else made[name]).inc(amount)

    return add
