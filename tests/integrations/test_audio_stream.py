"""mod_audio_stream: mono, mixed, stereo; metadata that came mangled; surplus audio."""

from __future__ import annotations

import pytest
from tests.integrations.noting import Noting

from securecall.errors import InputError, WireError
from securecall.integrations.audio_stream import AudioStream
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import Audio, Closed, Opened, Signal


def test_metadata_comes_first() -> None:
    wire = AudioStream("c-1")
    (opened,) = wire.message('{"caller": "100", "n": 3}')
    assert opened == Opened("c-1", ("called",), {"caller": "100", "n": "3"})
    assert wire.message(b"abcd") == [Audio("called", b"abcd", "s16le", 8000)]
    assert wire.end() == [Closed("closed")]


@pytest.mark.parametrize("mangled", ["{\\", '{"a": ', "", "[1]", "[" * 500])
def test_mangled_metadata_does_not_lose_the_call(mangled: str) -> None:
    # FreeSWITCH's dialplan cut it at the first quote; the call is known by the URL's path.
    wire = AudioStream("c-2")
    assert wire.message(mangled) == [Opened("c-2", ("called",), {})]


def test_audio_may_come_without_metadata() -> None:
    assert AudioStream("c-3").message(b"ab") == [
        Opened("c-3", ("called",)),
        Audio("called", b"ab", "s16le", 8000),
    ]


def test_stereo_is_two_legs_sample_by_sample() -> None:
    wire = AudioStream(mix="stereo", sample_rate_hz=16000)
    (opened, *audio) = wire.message(b"aaAAbbBBccCC")
    assert opened == Opened("", ("calling", "called"))
    assert audio == [
        Audio("calling", b"aabbcc", "s16le", 16000),
        Audio("called", b"AABBCC", "s16le", 16000),
    ]
    other = AudioStream(mix="stereo", legs=("called", "calling")).message(b"aaAA")
    assert other[1] == Audio("called", b"aa", "s16le", 8000)


def test_digits_of_mod_audio_fork() -> None:
    wire = AudioStream()
    wire.message('{"callSid": "x", "sampleRate": 8000, "mixType": "mono"}')
    assert wire.message('{"event": "dtmf", "dtmf": "5", "duration": "1600"}') == [
        Signal("dtmf", "5")
    ]
    assert wire.message('{"event": "other"}') == wire.message('{"event": ["dtmf"]}') == []


def test_digits_of_vonage() -> None:
    wire = AudioStream(sample_rate_hz=16000)
    wire.message('{"event": "websocket:connected", "content-type": "audio/l16;rate=16000"}')
    assert wire.message('{"event": "websocket:dtmf", "digit": "#", "duration": 260}') == [
        Signal("dtmf", "#")
    ]


def test_the_surplus_of_freeswitch_does_not_shift_the_clock() -> None:
    # Measured with two digits: 262 frames, 5.24 s of audio, in 4.861 s; around the digits.
    noting, wire = Noting(), AudioStream()
    carrier = Carrier(noting)
    at_ms = 0.0
    for n in range(262):
        for event in wire.message(bytes(320)):
            carrier.take(event, at_ms)
        at_ms += 10 if 200 <= n < 219 or 225 <= n < 244 else 20
    assert at_ms == 4860
    assert noting.ms() == pytest.approx(4860, abs=110)


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([b"abc"], "3 bytes are no audio of 1 legs"),
        ([bytes(64_002)], "64002 bytes are no audio"),
        (["{}", "nothing"], "'nothing' is no JSON"),
        (["{}", '{"event": "dtmf"}'], "'dtmf' must be a string"),
    ],
)
def test_messages_that_are_refused(messages: list[str | bytes], text: str) -> None:
    wire = AudioStream()
    for message in messages[:-1]:
        wire.message(message)
    with pytest.raises(WireError, match=text):
        wire.message(messages[-1])


def test_samples_of_stereo_come_in_pairs() -> None:
    with pytest.raises(WireError, match="6 bytes are no audio of 2 legs"):
        AudioStream(mix="stereo").message(b"aaAAbb")
    with pytest.raises(InputError, match="mix must be mono, mixed or stereo"):
        AudioStream(mix="both")
    with pytest.raises(InputError, match="with a leg a channel"):
        AudioStream(mix="stereo", legs=("called",))
