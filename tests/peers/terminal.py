"""A prisoner's telephone: baresip-python behind a local socket, a process of its own.

    python -m tests.peers.terminal SOCKET EXCHANGE NAME

What it says in SIP and RTP is libbaresip's; this program only hands over what a host asks for, a
JSON object a line, and tells what happened and when. It goes on if the host dies, as a telephone
does. One call at a time has the telephone to itself: libbaresip waits for a call's sending thread
when it hangs up, up to 20 ms, and a second call would wait behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import baresip
from tests.peers.programs import HOST

__all__ = ["Terminal"]

#: How far ahead audio is handed over; libbaresip keeps two seconds.
AHEAD_BYTES: Final = 24_000
FEED_S: Final = 0.2


def now_ms() -> float:
    """Return the time of day in milliseconds."""
    return time.time() * 1000


class Terminal:
    """The telephone: what a host may ask for, and whom it tells."""

    def __init__(self, exchange: str, name: str) -> None:
        self.exchange, self.name = exchange, name
        self.runtime = baresip.Runtime()
        self.calls: dict[str, baresip.Call] = {}
        self.limits: dict[str, asyncio.TimerHandle] = {}
        self.hosts: set[asyncio.StreamWriter] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the stack."""
        await self.runtime.start(baresip.Config(net_interface=HOST, max_concurrent_calls=None))
        self.agent = await baresip.UserAgent.create(
            self.runtime,
            baresip.Account(
                user=self.name, domain=self.exchange, password="", reg_interval=0,
                registrar=self.exchange, audio_codecs=("PCMU",),
            ),
        )  # fmt: skip

    def tell(self, call: str, event: str, **more: Any) -> None:
        """Tell every host that listens."""
        line = json.dumps({"call": call, "event": event, "at_ms": now_ms(), **more}) + "\n"
        for host in list(self.hosts):
            with contextlib.suppress(ConnectionError):
                host.write(line.encode())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Do what a host asks for, until it hangs up or dies."""
        self.hosts.add(writer)
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                asked = json.loads(line)
                do = getattr(self, f"do_{asked.pop('do')}")
                self.behind(do(**asked))
        self.hosts.discard(writer)
        writer.close()

    def behind(self, work: Any) -> None:
        """Run something while other things are asked for."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def do_dial(self, call: str, to: str, pcm: str | None = None) -> None:
        """Call a number; from the answer on play a file of 16-bit samples, or silence."""
        dialled = await self.agent.dial(f"sip:{to}@{self.exchange}")
        self.calls[call] = dialled
        sound = Path(pcm).read_bytes() if pcm else b""

        def heard(event: baresip.StackEvent) -> None:
            kind = event.event
            if kind is baresip.Event.CALL_RINGING:
                self.tell(call, "ringing")
            elif kind is baresip.Event.CALL_ESTABLISHED:
                self.tell(call, "established", sip_call_id=dialled.call_id)
                if sound:
                    self.behind(self.play(dialled, sound))
            elif kind is baresip.Event.CALL_CLOSED:
                self.tell(call, "closed", text=event.text, sip_call_id=dialled.call_id)
                self.calls.pop(call, None)
                if timer := self.limits.pop(call, None):
                    timer.cancel()

        dialled.on(heard)
        dialled.on_dtmf(lambda pressed: self.tell(call, "digit", digit=pressed.digit))

    async def play(self, call: baresip.Call, sound: bytes) -> None:
        """Hand a sound over bit by bit, for as long as the call lasts."""
        at = 0
        while at < len(sound) and call.state is not baresip.CallState.CLOSED:
            with contextlib.suppress(baresip.AudioNotActive):
                room = AHEAD_BYTES - call.audio.info().tx_buffered
                if room > 0:
                    at += call.audio.write(sound[at : at + room])
                await asyncio.sleep(FEED_S)
                continue
            await asyncio.sleep(0.005)

    async def do_limit(self, call: str, at_ms: float | None) -> None:
        """Hang up at an instant, as a switch's own timer does; None: not by the clock."""
        if timer := self.limits.pop(call, None):
            timer.cancel()
        if at_ms is not None and call in self.calls:
            wait_s = (at_ms - now_ms()) / 1000
            loop = asyncio.get_running_loop()
            self.limits[call] = loop.call_later(
                max(0.0, wait_s), lambda: self.behind(self.do_hangup(call, why="limit"))
            )

    async def do_hangup(self, call: str, why: str = "asked") -> None:
        """Hang up."""
        if dialled := self.calls.get(call):
            asked_ms = now_ms()
            with contextlib.suppress(baresip.StaleHandleError):
                await dialled.hangup()
            self.tell(call, "hung_up", why=why, asked_ms=asked_ms)

    async def do_press(self, call: str, digits: str) -> None:
        """Press keys."""
        await self.calls[call].send_dtmf(digits)


async def main(socket: str, exchange: str, name: str) -> None:
    """Serve until the process is ended."""
    terminal = Terminal(exchange, name)
    await terminal.start()
    server = await asyncio.start_unix_server(terminal.serve, socket)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
