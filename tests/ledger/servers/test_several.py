"""Servers that are processes, on one PostgreSQL; ``python -m benchmarks.servers`` has more."""

from __future__ import annotations

from tests.ledger.postgres_server import Server
from tests.ledger.servers.several import run, sizes


def test_three_processes_end_calls_where_one_machine_would_whatever_is_cut_or_killed() -> None:
    one = Server()  # of its own, because it is killed
    try:
        seen = run(one, 24, 1, lead_delays=2, faults=25, kills=(40,))
    finally:
        one.close()
    assert seen.calls >= 24
    assert sum(n for name, n in seen.counts.items() if name.startswith("fault")) >= 10
    assert seen.books_differ == seen.media_differ == seen.overspent == seen.missing == []
    assert sizes(seen)["media_late_ms"] == {"count": 0}
