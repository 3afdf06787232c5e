"""A prisoner's telephone: baresip from Debian, asked over its control socket.

    python -m tests.peers.console SOCKET EXCHANGE NAME SOUND

The same to a host as `tests.peers.terminal`, with another program behind it. This one keeps its
RTP clock: every packet is due 20 ms after the one before, however late that was, so that a
timestamp says when a packet should have gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path
from typing import Any

from tests.peers.debian_baresip import begun, netstring
from tests.peers.programs import HOST
from tests.peers.terminal import Terminal, now_ms, serve

__all__ = ["Console"]


class Console(Terminal):
    """The telephone."""

    # Its driver for files wakes every 4 ms (measured): so late a packet leaves that was due.
    leaves_ms = 4

    async def start(self) -> None:
        """Start the program and reach its control socket."""
        _, control = begun(
            Path.cwd() / "baresip", name=self.name, exchange=self.exchange, sound=Path(self.sound),
            more=f'regint=0;outbound="sip:{self.exchange}"',
        )  # fmt: skip
        for _ in range(200):
            with contextlib.suppress(ConnectionRefusedError):
                self.reader, self.writer = await asyncio.open_connection(HOST, control)
                break
            await asyncio.sleep(0.05)
        self.dialled: str | None = None
        self.behind(self.listen())

    def command(self, command: str, parameters: str = "") -> None:
        """Ask for something, as netstring of JSON."""
        self.writer.write(netstring(json.dumps({"command": command, "params": parameters})))

    async def listen(self) -> None:
        """Tell what the program says."""
        link = self.writer.get_extra_info("socket")
        while True:
            # It writes a message in pieces, and would wait 40 ms for each to be acknowledged.
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            size = await self.reader.readuntil(b":")
            said = json.loads(await self.reader.readexactly(int(size[:-1])))
            await self.reader.readexactly(1)
            if said.get("event"):
                self.said(said)

    def said(self, event: dict[str, Any]) -> None:
        """Tell what the program says of a call."""
        call = self.dialled
        if call is None:
            return
        match event["type"]:
            case "CALL_RINGING":
                self.tell(call, "ringing")
            case "CALL_ESTABLISHED":
                self.tell(call, "established", sip_call_id=event["id"])
            case "CALL_DTMF_START":
                self.tell(call, "digit", digit=event["param"])
            case "CALL_CLOSED":
                self.dialled = None
                self.closed(call, event["param"], event["id"])

    async def do_dial(self, call: str, to: str, record: bool = True) -> None:
        """Call a number; this program cannot say that a call must not be recorded."""
        assert record, "a privileged call is placed by tests.peers.terminal"
        self.dialled = call
        self.command("dial", f"sip:{to}@{self.exchange}")

    async def do_hangup(self, call: str, why: str = "asked") -> None:
        """Hang up."""
        if call == self.dialled:
            self.asked.setdefault(call, {"why": why, "at_ms": now_ms()})
            self.command("hangup")

    async def do_press(self, call: str, digits: str) -> None:
        """Press keys."""
        for digit in digits:
            self.command("sndcode", digit)
            await asyncio.sleep(0.2)

    def in_call(self, call: str) -> bool:
        """Return whether a call is going on."""
        return call == self.dialled


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Console(*sys.argv[2:])))
