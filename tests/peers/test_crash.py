"""The host is killed in mid-call, and the telephones talk on; then it comes back.

One of two calls is settled as of the host's last proof of life, the other is taken up again and
ends where its money does. Each is charged once.
"""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from tests.harris import steps, text
from tests.peers.conftest import Started
from tests.peers.cutting import PACKET_MS
from tests.peers.exchange import Exchange
from tests.peers.packets import streams
from tests.peers.placing import attempt, micros, placed, start_host
from tests.peers.programs import wait_for
from tests.peers.scripts import write_wav

from securecall import Ledger
from securecall.ledger.heartbeat import last_alive_ms

#: A micro-dollar a millisecond, in increments of half a second.
TARIFF: Final = text(steps((0, "0.06", 60_000, 500)))
INCREMENT_MS: Final = 500
BEAT_MS: Final = 1_000
MONEY: Final = {"settled": "1.000000", "taken-up": "0.009000"}
NUMBERS: Final = {"settled": "+17135550401", "taken-up": "+17135550402"}


class Crashed:
    """What is known of both calls after the crash, and after the host has come back."""

    def __init__(self, folder: Path, exchange: Exchange, killed_ms: int, alive_ms: int) -> None:
        self.folder, self.exchange = folder, exchange
        self.killed_ms, self.alive_ms = killed_ms, alive_ms
        self.kept: dict[str, dict[str, Any]] = {}

    def ledger(self) -> Ledger:
        """Open the ledger."""
        return Ledger.open(f"sqlite:///{self.folder}/ledger.db")


@pytest.fixture(scope="module")
def crashed(exchange: Exchange, started: Started) -> Crashed:
    """Begin two calls, kill the host, let it come back twice."""
    folder = started.folder
    (folder / "tariff.toml").write_text(TARIFF, encoding="utf-8")
    url, at = f"sqlite:///{folder}/ledger.db", time.time_ns() // 1_000_000 - 60_000
    with Ledger.open(url) as ledger:
        for name, money in MONEY.items():
            ledger.open_account(name, kind="prepaid", at=at, request_id=f"o-{name}")
            ledger.deposit(name, money, at=at, request_id=f"d-{name}")
    hum = (1000 * np.sign(np.sin(np.arange(8000 * 30) / 4))).astype(np.int16)
    sound = write_wav(folder / "hum.wav", hum)
    for number in NUMBERS.values():
        started.number(number, sound)
    telephones = dict(zip(NUMBERS, started.telephones([sound] * 2), strict=True))
    plan = {
        "ledger": url, "tariff": str(folder / "tariff.toml"), "out": str(folder / "calls.jsonl"),
        "facility": {"id": "f", "timezone": "America/Chicago", "monitor": False},
        "host": "host-1", "heartbeat": str(folder / "heart"),
        "telephones": {
            telephones[name]: [{"attempt": attempt(name, number, account=name, place=place)}]
            for place, (name, number) in enumerate(NUMBERS.items())
        },
    }  # fmt: skip
    host = start_host(folder, plan)
    try:
        wait_for("both calls run", lambda: _running(url) == set(NUMBERS), limit_s=20)
        time.sleep(2.6)
        os.kill(host.process.pid, signal.SIGKILL)
        killed_ms = time.time_ns() // 1_000_000
        host.process.wait(5)
    finally:
        host.stop()
    found = Crashed(folder, exchange, killed_ms, last_alive_ms(folder / "heart"))
    time.sleep(1)
    plan |= {
        "comes_back": True,
        "telephones": {
            telephones["settled"]: [{"hang_up": "settled"}],
            telephones["taken-up"]: [{"take_up": "taken-up"}],
        },
    }
    kept = placed(folder, plan, limit_s=30)
    # Once more, as if the host had died right after it came back: nothing is left to be done.
    again = placed(folder, plan | {"telephones": {}}, limit_s=30)
    assert again == kept
    found.kept = {each["call"]: each for each in kept}
    return found


def _running(url: str) -> set[str]:
    with Ledger.open(url) as ledger:
        return set(ledger.running_calls())


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_the_host_was_alive_shortly_before_it_was_killed(crashed: Crashed) -> None:
    assert 0 <= crashed.killed_ms - crashed.alive_ms <= BEAT_MS + 1000


def test_a_settled_call_is_charged_to_the_last_proof_of_life(crashed: Crashed) -> None:
    record = crashed.kept["settled"]["record"]
    assert record["reason"] == "host_failure"
    lived_ms = crashed.alive_ms - _ms(record["accepted_at"])
    billed_ms = -(-lived_ms // INCREMENT_MS) * INCREMENT_MS
    assert record["billed_ms"] == billed_ms
    assert micros(record["total"]) == billed_ms
    assert billed_ms <= crashed.killed_ms - _ms(record["accepted_at"]) + INCREMENT_MS


def test_a_settled_call_goes_on_on_the_wire_and_costs_no_more(crashed: Crashed) -> None:
    record = crashed.kept["settled"]["record"]
    [log] = crashed.folder.glob("telephone-0/baresip/baresip.log")
    assert "Call established" in log.read_text()
    proxy = [
        line for line in crashed.exchange.call_log.splitlines()
        if "log_write_cdr" in line and NUMBERS["settled"] in line
    ]  # fmt: skip
    [duration_s] = [float(line.split("duration=")[1].split(";")[0]) for line in proxy]
    assert duration_s * 1000 > record["billed_ms"] + 1000


def test_a_call_that_is_taken_up_ends_where_its_money_does(crashed: Crashed) -> None:
    kept = crashed.kept["taken-up"]
    record = kept["record"]
    assert record["reason"] == "balance_exhausted"
    assert micros(record["total"]) == record["billed_ms"] == 9000
    cutoff_ms = _ms(record["cutoff_at"])
    assert cutoff_ms == _ms(record["accepted_at"]) + 9000
    last_ms = streams(crashed.exchange.recordings, kept["sip_call_id"])["calling"].last_ms
    assert abs(last_ms - cutoff_ms) <= PACKET_MS


def test_each_call_is_charged_once(crashed: Crashed) -> None:
    with crashed.ledger() as ledger:
        ledger.verify()
        assert ledger.running_calls() == ()
        for name, money in MONEY.items():
            total = micros(crashed.kept[name]["record"]["total"])
            assert int(ledger.call(name).charged * 1_000_000) == total
            assert int(ledger.balance(name).posted * 1_000_000) == micros(money) - total
    lines = (crashed.folder / "calls.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["call"] for line in lines) == sorted(MONEY)
