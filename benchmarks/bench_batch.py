"""How long a batch takes by size: one row is the call's overhead, a million rows are the loop."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.workloads import (
    everything_calls,
    everything_tariff,
    plain_calls,
    plain_deck,
    plain_tariff,
)

SIZES = (1, 10_000, 1_000_000)


@pytest.fixture(scope="module")
def deck() -> Any:
    return plain_deck(10_000)


@pytest.mark.parametrize("rows", SIZES)
def test_plain(benchmark: Any, deck: Any, rows: int) -> None:
    tariff, calls = plain_tariff(deck), plain_calls(deck, rows)
    benchmark.extra_info["rows"] = rows
    assert benchmark(tariff.rate_batch, calls).num_rows == rows


@pytest.mark.parametrize("rows", SIZES)
def test_everything(benchmark: Any, rows: int) -> None:
    tariff, calls = everything_tariff(), everything_calls(rows)
    benchmark.extra_info["rows"] = rows
    assert benchmark(tariff.rate_batch, calls).num_rows == rows
