"""The model: several servers in one process, before the judge. ``python -m ...model CALLS SEED``."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence

from tests.ledger.servers.families import families
from tests.ledger.servers.proof import Outcome, compare
from tests.ledger.servers.world import Message, World

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.board import MemoryBoard
from securecall.ledger.servers.office import Office, Reply

__all__ = ["run"]

SERVERS = ("east", "west", "north")


def run(
    calls: int, seed: int, *, lead: int, delay_ms: int = 50, span_ms: int = 30_000, **options
) -> Outcome:
    ledger, board = Ledger.open("memory:"), MemoryBoard()
    office = Office(ledger, board, delay_ms=delay_ms, span_ms=span_ms)

    def post(batch: Sequence[Message]):
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
    for item in board._items.values():
        if item.code == "promised":
            outcome.counts[f"promised {item.method} {item.state}"] += 1
    outcome.promised = [i for i in board._items.values() if i.code == "promised"]
    return outcome


def outages(seed: int, share: float = 0.1):
    """Return which messages are lost: each server is cut off for a minute now and then."""

    def lost(server: str, at_ms: int) -> bool:
        return random.Random(f"{seed} {server} {at_ms // 60_000}").random() < share

    return lost


if __name__ == "__main__":
    began = time.monotonic()
    seed = int(sys.argv[2])
    more = {}
    if "outages" in sys.argv:
        more = {"lost": outages(seed)}
    if "deaf" in sys.argv:
        more["deaf"] = 0.5
    got = run(int(sys.argv[1]), seed, lead=int(sys.argv[3]), **more)
    print(got.calls, "calls", round(time.monotonic() - began, 1), "s", dict(got.counts))
    print("books differ", len(got.books_differ), got.books_differ[:5])
    print("media differ", len(got.media_differ), got.media_differ[:8])
    print(
        "late",
        sorted(got.late_ms)[-5:],
        "early",
        sorted(got.early_ms)[-5:],
        "unpaid",
        sorted(got.unpaid_ms)[-5:],
        len(got.unpaid_ms),
    )
    print(
        "paused",
        len(got.paused_ms),
        sorted(got.paused_ms)[-3:],
        "began late",
        len(got.began_late_ms),
        sorted(got.began_late_ms)[-3:],
    )
    print("overspent", got.overspent[:3], "missing", got.missing[:5])
