"""Proofs of life survive the death of a process, and a torn one leaves the one before."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import InputError, StoreError
from securecall.ledger.heartbeat import PERIOD_MS, Heartbeat, last_alive_ms
from securecall.ledger.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "host-1"


def test_a_beat_is_written_once_a_period_and_found_again(path: Path) -> None:
    with Heartbeat(path) as heart:
        written = [heart.beat(T0 + ms) for ms in range(0, 5_000, 250)]
    assert written.count(True) == 5
    assert last_alive_ms(path) == T0 + 4_000
    with Heartbeat(path, durable=True) as heart:
        assert heart.beat(T0 + 9_000)
    assert last_alive_ms(path) == T0 + 9_000


def test_a_clock_that_was_set_back_is_a_proof_of_life_too(path: Path) -> None:
    with Heartbeat(path) as heart:
        heart.beat(T0)
        assert heart.beat(T0 - 86_400_000)
    assert last_alive_ms(path) == T0 - 86_400_000


@pytest.mark.parametrize("cut", range(22))  # the last two bytes of an instant are zero
def test_a_torn_beat_leaves_the_one_before(path: Path, cut: int) -> None:
    with Heartbeat(path) as heart:
        heart.beat(T0)
        before = path.read_bytes()
        heart.beat(T0 + 1_000)
        after = path.read_bytes()
    # The second beat lies in the first place, which no beat had filled.
    path.write_bytes(after[:cut] + b"\x00" * (24 - cut) + before[24:])
    assert last_alive_ms(path) == T0


def test_what_is_no_heartbeat_is_said_to_be_none(path: Path) -> None:
    with pytest.raises(StoreError, match="no heartbeat"):
        last_alive_ms(path)
    path.write_bytes(b"something else entirely, and long enough for two of them")
    with pytest.raises(StoreError, match="no heartbeat"):
        last_alive_ms(path)
    with pytest.raises(InputError, match="1 or more"):
        Heartbeat(path, period_ms=0)


HOST = """
import sys, time
from securecall.ledger.heartbeat import Heartbeat
heart = Heartbeat(sys.argv[1], period_ms=20)
while True:
    heart.beat(int(time.time() * 1000))
    print("alive", flush=True)
    time.sleep(0.005)
"""


def test_a_killed_host_was_alive_until_a_period_before(path: Path, ledger: Ledger) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST, str(path)], stdout=subprocess.PIPE)
    assert host.stdout is not None
    for _ in range(20):
        host.stdout.readline()
    began = last_alive_ms(path) - 10_000
    host.kill()
    host.wait()
    host.stdout.close()
    alive = last_alive_ms(path)
    assert 0 <= int(time.time() * 1000) - alive < 60_000
    ledger.open_account("a", at=began, opening="5")
    ledger.start_call("c", ["a"], Flat(7_000, 1_000), at=began)
    found = ledger.recover("c", last_alive_ms=alive, at=alive + 3_600_000)
    assert found.ended_ms == alive
    assert found.billed_ms == -(-(alive - began) // 1_000) * 1_000


def test_a_beat_costs_next_to_nothing(path: Path) -> None:
    with Heartbeat(path, period_ms=1) as heart:
        began = time.process_time()
        for number in range(2_000):
            heart.beat(T0 + number)
        assert time.process_time() - began < 2
    assert os.stat(path).st_size == 48
    assert PERIOD_MS == 1_000
