"""A server of WebSockets for every wire that has messages; needs ``securecall[media]``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from securecall.errors import BuildError, SecurecallError
from securecall.integrations.connection import Connection, Host
from securecall.integrations.limits import CONNECTIONS_MAX, IDLE_S_MAX, TEXT_CHARACTERS_MAX
from securecall.integrations.media import Closed, MediaEvent

__all__ = ["MessageWire", "serve_websocket"]

SUBPROTOCOLS = ("media", "audio.jambonz.org")
"""Of Asterisk's chan_websocket and of mod_audio_fork; the others ask for none."""

TRY_AGAIN = 1013
NOT_ALLOWED = 1008


class MessageWire(Protocol):
    """A wire of messages: `ChanWebSocket`, `AudioStream`, `TwilioStream`, `TelnyxStream`."""

    def message(self, data: str | bytes) -> list[MediaEvent]:
        """Return what one message says."""

    def end(self) -> list[MediaEvent]:
        """Return what the end of the connection says."""


async def serve_websocket(
    host: Host, wire_of: Callable[[str], MessageWire], address: str = "127.0.0.1",
    port: int = 9093, *, sample_rate_hz: int = 8000, connections: int = CONNECTIONS_MAX,
    idle_s: float = IDLE_S_MAX, **options: Any,
) -> Any:  # fmt: skip
    """Listen for a switch's WebSockets; the server that is returned runs until it is closed.

    Parameters
    ----------
    host : Host
    wire_of : callable
        Given the path that was asked for, returns the wire to read: a path can name the call.
    address, port, sample_rate_hz, connections, idle_s
        As for `securecall.integrations.audiosocket_server.serve_audiosocket`.
    **options
        For ``websockets.asyncio.server.serve``, such as ``ssl``.

    Raises
    ------
    BuildError
        websockets is not installed.

    Source
    ------
    RFC 6455 (2011), by the package websockets.
    """
    try:
        from websockets.asyncio.server import serve
        from websockets.exceptions import ConnectionClosed
    except ImportError as error:
        raise BuildError(
            f"a server of WebSockets needs websockets, which cannot be used ({error}): "
            "pip install 'securecall[media]'"
        ) from None
    open_now = 0

    def agreed(_: Any, offered: Sequence[Any]) -> Any:
        return next((name for name in offered if name in SUBPROTOCOLS), None)

    async def one(socket: Any) -> None:
        nonlocal open_now
        open_now += 1
        clock = asyncio.get_running_loop().time
        connection = Connection(host, clock, sample_rate_hz)
        reason, code, rest = "closed", 1000, list[MediaEvent]()
        taken = open_now <= connections
        try:
            wire = wire_of(socket.request.path)
            if not taken:
                reason, code = "too many connections", TRY_AGAIN
            while taken and not connection.over:
                try:
                    data = await asyncio.wait_for(socket.recv(), min(1.0, idle_s))
                except TimeoutError:
                    connection.tick()
                except ConnectionClosed:
                    rest = wire.end()
                    break
                else:
                    connection.take(wire.message(data))
                if connection.stale(idle_s):
                    reason, rest = "idle", [Closed("idle")]
                    break
        except (SecurecallError, OSError) as error:
            reason, code = str(error), NOT_ALLOWED
        finally:
            open_now -= 1
            connection.close(reason, rest)
            await socket.close(code, reason[:60])

    return await serve(
        one, address, port, max_size=TEXT_CHARACTERS_MAX, max_queue=16,
        select_subprotocol=agreed, **options,
    )  # fmt: skip
