"""The host program: a gate, its sessions and a ledger, and telephones that it only asks.

    python -m tests.peers.host PLAN.json

The plan names the ledger, the tariff, the facility, the telephones' sockets and the calls of each;
what is left of each call is written to the plan's ``out``, a JSON object a line. The host plays no
media and stops none: a session's cutoff goes into the telephone's own timer, as it would into a
switch's. It can be killed at any moment: what it knows is in the ledger.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from securecall import Ledger, Tariff
from securecall.calls import CallAttempt, Directory, Facility, Gate
from securecall.calls.actions import Action, Disconnect, Timer
from securecall.errors import CallRefused
from securecall.fraud.policy_files import read_policy

__all__ = ["Host", "Line"]

TICK_S: Final = 0.1
#: How long a telephone may take to do what a session wants, before the host asks again.
PATIENCE_S: Final = 5.0


def now_ms() -> int:
    """Return the time of day in whole milliseconds."""
    return time.time_ns() // 1_000_000


class Line:
    """The host's end of a telephone's socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def ask(self, do: str, call: str, **more: Any) -> None:
        """Ask for something."""
        self.writer.write((json.dumps({"do": do, "call": call, **more}) + "\n").encode())

    async def told(self, wait_s: float) -> dict[str, Any] | None:
        """Return what the telephone says next; None if it says nothing for so long."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), wait_s)
        except TimeoutError:
            return None
        if not line:
            raise ConnectionError("the telephone is gone")
        return dict(json.loads(line))


class Host:
    """Places the calls of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.ledger = Ledger.open(plan["ledger"])
        self.tariff = Tariff.load(plan["tariff"])
        self.gate = Gate(
            Facility(**plan["facility"]), Directory(), self.ledger, self.tariff,
            **({"policy": read_policy(plan["policy"])} if "policy" in plan else {}),
        )  # fmt: skip
        self.out = Path(plan["out"]).open("a", encoding="utf-8")

    def keep(self, **what: Any) -> None:
        """Write a line of what happened."""
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()

    async def run(self) -> None:
        """Have every telephone place its calls, one after the other."""
        await asyncio.gather(
            *(self.serve(socket, calls) for socket, calls in self.plan["telephones"].items())
        )

    async def serve(self, socket: str, calls: list[dict[str, Any]]) -> None:
        """Place the calls of one telephone."""
        line = Line(*await asyncio.open_unix_connection(socket))
        for call in calls:
            await self.place(line, call)

    async def place(self, line: Line, call: dict[str, Any]) -> None:
        """Place a call, and keep what is left of it."""
        attempt = CallAttempt(**{**call["attempt"], "accounts": tuple(call["attempt"]["accounts"])})
        try:
            session = self.gate.connect(attempt, at=now_ms())
        except CallRefused as refused:
            codes = [each.code for each in refused.decision.reasons]
            self.keep(call=attempt.call_id, refused=codes)
            return
        name = attempt.call_id
        more: dict[str, Any] = {"sip_call_id": None, "hung_up": None}
        line.ask("dial", name, to=attempt.number)
        while session.running or more["sip_call_id"] is None:
            told = await line.told(TICK_S)
            if told is not None and told["call"] != name:
                continue
            at = now_ms() if told is None else int(told["at_ms"])
            match told and told["event"]:
                case "ringing":
                    self.do(line, name, session.ring(at))
                case "established":
                    self.do(line, name, session.answer(at))
                    if "press" not in call:
                        self.do(line, name, session.accept(at))
                case "digit":
                    self.do(line, name, session.signal("dtmf", told["digit"]))
                    self.do(line, name, session.tick(at))
                case "closed":
                    more["sip_call_id"] = told["sip_call_id"]
                    more["hung_up"] = told["hung_up"]
                    self.do(line, name, session.hang_up(at, *ended_by(told)))
                case None:
                    self.do(line, name, session.tick(at))
        self.keep(call=name, record=session.record.to_dict(), **more)

    def do(self, line: Line, name: str, actions: tuple[Action, ...]) -> None:
        """Do what a session wants."""
        for action in actions:
            match action:
                case Timer(cutoff_at):
                    line.ask("limit", name, at_ms=cutoff_at and int(cutoff_at.timestamp() * 1000))
                case Disconnect():
                    line.ask("hangup", name)


def ended_by(told: dict[str, Any]) -> tuple[str, str | None]:
    """Return who ended a call, and with which cause, from what the telephone says of its end."""
    if told["hung_up"]:
        return "caller", None
    code = told["text"].split(" ", 1)[0]
    return ("network", f"sip:{code}") if code.isdigit() else ("called", None)


if __name__ == "__main__":
    asyncio.run(Host(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).run())
