"""How long a deck takes from CSV text to a tariff that can rate."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.workloads import PLAIN, plain_deck


@pytest.mark.parametrize("prefixes", [100, 10_000, 100_000])
def test_load(benchmark: Any, prefixes: int) -> None:
    import securecall as sc

    content = plain_deck(prefixes).csv()
    benchmark.extra_info["rows"] = prefixes
    tariff = benchmark.pedantic(
        sc.Tariff.loads, (PLAIN,), {"decks": {"deck.csv": content}}, rounds=3
    )
    assert tariff.digest
