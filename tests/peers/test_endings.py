"""How calls end, as SIPp and Kamailio say it: the reason, the money, and the proxy's records."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import pytest
from tests.harris import steps, text
from tests.peers.conftest import Started
from tests.peers.cutting import proxy_log
from tests.peers.exchange import Exchange
from tests.peers.placing import attempt, micros, placed
from tests.peers.scripts import write_wav

from securecall import Ledger, Tariff
from securecall.rating import records

REASONS: Final = {
    "busy": "busy",
    "declined": "refused",
    "congested": "network_failure",
    "unanswered": "no_answer",
    "hangs_up": "completed_callee_hangup",
    "nowhere": "invalid_number",
    "attorney": "completed_caller_hangup",
}
NUMBERS: Final = {name: f"+171355503{place:02}" for place, name in enumerate(REASONS)}
#: A micro-dollar a millisecond.
TARIFF: Final = text(steps((0, "0.06", 60_000, 1)))


@pytest.fixture(scope="module")
def calls(exchange: Exchange, started: Started) -> dict[str, dict[str, Any]]:
    """Place one call after the other from a telephone; return what the host kept of each."""
    folder = started.folder
    (folder / "tariff.toml").write_text(TARIFF, encoding="utf-8")
    url = f"sqlite:///{folder}/ledger.db"
    at = time.time_ns() // 1_000_000 - 60_000
    with Ledger.open(url) as ledger:
        ledger.open_account("fam", kind="prepaid", at=at, request_id="o")
        ledger.deposit("fam", "1.00", at=at, request_id="d")
    hum = np.full(8000 * 5, 300, np.int16) * np.sign(np.sin(np.arange(8000 * 5) / 8)).astype(int)
    sound = write_wav(folder / "hum.wav", hum)
    for name in ("busy", "declined", "congested", "unanswered", "hangs_up"):
        started.answering(NUMBERS[name], name)
    started.number(NUMBERS["attorney"], sound)
    [telephone] = started.telephones([sound], "terminal")
    plan = {
        "ledger": url, "tariff": str(folder / "tariff.toml"), "out": str(folder / "calls.jsonl"),
        "facility": {"id": "f", "timezone": "America/Chicago"},
        "prompts": {"ring_ms": 1500}, "privileged": [NUMBERS["attorney"]],
        "recordings": str(exchange.recordings),
        "telephones": {
            telephone: [
                {
                    "attempt": attempt(name, number, account="fam"),
                    "wishes": [{"after_ms": 1200, "ask": {"do": "hangup"}}]
                    if name == "attorney" else [],
                }
                for name, number in NUMBERS.items()
            ]
        },
    }  # fmt: skip
    return {each["call"]: each for each in placed(folder, plan, limit_s=40)}


@pytest.mark.parametrize("name", REASONS)
def test_each_end_has_its_reason(calls: dict[str, dict[str, Any]], name: str) -> None:
    assert calls[name]["record"]["reason"] == REASONS[name], calls[name]


def test_only_talk_costs_money(
    calls: dict[str, dict[str, Any]], exchange: Exchange, started: Started
) -> None:
    for name, call in calls.items():
        record = call["record"]
        assert micros(record["total"]) == record["duration_ms"], name
        assert (record["duration_ms"] > 0) == (name in ("hangs_up", "attorney")), name
    with Ledger.open(f"sqlite:///{started.folder}/ledger.db") as ledger:
        spent = sum(micros(call["record"]["total"]) for call in calls.values())
        assert int(ledger.balance("fam").posted * 1_000_000) == 1_000_000 - spent


def test_the_proxys_records_come_to_the_same(
    calls: dict[str, dict[str, Any]], exchange: Exchange, started: Started
) -> None:
    ids = {call["sip_call_id"]: name for name, call in calls.items()}
    log = proxy_log(exchange, started.folder, [calls["attorney"]["sip_call_id"]])
    imported = records.read(log, "kamailio_acc", facility="f")
    rated = Tariff.loads(TARIFF).rate_batch(imported.calls).to_pylist()
    found = {ids[row["call_id"]]: row for row in rated if row["call_id"] in ids}
    assert set(found) == set(calls)
    for name, row in found.items():
        record = calls[name]["record"]
        if record["duration_ms"] == 0:
            # Kamailio writes a call record of no duration for a call that nobody answered.
            assert row["status"] == "unanswered", name
            continue
        assert row["status"] == "ok"
        # Two programs saw the same call, each when it came to it: a millisecond is a micro-dollar.
        assert abs(row["duration_ms"] - record["duration_ms"]) <= 500, name
        assert int(row["total"] * 1_000_000) == row["duration_ms"]


def test_nothing_of_a_call_with_an_attorney_is_written_down(
    calls: dict[str, dict[str, Any]], exchange: Exchange
) -> None:
    call = calls["attorney"]
    record = call["record"]
    assert (record["privileged"], record["monitored"], record["recorded"]) == (True, False, False)
    assert record["events"] == []
    assert list(exchange.recordings.rglob(f"*{call['sip_call_id']}*")) == []
    assert list(exchange.recordings.rglob(f"*{calls['hangs_up']['sip_call_id']}*")) != []
