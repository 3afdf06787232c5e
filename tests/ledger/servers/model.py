"""The model: several servers in one process, before the judge.

``python -m tests.ledger.servers.model CALLS SEED LEAD [outages] [deaf]`` prints what it saw.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.ledger.servers.families import families
from tests.ledger.servers.proof import Outcome, compare
from tests.ledger.servers.world import Message, World

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.board import MemoryBoard
from securecall.ledger.servers.office import Office, Reply

__all__ = ["main", "outages", "run"]

SERVERS = ("east", "west", "north")


def run(
    calls: int, seed: int, *, lead: int, delay_ms: int = 50, span_ms: int = 30_000, **options: Any
) -> Outcome:
    """Run so many calls on three servers, everything sent so many delays ahead, and judge them."""
    ledger, board = Ledger.open("memory:"), MemoryBoard()
    office = Office(ledger, board, delay_ms=delay_ms, span_ms=span_ms)

    def post(batch: Sequence[Message]) -> tuple[list[Reply | None], dict[str, list[str]]]:
        replies: list[Reply | None] = [
            office.exchange(each.server, each.now_ms, each.items, each.acks, each.asks)
            for each in batch
        ]
        return replies, {name: board.heard(name) for name in SERVERS}

    found = families(seed, calls, SERVERS, spread_ms=1_800_000)
    for family in found:
        family.open(ledger)
    world = World(
        SERVERS,
        post,
        delay_ms=delay_ms,
        span_ms=span_ms,
        lead_ms=lead * delay_ms,
        seed=seed,
        **options,
    )
    world.run(found)
    outcome = compare(world, found, ledger)
    outcome.counts.update(
        f"promised {item.method} {item.state}"
        for item in board._items.values()
        if item.code == "promised"
    )
    return outcome


def outages(seed: int, share: float = 0.1) -> Callable[[str, int], bool]:
    """Return which messages are lost: each server is cut off for a minute now and then."""

    def lost(server: str, at_ms: int) -> bool:
        return random.Random(f"{seed} {server} {at_ms // 60_000}").random() < share

    return lost


def main(words: list[str]) -> int:
    """Run as the words say; return how many calls ended elsewhere."""
    seed, more = int(words[1]), {}
    if "outages" in words:
        more["lost"] = outages(seed)
    if "deaf" in words:
        more["deaf"] = 1.0
    began = time.monotonic()
    seen = run(int(words[0]), seed, lead=int(words[2]), **more)
    print(f"{seen.calls} calls, {time.monotonic() - began:.1f} s, {dict(seen.counts)}")
    print("books differ", len(seen.books_differ), seen.books_differ[:5])
    print("media differ", len(seen.media_differ), seen.media_differ[:5])
    for name in ("late_ms", "early_ms", "unpaid_ms", "paused_ms", "began_late_ms"):
        values = sorted(getattr(seen, name))
        print(name, len(values), values[-3:])
    print("overspent", seen.overspent[:3], "missing", seen.missing[:5])
    return len(seen.media_differ)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
