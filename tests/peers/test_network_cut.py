"""A call that the network cuts: the relay stops the media and the proxy the call.

The telephones have no say in it, so that one that would talk on can not.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Final

import numpy as np
import pytest
from tests.harris import steps, text
from tests.peers.conftest import Started
from tests.peers.cutting import PACKET_MS
from tests.peers.exchange import Exchange
from tests.peers.packets import streams
from tests.peers.placing import attempt, micros, placed
from tests.peers.scripts import write_wav

from securecall import Ledger

NUMBER: Final = "+17135550501"
#: Micro-dollars, of which each buys a millisecond.
MONEY: Final = {"c-0": 1117, "c-1": 1309, "c-2": 1523}


@pytest.fixture(scope="module")
def calls(exchange: Exchange, started: Started) -> list[dict[str, Any]]:
    """Place the calls, one after the other."""
    folder = started.folder
    (folder / "tariff.toml").write_text(text(steps((0, "0.06", 60_000, 1))), encoding="utf-8")
    url, at = f"sqlite:///{folder}/ledger.db", time.time_ns() // 1_000_000 - 60_000
    with Ledger.open(url) as ledger:
        for name, money in MONEY.items():
            ledger.open_account(name, kind="prepaid", at=at, request_id=f"o-{name}")
            ledger.deposit(name, f"0.{money:06}", at=at, request_id=f"d-{name}")
    hum = (1000 * np.sign(np.sin(np.arange(8000 * 5) / 4))).astype(np.int16)
    sound = write_wav(folder / "hum.wav", hum)
    started.number(NUMBER, sound)
    [telephone] = started.telephones([sound])
    plan = {
        "ledger": url, "tariff": str(folder / "tariff.toml"), "out": str(folder / "calls.jsonl"),
        "facility": {"id": "f", "timezone": "America/Chicago", "monitor": False},
        "proxy": str(exchange.folder), "relay": exchange.ng_port,
        "telephones": {
            telephone: [{"attempt": attempt(name, NUMBER, account=name)} for name in MONEY]
        },
    }  # fmt: skip
    return placed(folder, plan, limit_s=30)


def test_both_sides_stop_within_a_packet_of_the_cutoff(
    calls: list[dict[str, Any]], exchange: Exchange
) -> None:
    assert [call["call"] for call in calls] == list(MONEY)
    for call in calls:
        cutoff_ms = datetime.fromisoformat(call["record"]["cutoff_at"]).timestamp() * 1000
        # What a busy machine was late itself is no fault of ours.
        late_ms = max(0.0, call["cut_ms"] - cutoff_ms - PACKET_MS / 2)
        for leg, stream in streams(exchange.recordings, call["sip_call_id"]).items():
            assert -PACKET_MS - 4 <= stream.last_ms - cutoff_ms <= PACKET_MS + late_ms, (leg, call)


def test_no_telephone_hung_up(calls: list[dict[str, Any]]) -> None:
    for call in calls:
        assert call["hung_up"]["why"] == "far"
        assert call["record"]["reason"] == "balance_exhausted"


def test_all_the_money_was_talked_and_no_more(calls: list[dict[str, Any]]) -> None:
    for call in calls:
        assert micros(call["record"]["total"]) == MONEY[call["call"]]
        assert call["record"]["billed_ms"] == MONEY[call["call"]]
