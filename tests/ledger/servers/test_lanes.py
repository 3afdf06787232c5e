"""What is cut or killed on the way to PostgreSQL loses nothing and counts nothing twice."""

from __future__ import annotations

from tests.ledger.postgres_server import Server, server
from tests.ledger.servers.lanes import cut, kill


def test_connections_that_are_cut_and_commits_that_are_refused_lose_and_repeat_nothing() -> None:
    seen = cut(server(), 25, 1)
    assert seen.faults == []
    cuts = sum(n for name, n in seen.counts.items() if name.startswith("fault cut"))
    assert cuts >= 25
    assert seen.counts["operations answered"] > 20


def test_servers_and_processes_that_are_killed_lose_and_repeat_nothing() -> None:
    one = Server()
    try:
        seen = kill(one, 2, 1)
    finally:
        one.close()
    assert seen.faults == []
    assert seen.counts["servers killed"] == 2
    assert seen.counts["operations answered"] > 5
