"""The engine beside the oracle: the slow program that says what is right, on the same calls."""

from __future__ import annotations

import tomllib
from typing import Any

from benchmarks.measure import least_seconds
from benchmarks.row import Row
from benchmarks.worker import micros_of
from benchmarks.workloads import everything_calls, everything_tariff, everything_text

__all__ = ["against_oracle"]


def against_oracle(rows: int, rounds: int) -> list[Row]:
    """Rate the same calls with both; all amounts must agree."""
    from tests.oracles import charging
    from tests.rulings import packaged_ruling

    document = tomllib.loads(everything_text())
    tariff = everything_tariff()
    calls = everything_calls(rows)
    listed = [_call(row) for row in calls.to_pylist()]
    judged: list[Any] = []

    def slow() -> None:
        judged[:] = [charging.rate(document, call, packaged_ruling, {}) for call in listed]

    slow_s = least_seconds(slow, 1)
    rated = tariff.rate_batch(calls)
    for name in ("net", "tax", "total"):
        assert micros_of(rated[name]).to_pylist() == [getattr(one, name) for one in judged]
    quick_s = least_seconds(lambda: tariff.rate_batch(calls), rounds)
    return [
        Row("oracle", "the oracle", rows / slow_s, "records/s"),
        Row("oracle", "the engine over the oracle", slow_s / quick_s, "x",
            note=f"{rows:,} calls of the everything job, equal to the micro-dollar"),
    ]  # fmt: skip


def _call(row: dict[str, Any]) -> dict[str, Any]:
    start = row.pop("start")
    return {**row, "start_ms": round(start.timestamp() * 1000)}
