"""Counters for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from securecall.integrations.counting import tell
from securecall.integrations.prometheus import prometheus_counters
from securecall.testing import SmallJail


def test_counters_are_what_a_scrape_reads() -> None:
    registry = CollectorRegistry()
    add = prometheus_counters(registry)
    jail = SmallJail()
    jail.open_account("fam-1", "1.00")
    for _ in range(2):
        call = jail.call("fam-1").talk(seconds=90).hang_up()
        tell(call.record, add)
    add("securecall_posted_dollars", 0.5, {})
    page = generate_latest(registry).decode()
    labels = 'facility="tx-test",reason="completed_caller_hangup",status="ok"'
    assert f"securecall_calls_total{{{labels}}} 2.0" in page
    assert 'securecall_call_seconds_total{facility="tx-test"} 180.0' in page
    assert "securecall_posted_dollars_total 0.5" in page
