"""Random families of accounts, their calls on several servers, and what the law says of them.

A family is one of the judge's random cases, without what servers do not send: its calls are dealt
out to servers, none lasts longer than twenty minutes, and no two of its events share an instant,
because messages that cross have no order that all could know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from tests.ledger.pricing import curve_of
from tests.oracles.ledger import draw, simulate

from securecall.ledger.curve import PriceCurve, dumped
from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.item import Item
from securecall.money import dollars

__all__ = ["Event", "Family", "families"]

BEGINS_MS = 1_772_900_000_000  # an hour before clocks change in America: Saturday, 7 March 2026
SENT = ("call_start", "hangup", "deposit", "withdraw", "limit", "payment")
LASTS_MS_MAX = 1_200_000
KINDS = {"prepaid": "prepaid", "debit": "inmate_debit", "direct": "direct_bill"}


@dataclass(frozen=True)
class Event:
    """Something that a server does at an instant."""

    server: str
    at_ms: int
    item: Item
    curve: PriceCurve | None = None

    @property
    def takes(self) -> bool:
        """Whether it can be dated ahead: everything can but the end of a call."""
        return self.item.method != "end_call"


class Family:
    """One case, its names made its own."""

    def __init__(self, number: int, seed: int, t0: int, servers: Sequence[str]) -> None:
        case, _ = draw(seed)
        random = Random(f"servers {seed}")
        self.t0, self.number = t0, number
        self.case = self._renamed(case, random)
        self.servers = {
            event["call"]: random.choice(servers)
            for event in self.case["events"]
            if event["type"] == "call_start"
        }
        self._desk = random.choice(servers)

    def _renamed(self, case: Mapping[str, Any], random: Random) -> dict[str, Any]:
        def name(old: str) -> str:
            return f"{self.number}{old}"

        events: list[dict[str, Any]] = []
        started: set[str] = set()
        last = -1
        for event in case["events"]:
            if event["type"] not in SENT or ("call" in event and event["type"] == "refund"):
                continue
            one = dict(event)
            # The first is late enough for a lead; and no instant has two.
            one["at"] = last = max(event["at"] + 10_000, last + 1)
            one["id"] = name(event["id"])
            if "call" in event:
                one["call"] = name(event["call"])
                if event["type"] == "call_start":
                    started.add(one["call"])
                    one["max_ms"] = min(event.get("max_ms", LASTS_MS_MAX), LASTS_MS_MAX)
                elif one["call"] not in started:
                    continue
            if "account" in event:
                one["account"] = name(event["account"])
            if "funding" in event:
                one["funding"] = [name(each) for each in event["funding"]]
            events.append(one)
        accounts = {name(each): dict(doc) for each, doc in case["accounts"].items()}
        return {"accounts": accounts, "tariffs": case["tariffs"], "events": events}

    def open(self, ledger: Ledger) -> None:
        """Open its accounts, before time begins."""
        for name, account in self.case["accounts"].items():
            direct = account["type"] == "direct"
            opening = -account.get("owed", 0) if direct else account["balance"]
            limit = dollars(account["credit_limit"]) if direct else None
            ledger.open_account(
                name, KINDS[account["type"]], at=BEGINS_MS, opening=dollars(opening),
                credit_limit=limit, request_id=f"open:{name}",
            )  # fmt: skip

    def events(self) -> list[Event]:
        """Return what servers do, by instant."""
        return [self._event(event) for event in self.case["events"]]

    def _event(self, event: Mapping[str, Any]) -> Event:
        at_ms = self.t0 + event["at"]
        kind, name = event["type"], event["id"]
        if kind == "call_start":
            curve = curve_of(self.case["tariffs"][event["tariff"]], at_ms)
            call, payers = event["call"], list(event["funding"])
            arguments = {
                "call_id": call, "accounts": payers, "curve": dumped(curve).decode(),
                "split": event.get("split", False), "max_ms": event["max_ms"],
            }  # fmt: skip
            server = self.servers[call]
            item = Item(name, server, "start_call", tuple(payers), at_ms, arguments)
            return Event(server, at_ms, item, curve)
        if kind == "hangup":
            call = event["call"]
            payers = next(e["funding"] for e in self.case["events"] if e.get("call") == call)
            arguments = {"call_id": call, "reason": "hangup"}
            server = self.servers[call]
            return Event(
                server, at_ms, Item(name, server, "end_call", tuple(payers), at_ms, arguments)
            )
        method = {
            "deposit": "deposit", "withdraw": "withdraw", "payment": "pay",
            "limit": "set_credit_limit",
        }[kind]  # fmt: skip
        micros = event["gross"] if kind == "deposit" else event["amount"]
        amount = {"amount": str(dollars(micros))}
        arguments = {"account": event["account"], **amount}
        item = Item(name, self._desk, method, (event["account"],), at_ms, arguments)
        return Event(self._desk, at_ms, item)

    @cached_property
    def judged(self) -> dict[str, Any]:
        """What one machine would say."""
        return simulate(self.case, self.t0)["calls"]

    def told(self) -> str:
        """Return the case as text, to look at."""
        return json.dumps(self.case)


def families(seed: int, calls: int, servers: Sequence[str], spread_ms: int) -> list[Family]:
    """Return families with so many calls in all, that begin within a time."""
    random = Random(f"families {seed}")
    found: list[Family] = []
    count = number = 0
    while count < calls:
        number += 1
        t0 = BEGINS_MS + random.randrange(spread_ms)
        one = Family(number, seed * 100_000 + number, t0, servers)
        if one.servers:
            found.append(one)
            count += len(one.servers)
    return found
