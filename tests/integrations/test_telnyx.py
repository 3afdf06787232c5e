"""Telnyx: its pages' messages, and chunks in any order."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integrations.noting import Noting

from securecall.errors import WireError
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import Audio
from securecall.integrations.telnyx import TelnyxStream

START = """{
 "event": "start", "sequence_number": "1", "stream_id": "32DE0DEA",
 "start": {"user_id": "3E6F995F", "call_control_id": "v2:T02l", "from": "+13122010094",
  "to": "+13122123456", "tags": ["TAG1"], "custom_parameters": {"customer_id": "customer_123"},
  "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1}}}"""


def chunked(chunk: object, track: str = "inbound") -> str:
    number = int(str(chunk)) if str(chunk).isdigit() else 1
    payload = b64encode(bytes([number % 256]) * 160).decode()
    part = {"track": track, "chunk": chunk, "timestamp": str(20 * number), "payload": payload}
    return json.dumps({"event": "media", "sequence_number": "4", "media": part})


def begun() -> TelnyxStream:
    wire = TelnyxStream()
    (opened,) = wire.message(START)
    assert opened.told["from"] == "+13122010094"  # type: ignore[union-attr]
    return wire


@given(st.lists(st.integers(0, 8), min_size=60, max_size=60))
def test_chunks_come_in_any_order_and_lose_nothing(late: list[int]) -> None:
    order = sorted(range(1, 61), key=lambda n: (n + late[n - 1], n))
    wire, noting = begun(), Noting(8)
    carrier = Carrier(noting, encoding="alaw")
    events = [(event, 0) for event in TelnyxStream().message(START)]
    events += [
        (e, 20 * n) for n, chunk in enumerate(order) for e in wire.message(chunked(str(chunk)))
    ]
    events += [(event, 1300) for event in wire.end()]
    for event, at_ms in events:
        carrier.take(event, at_ms)
    # Nothing but the time until the first could be told.
    assert [piece for piece in noting.of("called")[1:] if isinstance(piece, int)] == []
    assert noting.audio() == b"".join(bytes([n]) * 160 for n in range(1, 61))


def test_a_chunk_that_never_comes_is_a_gap() -> None:
    wire = begun()
    made = [e for n in range(1, 40) if n not in (7, 8) for e in wire.message(chunked(n))]
    stamps = [event.stamp for event in made if isinstance(event, Audio)]
    assert len(stamps) == 37
    assert stamps[6] == 9 * 320


def test_each_track_is_counted_by_itself() -> None:
    wire = begun()
    assert len(wire.message(chunked("1"))) == len(wire.message(chunked("1", "outbound"))) == 1


def test_a_chunk_is_a_number() -> None:
    with pytest.raises(WireError, match="'chunk' must be a whole number, not 'x'"):
        begun().message(chunked("x"))
