"""chan_websocket: the messages that a real Asterisk sent, of both dialects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.integrations.noting import Noting

from securecall.errors import WireError
from securecall.integrations.carrier import Carrier
from securecall.integrations.chan_websocket import ChanWebSocket
from securecall.integrations.media import Audio, Closed, Opened, Signal

LOG = Path(__file__).parents[1] / "data" / "wires" / "asterisk22_ws_messages.log"
START = "MEDIA_START connection_id:m channel:WebSocket/m/0x7f channel_id:9.5 format:{} ptime:20"


def captured() -> tuple[list[str], list[str]]:
    """Return the text messages of both connections; the log cuts the second's first one short."""
    texts = [line[8:] for line in LOG.read_text().splitlines() if line.startswith("WS text ")]
    plain, dialect = texts[:3], texts[3:]
    cut = dialect[0]
    assert cut.endswith('"MEDIA_WEBSOCKET_OPTIMA')
    return plain, [cut.partition(',"channel_variables"')[0] + "}", *dialect[1:]]


@pytest.mark.parametrize(
    ("texts", "form", "frame"),
    [(captured()[0], ("mulaw", 8000), 160), (captured()[1], ("s16le", 8000), 320)],
    ids=["plain", "JSON"],
)
def test_what_a_real_asterisk_said(texts: list[str], form: tuple[str, int], frame: int) -> None:
    wire = ChanWebSocket()
    (opened,) = wire.message(texts[0])
    assert isinstance(opened, Opened)
    assert opened.call in ("1795417127.5", "1795417133.7")
    assert opened.told["connection_id"] == "media1"
    assert opened.told["optimal_frame_size"] == str(frame)
    assert wire.message(bytes(frame)) == [Audio("called", bytes(frame), *form)]
    assert [wire.message(text) for text in texts[1:]] == [
        [Signal("dtmf", "5")], [Signal("dtmf", "#")],
    ]  # fmt: skip
    assert wire.end() == [Closed("closed")]


def test_a_hole_of_two_hundred_milliseconds_at_a_digit_is_a_gap() -> None:
    noting, wire = Noting(), ChanWebSocket()
    carrier = Carrier(noting)
    for event in wire.message(START.format("ulaw")):
        carrier.take(event, 0)
    for n in range(217):
        if n == 180:
            for event in wire.message("DTMF_END digit:5 channel_id:9.5"):
                carrier.take(event, 20 * n + 170)
        for event in wire.message(b"\xff" * 160):
            carrier.take(event, 20 * n + (180 if n >= 180 else 0))
    assert noting.gaps() == [180]
    assert noting.signals == [("dtmf", "5", 3770.0)]


@pytest.mark.parametrize(
    ("named", "form"),
    [("ulaw", ("mulaw", 8000)), ("alaw", ("alaw", 8000)), ("slin16", ("s16le", 16000))],
)
def test_formats_that_are_heard(named: str, form: tuple[str, int]) -> None:
    wire = ChanWebSocket("calling")
    wire.message(START.format(named))
    assert wire.message(b"abcd") == [Audio("calling", b"abcd", *form)]


def test_other_events_are_nothing() -> None:
    wire = ChanWebSocket()
    for text in ("MEDIA_XON channel_id:9.5", '{"event":"QUEUE_DRAINED"}', "", "STATUS x", "{}"):
        assert wire.message(text) == []


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([b"\xff" * 160], "audio came before MEDIA_START"),
        ([START.format("opus")], r"format 'opus' is not heard; dial with c\(ulaw"),
        (["MEDIA_START channel_id:1"], "'format' must be a string"),
        ([START.format("ulaw"), START.format("ulaw")], "MEDIA_START came twice"),
        ([START.format("ulaw"), bytes(64_001)], "64001 bytes at once"),
        (["DTMF_END channel_id:9"], "'digit' must be a string"),
        (["x" * 140_000], "a message of 140000 characters"),
        (['{"event": ' + "[" * 200], "more than 100 brackets"),
        ([json.dumps({"event": "MEDIA_START", "format": ["ulaw"]})], "'format' must be a string"),
    ],
)
def test_messages_that_are_refused(messages: list[str | bytes], text: str) -> None:
    wire = ChanWebSocket()
    for message in messages[:-1]:
        wire.message(message)
    with pytest.raises(WireError, match=text):
        wire.message(messages[-1])
