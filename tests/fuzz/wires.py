"""What must hold on each wire whatever a peer sends, and whenever.

A wire takes it or says `WireError`; what it takes becomes audio and gaps whose time is that of the
clock on the wall, keys that are keys, and never more than a bounded amount that waits.
"""

from __future__ import annotations

import base64
import json
import struct
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol

from tests.fuzz.hostile import Cursor

from securecall.errors import WireError
from securecall.fraud.signalled import RFC4733_KEYS
from securecall.integrations.audio_stream import AudioStream
from securecall.integrations.audiosocket import AudioSocket
from securecall.integrations.capture import read_capture
from securecall.integrations.carrier import Carrier
from securecall.integrations.chan_websocket import ChanWebSocket
from securecall.integrations.limits import AHEAD_MS_MAX, AUDIO_BYTES_MAX
from securecall.integrations.media import UNITS_PER_MS, Closed, MediaEvent, Opened
from securecall.integrations.rtp_stream import RtpStream
from securecall.integrations.telnyx import TelnyxStream
from securecall.integrations.twilio import TwilioStream

__all__ = ["WIRE_SEEDS", "WIRE_TARGETS"]

SLACK_MS: Final = AHEAD_MS_MAX + 600
"""What is ahead of the clock on the wall at most: a stamp, and a tolerance."""


class Watching:
    """A listener that wants to be told nothing impossible."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self.now_ms = 0.0
        self.most_ms = 0.0

    def feed(self, frame: bytes, leg: str = "called") -> list[Any]:
        assert frame
        assert len(frame) % 2 == 0
        assert len(frame) <= 2 * AUDIO_BYTES_MAX
        self._pass(len(frame) / 16, leg)
        return []

    def feed_gap(self, duration_ms: int, leg: str = "called") -> list[Any]:
        assert type(duration_ms) is int
        assert 0 <= duration_ms <= 86_400_000
        self._pass(duration_ms, leg)
        return []

    def signal(self, kind: str, value: Any, at_ms: float | None, leg: str) -> list[Any]:
        assert (kind, value) == ("flash", None) or str(value).upper() in RFC4733_KEYS
        assert at_ms is not None
        assert 0 <= at_ms <= self.now_ms + SLACK_MS + self.most_ms
        return []

    def _pass(self, ms: float, leg: str) -> None:
        self.ms[leg] = self.ms.get(leg, 0) + ms


class Talking(Protocol):
    """A wire of messages."""

    def message(self, data: str | bytes) -> list[MediaEvent]: ...

    def end(self) -> list[MediaEvent]: ...


def carried(said: Iterable[tuple[float, Callable[[], list[MediaEvent]], int]]) -> None:
    """Carry what a wire says at instants, and see that time and memory are kept."""
    watching = Watching()
    carrier = Carrier(watching)
    try:
        for at_ms, says, size in said:
            watching.now_ms = max(watching.now_ms, at_ms)
            watching.most_ms = max(watching.most_ms, size / 8)
            for event in says():
                assert isinstance(event, Closed) or carrier.closed is None
                carrier.take(event, at_ms)
            carrier.tick(at_ms)
            for leg, clock in carrier.clocks.items():
                ahead = clock.end / UNITS_PER_MS - watching.now_ms
                assert ahead <= SLACK_MS + 2 * watching.most_ms, ahead
                assert watching.ms.get(leg, 0) <= clock.end / UNITS_PER_MS + 0.01
                waiting = sum(len(samples) for _, samples in clock._held)
                assert waiting <= 16 * 2_000 + 4 * AUDIO_BYTES_MAX
    except WireError as error:
        refused = error
    else:
        return
    assert refused.wire
    assert len(str(refused)) < 1000


def parts(cursor: Cursor) -> Iterable[tuple[float, bytes, bool]]:
    """Yield what comes, and when: mostly every 20 ms, now and then after hours or at once."""
    at_ms = 0.0
    while cursor.at < len(cursor.data):
        kind = cursor.below(16)
        at_ms += {0: 0, 1: 400, 2: 3000, 3: 4_000_000}.get(kind, 20)
        size = cursor.take(1)[0] + (256 * cursor.take(1)[0] if kind == 4 else 0)
        yield at_ms, cursor.take(size), kind % 2 == 1


def audiosocket(data: bytes) -> None:
    """Any bytes of a connection; in pieces they say what they say as a whole."""
    cursor = Cursor(data)
    wire, whole, taken = AudioSocket(), AudioSocket(), bytearray()
    made: list[MediaEvent] = []

    def says(part: bytes) -> list[MediaEvent]:
        taken.extend(part)
        found = wire.feed_bytes(part)
        made.extend(found)
        assert len(wire._buffer) <= 3 + AUDIO_BYTES_MAX
        return found

    carried((at_ms, lambda part=part: says(part), len(part)) for at_ms, part, _ in parts(cursor))
    try:
        assert whole.feed_bytes(bytes(taken))[: len(made)] == made
    except WireError:
        return


def messages(wire: Talking, data: bytes) -> None:
    """Any messages, text or binary."""
    cursor = Cursor(data)

    def said() -> Iterable[tuple[float, Callable[[], list[MediaEvent]], int]]:
        at_ms = 0.0
        for at_ms, part, binary in parts(cursor):
            message = part if binary else part.decode("utf-8", "replace")
            yield at_ms, lambda message=message: wire.message(message), len(part)
        yield at_ms, wire.end, 0

    carried(said())


def rtp(data: bytes) -> None:
    """Any datagrams to a port."""
    cursor, stream = Cursor(data), RtpStream()

    def said() -> Iterable[tuple[float, Callable[[], list[MediaEvent]], int]]:
        at_ms = 0.0
        yield at_ms, lambda: [Opened("", ("called",))], 0
        for at_ms, part, _ in parts(cursor):
            yield at_ms, lambda part=part: stream.datagram(part), len(part)
            assert len(stream._order._held) <= 10
        yield at_ms, stream.end, 0

    carried(said())


def pcap(data: bytes) -> None:
    """Any bytes of a capture."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(data)
        file.flush()
        events = read_capture(Path(file.name))
        carried(
            (at_ms, lambda event=event: [event], len(getattr(event, "payload", b"")))
            for event, at_ms in events
        )


def _of(make: Callable[[], Talking]) -> Callable[[bytes], None]:
    return lambda data: messages(make(), data)


def _part(data: bytes, kind: int = 6) -> bytes:
    """Return a part as `parts` reads it; of an odd kind it is binary."""
    if len(data) < 256:
        return bytes([kind, len(data)]) + data
    assert not kind % 2
    return bytes([4, len(data) % 256, len(data) // 256]) + data


def _json(**told: Any) -> bytes:
    return _part(json.dumps(told).encode())


def _media(kind: str, chunk: int) -> bytes:
    payload = base64.b64encode(b"\xff" * 16).decode()
    part = {"track": kind, "chunk": str(chunk), "timestamp": str(20 * chunk), "payload": payload}
    return _json(event="media", media=part)


def _rtp(sequence: int, kind: int, payload: bytes, stamp: int | None = None) -> bytes:
    at = 160 * sequence if stamp is None else stamp
    return struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, at & 0xFFFFFFFF, 7) + payload


def _socket(*frames: tuple[int, bytes]) -> bytes:
    made = [bytes([kind]) + len(data).to_bytes(2, "big") + data for kind, data in frames]
    return b"".join(_part(frame) for frame in made)


def _captured() -> bytes:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    made = [head]
    for n in range(6):
        payload = _rtp(n, 0, b"\xff" * 20) if n != 3 else _rtp(n, 101, b"\x05\x0a\x00\xa0")
        udp = struct.pack(">HHHH", 4000 + n % 2, 5000, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes(8)
        packet = bytes(12) + b"\x08\x00" + ip + udp
        made.append(struct.pack("<IIII", 0, 20_000 * n, len(packet), len(packet)) + packet)
    return b"".join(made)


def _twilio(stream: str, call: str, form: str, rate: str, encoding: str) -> tuple[bytes, ...]:
    told = {form: {"encoding": encoding, rate: 8000, "channels": 1}, call: "c"}
    start = _json(event="start", **{stream: "s", "start": told})
    many = [_media("inbound", n) for n in range(1, 14) if n != 4]
    both = [_media("outbound", 1), _json(event="dtmf", dtmf={"digit": "5"}), _json(event="stop")]
    return (start + b"".join(many) + b"".join(both), start + many[5] + many[1] + many[1], start)


HELLO: Final = (1, bytes(16))
FRAME: Final = (16, bytes(range(200)))

WIRE_TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "audiosocket": audiosocket,
    "chan_websocket": _of(ChanWebSocket),
    "audio_stream": _of(lambda: AudioStream("c", mix="stereo")),
    "twilio": _of(TwilioStream),
    "telnyx": _of(TelnyxStream),
    "rtp": rtp,
    "pcap": pcap,
}

WIRE_SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "audiosocket": (
        _socket(HELLO, FRAME, FRAME, (3, b"5"), FRAME, (0, b"")),
        _socket(HELLO, (18, b"ab"), (255, b"\x01")),
        _part(b"\x01\x00", 6) + _part(b"\x10" + bytes(16) + b"\x10\x00\x02ab", 2),
    ),
    "chan_websocket": (
        _part(b"MEDIA_START channel_id:1 format:ulaw") + _part(b"\xff" * 160, 7) * 3
        + _part(b"DTMF_END digit:5") + _part(b"\xff" * 160, 1) * 9,
        _json(event="MEDIA_START", format="slin", channel_id="2") + _part(bytes(200), 7) * 2
        + _json(event="DTMF_END", digit="#"),
    ),
    "audio_stream": (
        _json(caller="1") + _part(bytes(200), 7) * 4 + _json(event="dtmf", dtmf="1"),
        _part(b"{\\") + _part(bytes(200), 1) + _part(bytes(200), 7) * 8,
    ),
    "twilio": _twilio("streamSid", "callSid", "mediaFormat", "sampleRate", "audio/x-mulaw"),
    "telnyx": _twilio("stream_id", "call_control_id", "media_format", "sample_rate", "PCMU"),
    "rtp": (
        b"".join(_part(_rtp(n, 0, b"\xff" * 80)) for n in range(65530, 65550)),
        b"".join(_part(_rtp(n, 8, b"\xd5" * 80)) for n in (1, 3, 2, 9, 8, 40))
        + b"".join(_part(_rtp(n, 101, b"\x05\x8a\x01\x40", 7000)) for n in (41, 42, 43))
        + _part(_rtp(44, 13, b"\x40"), 2) + _part(_rtp(45, 0, b"\xff" * 80)),
    ),
    "pcap": (_captured(), _captured()[:200], bytes.fromhex("0a0d0d0a")),
}  # fmt: skip
