"""The server of AudioSocket: a real Asterisk's bytes over TCP, and peers that do not behave."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.integrations.noting import framed
from tests.integrations.test_connection import Hosting

from securecall.integrations.audiosocket_server import serve_audiosocket

CAPTURED = Path(__file__).parents[1] / "data" / "wires" / "audiosocket-1795417114443.bin"
HELLO = framed(1, bytes(16))
CALL = "00000000-0000-0000-0000-000000000000"


async def until(host: Hosting, count: int) -> None:
    while len(host.over) < count:
        await asyncio.sleep(0.005)


async def said(host: Hosting, *connections: bytes, hold: bool = False, **options: float) -> None:
    """Open a connection for each, send it, and wait until all are over."""
    server = await serve_audiosocket(host, port=0, **options)  # type: ignore[arg-type]
    port = server.sockets[0].getsockname()[1]
    writers = []
    for data in connections:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        await writer.drain()
        writers.append(writer)
        if not hold:
            writer.close()
    await asyncio.wait_for(until(host, len(connections)), 10)
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


def test_a_real_connection_arrives_whole() -> None:
    host = Hosting()
    asyncio.run(said(host, CAPTURED.read_bytes()))
    assert host.over == ["closed"]
    assert [value for _, value, _ in host.noting.signals] == ["5", "#"]
    # At once, and not at its pace: what is more than time was is left out, or the clock would run.
    assert 1000 <= host.noting.ms() <= 2000


def test_a_hang_up_ends_it() -> None:
    host = Hosting()
    asyncio.run(said(host, HELLO + framed(0x10, bytes(320)) + framed(0), hold=True))
    assert host.over == ["hangup"]
    assert host.said == [(CALL, "heard 320")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b"GET / HTTP/1.1\r\n\r\n",
            "AudioSocket: the first frame is the call's UUID, not kind 0x47",
        ),
        (HELLO + framed(0x55, b"x"), "AudioSocket: a frame of kind 0x55 and 1 bytes is none"),
        (HELLO + framed(0x12, b"ab"), "audio: is of 16000 Hz; the listener hears 8000"),
    ],
)
def test_a_peer_that_does_not_behave_is_closed_with_the_reason(data: bytes, reason: str) -> None:
    host = Hosting()
    asyncio.run(said(host, data + bytes(20_000), hold=True))
    assert host.over == [reason]


def test_a_call_that_nobody_awaits_is_closed() -> None:
    host = Hosting(CALL)
    asyncio.run(said(host, HELLO, hold=True))
    assert host.over == [f"no call {CALL!r} is awaited"]


def test_a_peer_that_says_nothing_is_closed() -> None:
    host = Hosting()
    asyncio.run(said(host, HELLO[:7], hold=True, idle_s=0.05))
    assert host.over == ["idle"]


def test_more_connections_than_allowed_are_closed_at_once() -> None:
    host = Hosting()
    asyncio.run(said(host, HELLO, HELLO, hold=True, connections=1, idle_s=0.3))
    assert sorted(host.over) == ["idle", "too many connections"]
