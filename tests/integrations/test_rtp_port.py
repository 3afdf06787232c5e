"""Live RTP: a port a leg, who may send to it, and the end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest
from tests.integrations.sending import Sender
from tests.integrations.test_connection import Hosting

from securecall.errors import InputError
from securecall.integrations.rtp_port import RtpCall, receive_rtp


async def sent(call: RtpCall, leg: str, packets: list[bytes]) -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", call.ports[leg])
    )
    for packet in packets:
        transport.sendto(packet)
        await asyncio.sleep(0.002)
    transport.close()


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


def test_two_legs_are_heard_and_the_end_is_told_once() -> None:
    host = Hosting()

    async def live() -> None:
        call = await receive_rtp(host, "c-9", {"called": 0, "calling": 0})
        assert set(call.ports) == {"called", "calling"}
        one, two = Sender(), Sender(ssrc=2)
        await sent(call, "called", [one.audio(), one.audio(), *one.digit(5), b"noise"])
        await sent(call, "calling", [two.audio(), two.audio()])
        await asyncio.wait_for(until(lambda: len(host.said) >= 5), 5)
        call.close("hangup")
        call.close("again")

    asyncio.run(live())
    assert sorted(host.said) == [("c-9", "heard 320")] * 4 + [("c-9", "told 5")]
    assert host.over == ["hangup"]


def test_only_the_peer_is_listened_to() -> None:
    host = Hosting()

    async def live() -> int:
        call = await receive_rtp(host, "c", {"called": 0}, peer="127.0.0.2")
        await sent(call, "called", [Sender().audio()])
        await asyncio.wait_for(until(lambda: call.strangers > 0), 5)
        call.close()
        return call.strangers

    assert asyncio.run(live()) == 1
    assert host.said == []


def test_a_peer_has_an_address_and_no_name() -> None:
    with pytest.raises(InputError, match=r"peer must be an address such as '127\.0\.0\.1'"):
        asyncio.run(receive_rtp(Hosting(), "c", {"called": 0}, peer="media.example"))


def test_a_port_that_cannot_be_had_leaves_none_open() -> None:
    host = Hosting()

    async def live() -> None:
        first = await receive_rtp(host, "c-1", {"called": 0})
        taken = first.ports["called"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await receive_rtp(host, "c-2", {"called": free, "calling": taken})
        await asyncio.sleep(0)
        again = await receive_rtp(host, "c-3", {"called": free})
        again.close()
        first.close()

    asyncio.run(live())
    assert len(host.over) == 3


def test_a_peer_that_does_not_behave_ends_it() -> None:
    host = Hosting()

    async def live() -> None:
        call = await receive_rtp(host, "c", {"called": 0})
        sender = Sender()
        keys = [sender.digit(n % 16)[0] for n in range(60)]
        for n, key in enumerate(keys):
            keys[n] = key[:2] + n.to_bytes(2, "big") + key[4:]
        await sent(call, "called", keys)
        await asyncio.wait_for(until(lambda: bool(host.over)), 5)

    asyncio.run(live())
    assert host.over == ["signals: more than 25 in a second: nobody presses keys so"]
