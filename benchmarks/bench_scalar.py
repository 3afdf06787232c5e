"""How long one live call takes: its price, its curve, and how far a balance reaches."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from benchmarks.single import SECONDS, live_call
from benchmarks.workloads import everything_tariff


@pytest.fixture(scope="module")
def curve() -> Any:
    import securecall as sc

    return sc.Tariff.loads(SECONDS).curve(live_call(3 * 3_600_000))


def test_rate(benchmark: Any) -> None:
    assert benchmark(everything_tariff().rate, live_call()).total > 0


def test_curve(benchmark: Any) -> None:
    assert benchmark(everything_tariff().curve, live_call()).total(60_000) > 0


def test_reach(benchmark: Any, curve: Any) -> None:
    assert benchmark(curve.reach, Decimal("9.00")) > 0


def test_total(benchmark: Any, curve: Any) -> None:
    assert benchmark(curve.total, 3 * 3_600_000) > 0
