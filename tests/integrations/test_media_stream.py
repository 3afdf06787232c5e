"""Media streams in JSON: what is out of turn, of another stream, or beyond limits."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from securecall.errors import InputError, InputTypeError, WireError
from securecall.integrations.media import Audio, Closed, Opened, Signal
from securecall.integrations.media_stream import MediaStream
from securecall.integrations.telnyx import TelnyxStream
from securecall.integrations.twilio import TwilioStream

BOTH = pytest.mark.parametrize("kind", [TwilioStream, TelnyxStream])


def start(kind: type[MediaStream], **other: Any) -> dict[str, Any]:
    """Return the start of a stream in a wire's own names, as its pages show them."""
    if kind is TwilioStream:
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        body = {"callSid": "CA1", "tracks": ["inbound", "outbound"], "mediaFormat": form}
        return {"event": "start", "sequenceNumber": "1", "start": body | other, "streamSid": "MZ1"}
    form = {"encoding": "PCMU", "sample_rate": 8000, "channels": 1}
    body = {"call_control_id": "v2:1", "from": "+13125550100", "media_format": form}
    return {"event": "start", "sequence_number": "1", "start": body | other, "stream_id": "MZ1"}


def message(kind: type[MediaStream], event: str, **part: Any) -> str:
    return json.dumps({"event": event, kind.stream_id: "MZ1", event: part})


def media(kind: type[MediaStream], chunk: int, payload: bytes, track: str = "inbound") -> str:
    coded = b64encode(payload).decode()
    stamp = str(20 * (chunk - 1))
    return message(kind, "media", track=track, chunk=str(chunk), timestamp=stamp, payload=coded)


def begun(kind: type[MediaStream], tracks: dict[str, str] | None = None) -> MediaStream:
    wire = kind(tracks)
    wire.message(json.dumps(start(kind)))
    return wire


@BOTH
def test_a_stream_from_its_beginning_to_its_end(kind: type[MediaStream]) -> None:
    wire = kind()
    assert wire.message('{"event": "connected", "version": "1.0.0"}') == []
    (opened,) = wire.message(json.dumps(start(kind)))
    assert isinstance(opened, Opened)
    assert (opened.call, opened.legs) in (
        ("CA1", ("called", "calling")), ("v2:1", ("called", "calling")),
    )  # fmt: skip
    assert wire.message(media(kind, 1, b"\xff" * 160)) == [
        Audio("called", b"\xff" * 160, "mulaw", 8000, 0)
    ]
    assert wire.message(media(kind, 2, b"\xfe" * 160)) == [
        Audio("called", b"\xfe" * 160, "mulaw", 8000, 320)
    ]
    assert wire.message(media(kind, 1, b"\xfd" * 160, "outbound")) == [
        Audio("calling", b"\xfd" * 160, "mulaw", 8000, 0)
    ]
    assert wire.message(message(kind, "dtmf", track="inbound_track", digit="5")) == [
        Signal("dtmf", "5", "called")
    ]
    assert wire.message(message(kind, "dtmf", digit="#")) == [Signal("dtmf", "#", "called")]
    assert wire.message(message(kind, "mark", name="x")) == []
    assert wire.message(message(kind, "stop")) == [Closed("hangup")]
    assert wire.message(media(kind, 3, b"a")) == wire.end() == []
    assert kind().end() == [Closed("closed")]


@BOTH
def test_tracks_are_the_legs_that_you_say(kind: type[MediaStream]) -> None:
    wire = begun(kind, {"inbound": "calling"})
    (audio,) = wire.message(media(kind, 1, b"a"))
    assert isinstance(audio, Audio)
    assert audio.leg == "calling"
    assert wire.message(media(kind, 1, b"a", "outbound")) == []
    assert wire.message(message(kind, "dtmf", track="outbound", digit="5")) == []


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("media", {"track": "inbound", "chunk": "1", "payload": ""}, "'timestamp' must be a whole"),
    ("media", {"chunk": "1", "timestamp": "-5", "payload": ""}, "'timestamp' must be a whole"),
    ("media", {"chunk": "1", "timestamp": "9" * 16, "payload": ""}, "'timestamp' must be a whole"),
    ("media", {"chunk": "1", "timestamp": 1.5, "payload": ""}, "'timestamp' must be a whole"),
    ("media", {"chunk": "1", "timestamp": "5"}, "'payload' must be audio in base64"),
    ("media", {"chunk": "1", "timestamp": "5", "payload": "?"}, "'payload' is no base64"),
    ("media", {"chunk": "1", "timestamp": "5", "payload": "A" * 90_000}, "67500 bytes of audio"),
    ("media", {"track": ["inbound"]}, "'track' must be a string"),
    ("dtmf", {"digit": None}, "'digit' must be a string"),
]


@BOTH
@pytest.mark.parametrize(("event", "part", "text"), REFUSED)
def test_parts_that_are_refused(
    kind: type[MediaStream], event: str, part: dict[str, Any], text: str
) -> None:
    wire = begun(kind)
    with pytest.raises(WireError, match=text):
        wire.message(message(kind, event, **part))


@BOTH
def test_messages_out_of_turn(kind: type[MediaStream]) -> None:
    with pytest.raises(WireError, match="'media' came before 'start'"):
        kind().message(media(kind, 1, b"a"))
    wire = begun(kind)
    with pytest.raises(WireError, match="'start' came twice"):
        wire.message(json.dumps(start(kind)))
    other = json.loads(media(kind, 1, b"a")) | {kind.stream_id: "MZ2"}
    with pytest.raises(WireError, match="a message of another stream"):
        wire.message(json.dumps(other))
    with pytest.raises(WireError, match="'media' must be an object, not 'x'"):
        wire.message(json.dumps({"event": "media", "media": "x"}))
    with pytest.raises(WireError, match="a message is text, not binary"):
        wire.message(b"\xff" * 160)


@BOTH
def test_forms_that_are_not_heard(kind: type[MediaStream]) -> None:
    form = start(kind)["start"][kind.media_format]
    for changed in ({"encoding": "OPUS"}, {"channels": 2}, {"encoding": "L16"}):
        told = start(kind, **{kind.media_format: form | changed})
        with pytest.raises(WireError, match="is not heard; ask for"):
            kind().message(json.dumps(told))


def test_a_start_says_which_tracks_come() -> None:
    (opened,) = TwilioStream().message(json.dumps(start(TwilioStream, tracks=["inbound"])))
    assert isinstance(opened, Opened)
    assert opened.legs == ("called",)


@BOTH
def test_a_track_that_there_is_not_is_told(kind: type[MediaStream]) -> None:
    with pytest.raises(InputError, match="not 'inbond'; did you mean 'inbound'"):
        kind(tracks={"inbond": "called"})
    wrong: Any = "inbound"
    with pytest.raises(InputTypeError, match="tracks must map tracks to legs"):
        kind(tracks=wrong)
