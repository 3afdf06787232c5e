"""Twilio: the messages of its public pages, and time by its stamps."""

from __future__ import annotations

import json
from base64 import b64encode

from tests.integrations.noting import Noting

from securecall.integrations.carrier import Carrier
from securecall.integrations.twilio import TwilioStream

START = """{
 "event": "start", "sequenceNumber": "1", "streamSid": "MZ18ad",
 "start": {"accountSid": "ACxx", "streamSid": "MZ18ad", "callSid": "CA12", "tracks": ["inbound"],
  "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
  "customParameters": {"FirstName": "Jane"}}}"""


def stamped(stamp_ms: int, byte: int) -> str:
    payload = b64encode(bytes([byte]) * 160).decode()
    part = {"track": "inbound", "chunk": "2", "timestamp": str(stamp_ms), "payload": payload}
    return json.dumps(
        {"event": "media", "sequenceNumber": "4", "media": part, "streamSid": "MZ18ad"}
    )


def test_numbers_are_strings_and_stamps_carry_time() -> None:
    noting, wire = Noting(8), TwilioStream()
    carrier = Carrier(noting, encoding="mulaw")
    # A connection that stalls for 900 ms and loses nothing; then 200 ms are lost.
    stamps = [*range(0, 2000, 20), *range(2200, 3000, 20)]
    for event in wire.message(START):
        carrier.take(event, 0)
    for stamp_ms in stamps:
        at_ms = max(stamp_ms, 1900) if 1000 <= stamp_ms < 1900 else stamp_ms
        for event in wire.message(stamped(stamp_ms, stamp_ms // 20 % 256)):
            carrier.take(event, at_ms)
    assert noting.gaps() == [200]
    assert noting.ms() == 3000
    assert carrier.opened is not None
    assert carrier.opened.told == {"accountSid": "ACxx", "streamSid": "MZ18ad", "callSid": "CA12"}
