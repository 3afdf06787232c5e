"""A call ends where its money does: on the wire, in the ledger, in the proxy's record."""

from __future__ import annotations

import pytest
from tests.peers.conftest import Started
from tests.peers.cutting import PACKET_MS, Cut, cut_off
from tests.peers.exchange import Exchange

CALLS = 12


@pytest.fixture(scope="module")
def cuts(exchange: Exchange, started: Started) -> list[Cut]:
    """Place the calls."""
    return cut_off(started, exchange, started.folder, calls=CALLS, side_by_side=6)


def test_the_last_packet_is_within_a_packet_of_the_cutoff(cuts: list[Cut]) -> None:
    assert len(cuts) == CALLS
    for cut in cuts:
        # What a busy machine was late itself is no fault of ours; `make cutoff` allows nothing.
        stalled_ms = max(0.0, cut.timer_ms - PACKET_MS / 2)
        assert -PACKET_MS <= cut.calling_ms <= PACKET_MS + stalled_ms, cut


def test_money_ended_every_call(cuts: list[Cut]) -> None:
    assert {cut.reason for cut in cuts} == {"balance_exhausted"}


def test_the_charge_is_exact(cuts: list[Cut]) -> None:
    for cut in cuts:
        assert cut.exact, cut


def test_the_proxys_record_comes_to_the_same_amount(cuts: list[Cut]) -> None:
    for cut in cuts:
        assert cut.proxy_agrees, cut
        # It saw the answer before the telephone told the host, by so much as that was busy.
        assert -PACKET_MS <= cut.proxy_ms - cut.talk_ms <= 1000, cut
