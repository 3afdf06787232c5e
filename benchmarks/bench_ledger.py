"""How long a cutoff takes to find, and how long a deposit in memory takes."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.ledger import deposits, meters


@pytest.mark.parametrize("calls", [1, 10])
def test_solve(benchmark: Any, calls: int) -> None:
    from securecall.ledger.cutoff import cutoffs

    running = meters(calls, 30 * calls)
    assert len(benchmark(cutoffs, running)) == calls


def test_deposits_in_memory(benchmark: Any) -> None:
    benchmark.extra_info["operations"] = 200
    benchmark(deposits, 200)
