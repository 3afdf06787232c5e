"""A prisoner's telephone: baresip-python behind a local socket, a process of its own.

    python -m tests.peers.terminal SOCKET EXCHANGE NAME SOUND

What it says in SIP and RTP is libbaresip's; this program only hands over what a host asks for, a
JSON object a line, and tells what happened and when. It goes on if the host dies, as a telephone
does. What is said into it is a WAV file, which libbaresip's own driver plays from the answer on: it
keeps to the clock, whereas PCM handed over from Python is sent 20 ms late for good once a packet
was late (measured). One call at a time has the telephone to itself: libbaresip waits for a call's
sending thread when it hangs up, up to 20 ms, and a second call would wait behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

import baresip
from tests.peers.programs import HOST

__all__ = ["Terminal", "now_ms", "serve"]


def now_ms() -> float:
    """Return the time of day in milliseconds."""
    return time.time() * 1000


class Terminal:
    """The telephone: what a host may ask for, and whom it tells."""

    #: How late a packet may leave: a limit waits so long for those that were due before it.
    leaves_ms = 0

    def __init__(self, exchange: str, name: str, sound: str) -> None:
        self.exchange, self.name, self.sound = exchange, name, sound
        self.calls: dict[str, baresip.Call] = {}
        self.names: dict[int, str] = {}
        self.early: dict[int, list[baresip.StackEvent]] = {}
        self.asked: dict[str, dict[str, Any]] = {}
        self.limits: dict[str, asyncio.TimerHandle] = {}
        self.hosts: set[asyncio.StreamWriter] = set()
        self.over: dict[str, dict[str, Any]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the stack."""
        self.runtime = baresip.Runtime()
        await self.runtime.start(
            baresip.Config(
                net_interface=HOST, audio_source=f"aufile,{self.sound}", max_concurrent_calls=None
            )
        )
        self.runtime.subscribe(self.heard)
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

    async def do_dial(self, call: str, to: str, record: bool = True) -> None:
        """Call a number, and say whether the call may be recorded."""
        dialled = await self.agent.dial(
            f"sip:{to}@{self.exchange}", headers=None if record else {"X-Record": "off"}
        )
        self.calls[call] = dialled
        self.names[dialled.handle] = call
        dialled.on_dtmf(lambda pressed: self.tell(call, "digit", digit=pressed.digit))
        # A fast answer comes before `dial` is back, and no call is there yet to tell of it.
        for event in self.early.pop(dialled.handle, ()):
            self.heard(event)

    def heard(self, event: baresip.StackEvent) -> None:
        """Tell what the stack says of a call."""
        call = self.names.get(event.call)
        if call is None:
            if event.call:
                self.early.setdefault(event.call, []).append(event)
            return
        match event.event:
            case baresip.Event.CALL_RINGING:
                self.tell(call, "ringing")
            case baresip.Event.CALL_ESTABLISHED:
                self.tell(call, "established", sip_call_id=event.call_id)
            case baresip.Event.CALL_CLOSED:
                self.calls.pop(call, None)
                self.names.pop(event.call)
                self.closed(call, event.text, event.call_id)

    def closed(self, call: str, text: str, sip_call_id: str) -> None:
        """Tell that a call is over, and whether it was asked to be."""
        if timer := self.limits.pop(call, None):
            timer.cancel()
        hung_up = self.asked.pop(call, None)
        told = {"text": text, "sip_call_id": sip_call_id, "hung_up": hung_up}
        self.over[call] = told
        self.tell(call, "closed", **told)

    def in_call(self, call: str) -> bool:
        """Return whether a call is going on."""
        return call in self.calls

    async def do_recall(self, call: str) -> None:
        """Tell a host that was away whether a call is over."""
        if call in self.over:
            self.tell(call, "closed", **self.over[call])

    async def do_limit(self, call: str, at_ms: float | None) -> None:
        """Hang up at an instant, as a switch's own timer does; None: not by the clock."""
        if timer := self.limits.pop(call, None):
            timer.cancel()
        if at_ms is not None and self.in_call(call):
            self.aim(call, at_ms + self.leaves_ms)

    def aim(self, call: str, at_ms: float) -> None:
        """Hang up when the clock says so, and no earlier."""
        left_s = (at_ms - now_ms()) / 1000
        if left_s <= 0:
            self.behind(self.do_hangup(call, why="limit"))
            return
        loop = asyncio.get_running_loop()
        self.limits[call] = loop.call_later(left_s, self.aim, call, at_ms)

    async def do_hangup(self, call: str, why: str = "asked") -> None:
        """Hang up."""
        if dialled := self.calls.get(call):
            self.asked.setdefault(call, {"why": why, "at_ms": now_ms()})
            with contextlib.suppress(baresip.StaleHandleError):
                await dialled.hangup()

    async def do_press(self, call: str, digits: str) -> None:
        """Press keys."""
        await self.calls[call].send_dtmf(digits)


async def serve(socket: str, terminal: Terminal) -> None:
    """Serve until the process is ended."""
    await terminal.start()
    server = await asyncio.start_unix_server(terminal.serve, socket)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Terminal(*sys.argv[2:])))
