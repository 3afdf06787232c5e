"""A month with all that a tariff can say: contracts, windows, ceilings by date, stacked taxes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.measure import least_seconds, sizes_bytes
from benchmarks.row import Row
from benchmarks.workloads import everything_calls, everything_tariff

__all__ = ["everything"]

TARGET = 8.0


def everything(rows: int, rounds: int) -> list[Row]:
    """Measure it in the order of time, and shuffled, which no cache of ours likes."""
    tariff = everything_tariff()
    calls = everything_calls(rows)
    order = np.random.default_rng(1).permutation(rows)
    shuffled = calls.take(pa.array(order)).combine_chunks()
    rated = tariff.rate_batch(calls)
    bytes_moved = sizes_bytes(rated)
    like_it = np.ones(bytes_moved // 8, np.int64)
    seconds = least_seconds(lambda: tariff.rate_batch(calls), rounds)
    mixed = least_seconds(lambda: tariff.rate_batch(shuffled), rounds)
    copy = least_seconds(like_it.copy, rounds)
    name = "everything"
    return [
        Row(name, "in the order of time", rows / seconds / 1e6, "M records/s", TARGET),
        Row(name, "shuffled", rows / mixed / 1e6, "M records/s"),
        Row(name, "bytes in and out a record", bytes_moved / rows, "bytes"),
        Row(name, "a plain copy of the same bytes", rows / copy / 1e6, "M records/s"),
        Row(name, "of a plain copy's speed", 100 * copy / seconds, "%"),
    ]
