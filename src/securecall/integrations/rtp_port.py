"""Live RTP in asyncio: a port of ours for each leg, for ARI's externalMedia or a forked call."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any

from securecall.errors import InputError, SecurecallError
from securecall.integrations.connection import Connection, Host
from securecall.integrations.media import Closed, Opened
from securecall.integrations.rtp_stream import RtpStream

__all__ = ["RtpCall", "receive_rtp"]


class RtpCall:
    """The ports of one call; `close` it when your switch says that it is over.

    Attributes
    ----------
    ports : dict of str to int
        Of each leg, for your SDP or your switch's API.
    strangers : int
        How many datagrams came from elsewhere than the peer.

    Source
    ------
    own.
    """

    def __init__(self, connection: Connection, opened: Opened) -> None:
        self.ports: dict[str, int] = {}
        self.strangers = 0
        self._connection: Connection | None = connection
        self._streams: list[RtpStream] = []
        self._transports: list[asyncio.DatagramTransport] = []
        self._ticking: asyncio.TimerHandle | None = None
        connection.take([opened])
        self._tick()

    async def add(
        self, leg: str, address: str, port: int, peer: str | None, events: Collection[int] | None
    ) -> None:
        """Open a leg's port.

        Parameters
        ----------
        leg, address, port, peer, events
            As for `receive_rtp`.

        Source
        ------
        own.
        """
        stream = RtpStream(leg, events)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Port(self, stream, peer), local_addr=(address, port)
        )
        self._streams.append(stream)
        self._transports.append(transport)
        self.ports[leg] = transport.get_extra_info("sockname")[1]

    def datagram(self, stream: RtpStream, data: bytes) -> None:
        """Carry a datagram of a leg.

        Parameters
        ----------
        stream : RtpStream
        data : bytes

        Source
        ------
        own.
        """
        if self._connection is None:
            return
        try:
            self._connection.take(stream.datagram(data))
        except SecurecallError as error:
            self.close(str(error))

    def close(self, reason: str = "closed") -> None:
        """Close the ports, and tell the host; once.

        Parameters
        ----------
        reason : str

        Source
        ------
        own.
        """
        connection, self._connection = self._connection, None
        for transport in self._transports:
            transport.close()
        if self._ticking is not None:
            self._ticking.cancel()
        if connection is not None:
            rest = [event for stream in self._streams for event in stream.end()]
            connection.close(reason, [*rest, Closed(reason)])

    def _tick(self) -> None:
        if self._connection is not None:
            self._connection.tick()
            self._ticking = asyncio.get_running_loop().call_later(1.0, self._tick)


class _Port(asyncio.DatagramProtocol):
    def __init__(self, call: RtpCall, stream: RtpStream, peer: str | None) -> None:
        self._call, self._stream, self._peer = call, stream, peer

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._peer is not None and addr[0] != self._peer:
            self._call.strangers += 1
            return
        self._call.datagram(self._stream, data)


async def receive_rtp(
    host: Host, call: str, legs: Mapping[str, int], address: str = "127.0.0.1", *,
    peer: str | None = None, events: Collection[int] | None = (101,),
) -> RtpCall:  # fmt: skip
    """Open a port a leg, and hear what comes there.

    Parameters
    ----------
    host : Host
    call : str
        Its id, for the host.
    legs : mapping of str to int
        The port of each leg; 0 for any that is free.
    address : str
        Of ours.
    peer : str, optional
        The only address that is listened to. RTP has no password: without it, whoever guesses
        the port is heard once two of his packets came.
    events : collection of int, optional
        Payload types of telephone-event, as in the SDP.

    Raises
    ------
    InputError
        ``peer`` is no address.
    OSError
        A port cannot be had; none is kept, and the host is told of the end.

    Source
    ------
    RFC 3550 (2003); RFC 4733 (2006).
    """
    if peer is not None:
        try:
            peer = str(ip_address(peer))
        except ValueError:
            raise InputError(
                f"peer must be an address such as '127.0.0.1', not {peer!r}: packets have no names"
            ) from None
    clock = asyncio.get_running_loop().time
    made = RtpCall(Connection(host, clock), Opened(call, tuple(legs)))
    try:
        for leg, port in legs.items():
            await made.add(leg, address, port, peer, events)
    except BaseException as error:
        made.close(str(error) or type(error).__name__)  # the ports that were had are free again
        raise
    return made
