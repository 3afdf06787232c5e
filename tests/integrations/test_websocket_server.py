"""The server of WebSockets: every wire that has messages, and peers that do not behave."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.integrations.test_connection import Hosting
from tests.integrations.test_media_stream import media, start
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from securecall.errors import BuildError
from securecall.integrations.audio_stream import AudioStream
from securecall.integrations.chan_websocket import ChanWebSocket
from securecall.integrations.twilio import TwilioStream
from securecall.integrations.websocket_server import MessageWire, serve_websocket


async def said(
    host: Hosting, wire_of: Callable[[str], MessageWire], messages: list[str | bytes], *,
    path: str = "/", asked: list[Any] | None = None, **options: Any,
) -> tuple[int | None, str, str | None]:  # fmt: skip
    """Send messages on one connection; return its closing code and reason, and the subprotocol."""
    server = await serve_websocket(host, wire_of, port=0, **options)
    port = next(iter(server.sockets)).getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}{path}", subprotocols=asked) as client:
        try:
            for message in messages:
                await client.send(message)
            if options.get("idle_s") is None:
                await client.close()
            await client.wait_closed()
        except ConnectionClosed:
            await client.wait_closed()
        told = (client.close_code, client.close_reason or "", client.subprotocol)
    while not host.over:
        await asyncio.sleep(0.005)
    server.close()
    await server.wait_closed()
    return told


def test_asterisk_asks_for_its_subprotocol_and_gets_it() -> None:
    host = Hosting()
    opening = "MEDIA_START channel_id:9.5 format:slin ptime:20"
    messages = [opening, bytes(320), "DTMF_END digit:5"]
    *_, agreed = asyncio.run(said(host, lambda _: ChanWebSocket(), messages, asked=["media"]))
    assert agreed == "media"
    assert host.said == [("9.5", "heard 320"), ("9.5", "told 5")]
    assert host.over == ["closed"]


def test_others_ask_for_none_and_the_path_names_the_call() -> None:
    host = Hosting()

    def wire_of(path: str) -> MessageWire:
        return AudioStream(path.rpartition("/")[2], mix="mono")

    *_, agreed = asyncio.run(said(host, wire_of, ["{", bytes(320)], path="/calls/c-7"))
    assert agreed is None
    assert host.said == [("c-7", "heard 320")]


def test_twilio_hangs_up() -> None:
    host = Hosting()
    messages = [
        json.dumps(start(TwilioStream)), media(TwilioStream, 1, b"\xff" * 160),
        json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}),
    ]  # fmt: skip
    asyncio.run(said(host, lambda _: TwilioStream(), messages, idle_s=5))
    assert host.over == ["hangup"]
    assert host.said == [("CA1", "heard 320")]


def test_a_peer_that_does_not_behave_is_closed_with_the_reason() -> None:
    host = Hosting()
    code, reason, _ = asyncio.run(said(host, lambda _: ChanWebSocket(), [bytes(320)], idle_s=5))
    assert (code, reason) == (1008, "chan_websocket: audio came before MEDIA_START said its forma")
    assert host.over == ["chan_websocket: audio came before MEDIA_START said its format"]


def test_a_message_beyond_the_limit_is_not_even_taken_in() -> None:
    host = Hosting()
    code, *_ = asyncio.run(said(host, lambda _: ChanWebSocket(), ["x" * 200_000], idle_s=5))
    assert code == 1009
    assert host.over == ["closed"]


def test_a_peer_that_says_nothing_is_closed() -> None:
    host = Hosting()
    asyncio.run(said(host, lambda _: ChanWebSocket(), [], idle_s=0.05))
    assert host.over == ["idle"]


def test_one_connection_too_many_is_told_to_come_again() -> None:
    host = Hosting()
    code, reason, _ = asyncio.run(
        said(host, lambda _: ChanWebSocket(), [], connections=0, idle_s=5)
    )
    assert (code, reason) == (1013, "too many connections")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.asyncio.server", None)
    with pytest.raises(BuildError, match=r"pip install 'securecall\[media\]'"):
        asyncio.run(serve_websocket(Hosting(), lambda _: ChanWebSocket()))
