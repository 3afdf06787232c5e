"""The host program: a gate, its sessions and a ledger, and telephones that it only asks.

    python -m tests.peers.host PLAN.json

The plan names the ledger, the tariff, the facility, the telephones' sockets and the calls of each;
what is left of each call is written to the plan's ``out``, a JSON object a line. The host plays no
media and stops none: a session's cutoff goes into the telephone's own timer, as it would into a
switch's, or with ``proxy`` and ``relay`` the host has these end the call. It can be killed at any
moment: what it knows is in the ledger. A plan with ``comes_back`` settles what a host of the same
name left behind, and takes up what goes on.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from tests.peers.exchange import ask_proxy, ask_relay
from tests.peers.listening import Listening

from securecall import Ledger, Tariff
from securecall.calls import CallAttempt, Directory, Facility, Gate, PrivilegedSession, Session
from securecall.calls.actions import Action, Disconnect, Timer
from securecall.calls.prompts import Prompts
from securecall.calls.recovery import recorded, recover_calls, resume_call
from securecall.errors import CallRefused
from securecall.fraud.policy_files import read_policy
from securecall.ledger.heartbeat import Heartbeat, last_alive_ms

__all__ = ["Host", "Line"]

TICK_S: Final = 0.1


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

    def limit(self, call: str, cutoff_at: datetime | None) -> None:
        """Have it hang up at an instant."""
        self.ask("limit", call, at_ms=cutoff_at and round(cutoff_at.timestamp() * 1000))

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
            prompts=Prompts(**plan.get("prompts", {})), host=plan.get("host", ""),
        )  # fmt: skip
        for number in plan.get("privileged", ()):
            self.gate.directory.privilege(number, kind="attorney", at=now_ms(), by="staff")
        self.lines: dict[str, Line] = {}
        self.sip_ids: dict[str, str] = {}
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.cut_ms: dict[str, float] = {}
        self.ledger.subscribe(self.moved)
        self.done: dict[str, list[str]] = {}
        # The last proof of life: what a crash costs is at most the time since then.
        self.heart = Heartbeat(plan["heartbeat"]) if "heartbeat" in plan else None
        self.out = Path(plan["out"]).open("a", encoding="utf-8")

    def keep(self, **what: Any) -> None:
        """Write a line of what happened."""
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()

    async def run(self) -> None:
        """Settle what a dead host left, then have every telephone place its calls, in turn."""
        if self.plan.get("comes_back"):
            self.come_back()
        living = asyncio.create_task(self.live())
        await asyncio.gather(
            *(self.serve(socket, calls) for socket, calls in self.plan["telephones"].items())
        )
        living.cancel()

    def come_back(self) -> None:
        """Settle the calls of the host that died, but those that will be taken up again."""
        calls = (call for each in self.plan["telephones"].values() for call in each)
        found = recover_calls(
            self.ledger, self.tariff, host=self.plan["host"], at=now_ms(),
            last_alive_ms=last_alive_ms(self.plan["heartbeat"]),
            kept=[call["take_up"] for call in calls if "take_up" in call],
        )  # fmt: skip
        for record in found:
            self.keep(call=record.call_id, record=record.to_dict())

    async def live(self) -> None:
        """Give proof of life."""
        while self.heart is not None:
            self.heart.beat(now_ms())
            await asyncio.sleep(TICK_S)

    async def serve(self, socket: str, calls: list[dict[str, Any]]) -> None:
        """Place the calls of one telephone, or take up one that goes on there."""
        line = Line(*await asyncio.open_unix_connection(socket))
        for call in calls:
            if "hang_up" in call:
                line.ask("hangup", call["hang_up"])
            elif "take_up" in call:
                await self.take_up(line, call)
            elif (session := self.begin(call["attempt"])) is not None:
                line.ask("dial", session.call_id, to=session.number, record=not session.privileged)
                await self.follow(line, session, call)

    async def take_up(self, line: Line, call: dict[str, Any]) -> None:
        """Go on with a call of the host that died, or keep its record if it has ended since."""
        name = call["take_up"]
        line.ask("recall", name)
        self.ledger.settle_due(at=now_ms())
        if self.ledger.call(name).running:
            session = resume_call(self.gate.sessions, name, at=now_ms())
            await self.follow(line, session, call)
            return
        while (told := await line.told(TICK_S)) is None or told["event"] != "closed":
            continue
        record = recorded(self.ledger, self.tariff, name)
        self.keep(call=name, record=record.to_dict(), sip_call_id=told["sip_call_id"])

    def begin(self, told: dict[str, Any]) -> Session | PrivilegedSession | None:
        """Ask the gate; of a call that it refuses keep why."""
        attempt = CallAttempt(**{**told, "accounts": tuple(told["accounts"])})
        try:
            return self.gate.connect(attempt, at=now_ms())
        except CallRefused as refused:
            codes = [each.code for each in refused.decision.reasons]
            self.keep(call=attempt.call_id, refused=codes)
            return None

    async def follow(
        self, line: Line, session: Session | PrivilegedSession, call: dict[str, Any]
    ) -> None:
        """Be with a call to its end, and keep what is left of it."""
        name = session.call_id
        sip: dict[str, Any] = {"sip_call_id": None, "hung_up": None}
        listening: Listening | None = None
        self.lines[name] = line
        wishes = sorted(call.get("wishes", ()), key=itemgetter("after_ms"))
        while session.running or sip["hung_up"] is None:
            told = await line.told(TICK_S)
            if told is not None and told["call"] != name:
                continue
            at = now_ms() if told is None else int(told["at_ms"])
            match told and told["event"]:
                case "ringing":
                    self.do(line, name, session.ring(at))
                case "established":
                    sip["sip_call_id"] = self.sip_ids[name] = told["sip_call_id"]
                    self.do(line, name, session.answer(at))
                    if not call.get("asks"):
                        self.do(line, name, session.accept(at))
                    if "recordings" in self.plan and isinstance(session, Session):
                        folder = Path(self.plan["recordings"])
                        listening = Listening(folder, sip["sip_call_id"], session)
                case "closed":
                    sip["sip_call_id"] = told["sip_call_id"]
                    sip["hung_up"] = told["hung_up"] or {"why": "far", "at_ms": told["at_ms"]}
                    if listening is not None:
                        self.do(line, name, listening.end(at))
                    self.do(line, name, session.hang_up(at, *ended_by(told)))
                case None:
                    if listening is not None:
                        self.do(line, name, listening.hear())
                    self.do(line, name, session.tick(at))
            while wishes and session.accepted_ms and session.running:
                if at < session.accepted_ms + wishes[0]["after_ms"]:
                    break
                line.ask(call=name, **wishes.pop(0)["ask"])
        self.lines.pop(name)
        self.keep(
            call=name, record=session.record.to_dict(), done=self.done.pop(name, []),
            cut_ms=self.cut_ms.get(name), **sip,
        )  # fmt: skip

    def moved(self, call: str, _: datetime | None, cutoff_at: datetime | None) -> None:
        """Program a call's timer anew: another call draws on the same money."""
        if call in self.lines:
            self.limit(call, cutoff_at)

    def limit(self, call: str, cutoff_at: datetime | None) -> None:
        """Program a call's timer: the telephone's, or the host's own where the proxy is to cut."""
        if "proxy" not in self.plan:
            self.lines[call].limit(call, cutoff_at)
            return
        if timer := self.timers.pop(call, None):
            timer.cancel()
        if cutoff_at is not None:
            self.aim(call, cutoff_at.timestamp())

    def aim(self, call: str, at_s: float) -> None:
        """Cut a call when the clock says so, and no earlier."""
        left_s = at_s - time.time()
        if left_s > 0:
            loop = asyncio.get_running_loop()
            self.timers[call] = loop.call_later(left_s, self.aim, call, at_s)
        else:
            self.cut(call)

    def cut(self, call: str) -> None:
        """Have the relay and the proxy end a call, whatever its telephones want."""
        if call in self.cut_ms:
            return
        folder = Path(self.plan["proxy"])
        for dialog in ask_proxy(folder, "dlg.list") or ():
            if dialog["call-id"] == self.sip_ids[call]:
                self.cut_ms[call] = time.time() * 1000
                # The relay first: from here on nobody hears anything, whoever still sends.
                tag = dialog["caller"]["tag"]
                ask_relay(
                    self.plan["relay"],
                    {"command": "delete", "call-id": dialog["call-id"], "from-tag": tag},
                )
                ask_proxy(folder, "dlg.end_dlg", dialog["h_entry"], dialog["h_id"])

    def do(self, line: Line, name: str, actions: Iterable[Action]) -> None:
        """Do what a session wants."""
        for action in actions:
            self.done.setdefault(name, []).append(type(action).__name__)
            match action:
                case Timer(cutoff_at):
                    self.limit(name, cutoff_at)
                case Disconnect() if "proxy" in self.plan:
                    self.cut(name)
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
