"""Random cases of several calls: the ledger and a judge that walks every increment agree."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.against_judge import differences
from tests.ledger.postgres_server import server

from securecall.ledger.ledger import Ledger

# A deep run plays more and others: python -m tests.ledger.against_judge 20000
CASES = 3_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 240
# Found by longer runs, and fixed: limits inside increments that are sold by the second.
KEPT = (94, 1881, 2079)
BLOCK = 20


@pytest.mark.parametrize("first", range(0, CASES, BLOCK))
def test_ledger_and_judge_agree(first: int) -> None:
    for seed in range(first, first + BLOCK):
        print(f"seed {seed}")
        found = differences(seed, lambda: Ledger.open("memory:"), polls=seed % 2 == 1)
        assert not found, f"seed {seed}: {found}"


@pytest.mark.parametrize("seed", KEPT)
def test_cases_that_were_found_stay_fixed(seed: int, make: Callable[[], Ledger]) -> None:
    assert not differences(seed, make, polls=False)


@pytest.mark.parametrize("seed", range(7_000, 7_012))
def test_the_same_requests_make_the_same_chain_in_every_store(seed: int, tmp_path: Path) -> None:
    hashes = set()
    for url in ("memory:", f"sqlite:///{tmp_path}/ledger.db", server().new_url()):
        opened: list[Ledger] = []

        def open_one(url: str = url, opened: list[Ledger] = opened) -> Ledger:
            opened.append(Ledger.open(url))
            return opened[0]

        assert not differences(seed, open_one, polls=seed % 2 == 0)
        hashes.add(opened[0].verify().hash)
    assert len(hashes) == 1
