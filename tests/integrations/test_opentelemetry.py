"""Counters for OpenTelemetry."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from securecall.integrations.counting import tell
from securecall.integrations.opentelemetry import otel_counters
from securecall.testing import SmallJail


def test_counters_are_what_a_reader_collects() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    jail = SmallJail()
    jail.open_account("fam-1", "1.00")
    call = jail.call("fam-1").talk(seconds=90).hang_up()
    tell(call.record, otel_counters(provider))
    data: Any = reader.get_metrics_data()
    metrics = {
        metric.name: metric.data.data_points[0]
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }
    assert metrics["securecall.calls"].value == 1
    assert metrics["securecall.calls"].attributes["reason"] == "completed_caller_hangup"
    assert metrics["securecall.call_seconds"].value == 90
    provider.shutdown()
