"""The proof of several servers: processes on one PostgreSQL, beside what one machine would say."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from tests.ledger.postgres_server import Server
from tests.ledger.servers.families import families
from tests.ledger.servers.processes import Crew
from tests.ledger.servers.proof import Outcome, compare
from tests.ledger.servers.world import World
from tests.ledger.wire_proxy import Proxy, Statement

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.postgres_board import PostgresBoard

__all__ = ["SERVERS", "run", "sizes"]

SERVERS = ("east", "west", "north")
FAULTS = ("cut_before", "cut_answer", "cut_middle", "refuse", "deny")


def run(
    server: Server,
    calls: int,
    seed: int,
    *,
    lead_delays: int,
    delay_ms: int = 50,
    span_ms: int = 30_000,
    faults: int = 0,
    kills: Sequence[int] = (),
    **world: Any,
) -> Outcome:
    """Run so many calls on three processes, and judge them.

    Parameters
    ----------
    server : Server
    lead_delays : int
        How many delays ahead of its instant everything but an end is sent.
    faults : int
        So many statements are cut or refused on the way, at random.
    kills : sequence of int
        Before which batches of arrivals the database's server is killed and started again.
    world : mapping
        More for `World`.
    """
    url = server.new_url()
    found = families(seed, calls, SERVERS, spread_ms=1_800_000)
    random, left = Random(f"faults {seed}"), [faults]
    every = max(calls * 60 // max(faults, 1), 1)  # a call has some hundred statements

    def plan(statement: Statement) -> str | None:
        if left[0] == 0 or random.randrange(every):
            return None
        left[0] -= 1
        return random.choice(FAULTS)

    def between(batch: int) -> None:
        if batch in kills:
            server.kill()
            server.start()

    with Ledger.open(url) as ledger, Proxy(str(server.folder), server.port, plan) as proxy:
        for family in found:
            family.open(ledger)
        PostgresBoard(url).close()
        schema = url.rpartition("schema=")[2]
        theirs = server.url(schema, port=proxy.port) if faults else url
        crew = Crew(
            SERVERS, [theirs] * len(SERVERS), delay_ms=delay_ms, span_ms=span_ms, between=between
        )
        try:
            live = World(
                SERVERS, crew.post, delay_ms=delay_ms, span_ms=span_ms,
                lead_ms=lead_delays * delay_ms, seed=seed, **world,
            )  # fmt: skip
            live.run(found)
        finally:
            crew.close()
        outcome = compare(live, found, ledger)
        outcome.counts.update(crew.counts)
        outcome.errors = crew.errors
        outcome.counts.update({f"fault {name}": n for name, n in proxy.done.items()})
    server.drop([schema])
    return outcome


def sizes(outcome: Outcome) -> dict[str, Any]:
    """Return what was seen, in figures."""

    def three(values: list[int]) -> dict[str, int]:
        if not values:
            return {"count": 0}
        ordered = sorted(values)
        return {"count": len(ordered), "median": ordered[len(ordered) // 2], "most": ordered[-1]}

    return {
        "calls": outcome.calls,
        "books_end_elsewhere": len(outcome.books_differ),
        "media_end_elsewhere": len(outcome.media_differ),
        "media_late_ms": three(outcome.late_ms),
        "media_early_ms": three(outcome.early_ms),
        "unpaid_ms": three(outcome.unpaid_ms),
        "first_word_after_start_ms": three(outcome.began_late_ms),
        "paused_ms": three(outcome.paused_ms),
        "overspent": outcome.overspent,
        "missing": len(outcome.missing),
        "counts": dict(sorted(outcome.counts.items())),
    }
