"""pandas without a join: ``searchsorted`` in the flattened deck, which needs no sorting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.peers.pandas_asof import frames, keyed, priced, rated
from benchmarks.workloads import Deck

__all__ = ["forms"]


def forms(
    deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], object]]]:
    """Return the forms of the job."""
    ranges, records = frames(deck, calls)
    begins = ranges["begins"].to_numpy()
    prices = {name: ranges[name].to_numpy() for name in ranges.columns}
    keys = good["key"].to_numpy()
    durations_ms = good["duration_ms"].to_numpy()

    def found(key: np.ndarray) -> np.ndarray:
        return np.searchsorted(begins, key, side="right") - 1

    def text() -> pd.DataFrame:
        key = keyed(records["number"])
        at = found(np.maximum(key, 0))
        return rated(records, key, {name: column[at] for name, column in prices.items()})

    def total() -> int:
        # Sorted keys are found in half the time, although they must be sorted first.
        row = np.argsort(keys)
        at = found(keys[row])
        names = ("minute_micros", "initial_ms", "increment_ms")
        _, net, tax = priced(durations_ms[row], *(prices[name][at] for name in names))
        return int((net + tax).sum())

    return {"text": {"": text}, "easiest": {"": total}}
