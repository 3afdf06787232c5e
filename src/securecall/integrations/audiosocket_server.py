"""A server of AudioSocket in asyncio: one connection of Asterisk's is one call."""

from __future__ import annotations

import asyncio

from securecall.errors import SecurecallError
from securecall.integrations.audiosocket import AudioSocket
from securecall.integrations.connection import Connection, Host
from securecall.integrations.limits import CONNECTIONS_MAX, IDLE_S_MAX
from securecall.integrations.media import Closed

__all__ = ["serve_audiosocket"]

READ_BYTES = 4096


async def serve_audiosocket(
    host: Host, address: str = "127.0.0.1", port: int = 9092, *, leg: str = "called",
    sample_rate_hz: int = 8000, connections: int = CONNECTIONS_MAX, idle_s: float = IDLE_S_MAX,
) -> asyncio.Server:  # fmt: skip
    """Listen for Asterisk; the server that is returned runs until it is closed.

    Parameters
    ----------
    host : Host
    address, port
        Where to listen. AudioSocket has neither passwords nor encryption: not on an open network.
    leg : {"called", "calling"}
    sample_rate_hz : {8000, 16000}
    connections : int
        How many at a time; one more is closed at once.
    idle_s : float
        A connection that brings nothing for so long is closed.

    Source
    ------
    docs.asterisk.org, AudioSocket (2026).
    """
    open_now = 0

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        open_now += 1
        clock = asyncio.get_running_loop().time
        wire, connection = AudioSocket(leg), Connection(host, clock, sample_rate_hz)
        reason, rest, taken = "too many connections", True, open_now <= connections
        try:
            while taken:
                try:
                    data = await asyncio.wait_for(reader.read(READ_BYTES), min(1.0, idle_s))
                except TimeoutError:
                    connection.tick()
                else:
                    connection.take(wire.feed_bytes(data) if data else wire.end())
                    if not data or connection.over:
                        reason, rest = "closed", False
                        break
                if connection.stale(idle_s):
                    reason = "idle"
                    break
        except (SecurecallError, OSError) as error:
            reason, rest = str(error), False
        finally:
            open_now -= 1
            connection.close(reason, [Closed(reason)] if rest else ())
            writer.close()

    return await asyncio.start_server(one, address, port, limit=2 * READ_BYTES)
