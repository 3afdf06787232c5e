"""How long a deck takes from CSV text to a tariff that can rate, and from a compiled file."""

from __future__ import annotations

from pathlib import Path
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


@pytest.mark.parametrize("prefixes", [100, 10_000, 100_000])
def test_load_compiled(benchmark: Any, prefixes: int, tmp_path: Path) -> None:
    import securecall as sc

    tariff = sc.Tariff.loads(PLAIN, decks={"deck.csv": plain_deck(prefixes).csv()})
    tariff.save(tmp_path / "plain.tariff")
    benchmark.extra_info["rows"] = prefixes
    again = benchmark.pedantic(sc.load_compiled, (tmp_path / "plain.tariff",), rounds=20)
    assert again == tariff
