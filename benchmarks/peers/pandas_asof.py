"""pandas: ``merge_asof`` on the flattened deck.

As with Polars, the quick form joins only key and row, and gathers prices once the rows are back
in order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.peers import BAD_NUMBER, NO_RATE, OK, UNANSWERED
from benchmarks.workloads import KEY_DIGITS, LIMIT_MICROS, Deck

__all__ = ["forms", "frames", "keyed", "priced", "rated"]

POWERS = np.array([10 ** max(KEY_DIGITS - digits, 0) for digits in range(64)], np.int64)


def frames(deck: Deck, calls: pa.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the flattened deck, where ranges of no prefix have the rate -1, and the calls."""
    begins, owners = deck.flattened()
    columns = {"begins": begins, "rate": owners}
    for name in ("minute_micros", "initial_ms", "increment_ms"):
        columns[name] = getattr(deck, name)[np.maximum(owners, 0)]
    return pd.DataFrame(columns), calls.to_pandas()


def keyed(number: pd.Series) -> np.ndarray:
    """Return the dialled digits as left-justified numbers; -1 for what is none."""
    # What pandas keeps text in; its own conversions go through Python objects or floats.
    text = pa.chunked_array(pa.array(number)).combine_chunks()
    good = pc.utf8_is_digit(text)
    whole = text if pc.all(good).as_py() else pc.if_else(good, text, "0")
    value = pc.cast(whole, pa.int64()).to_numpy()
    digits = pc.binary_length(text).to_numpy()
    key = value * POWERS[digits]
    key[~good.to_numpy(zero_copy_only=False)] = -1
    return key


def priced(
    duration_ms: np.ndarray, minute: np.ndarray, initial: np.ndarray, increment: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return billed_ms, net and tax."""
    # Floating point is exact here, and quicker than dividing whole numbers: see polars_asof.py.
    steps = np.ceil(np.maximum(duration_ms - initial, 0) / increment).astype(np.int64)
    billed = initial + steps * increment
    exact = np.rint(minute * billed / 60_000).astype(np.int64)
    net = np.minimum(exact, np.ceil(billed / 60_000).astype(np.int64) * LIMIT_MICROS)
    return billed, net, (net * 625 + 50_000_000) // 100_000_000 * 10_000


def rated(calls: pd.DataFrame, key: np.ndarray, prices: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the output, of prices in the order of the calls."""
    duration_ms = calls["duration_ms"].to_numpy()
    rate = prices["rate"]
    status = np.where(rate < 0, NO_RATE, OK).astype(np.int8)
    status[duration_ms == 0] = UNANSWERED
    status[key < 0] = BAD_NUMBER
    billed, net, tax = priced(
        duration_ms, prices["minute_micros"], prices["initial_ms"], prices["increment_ms"]
    )
    nothing = status == UNANSWERED
    absent = (status == NO_RATE) | (status == BAD_NUMBER)
    columns = {"status": status, "rate": pd.arrays.IntegerArray(rate, status != OK)}
    for name, amount in (("billed_ms", billed), ("net", net), ("tax", tax), ("total", net + tax)):
        amount[nothing] = 0
        columns[name] = pd.arrays.IntegerArray(amount, absent)
    return calls.assign(**columns)


def forms(
    deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], object]]]:
    """Return the forms of the job."""
    ranges, records = frames(deck, calls)
    numbered = pd.DataFrame({"begins": ranges["begins"], "range": np.arange(len(ranges))})
    prices = {name: ranges[name].to_numpy() for name in ranges.columns}
    integers = good.to_pandas()

    def whole() -> pd.DataFrame:
        key = keyed(records["number"])
        joined = records.assign(key=np.maximum(key, 0), row=np.arange(len(key)))
        joined = pd.merge_asof(
            joined.sort_values("key"), ranges, left_on="key", right_on="begins"
        ).sort_values("row", ignore_index=True)
        return rated(records, key, {name: joined[name].to_numpy() for name in ranges.columns})

    def quick() -> pd.DataFrame:
        key = keyed(records["number"])
        row = np.argsort(key)
        sorted_keys = pd.DataFrame({"key": np.maximum(key[row], 0)})
        joined = pd.merge_asof(sorted_keys, numbered, left_on="key", right_on="begins")
        at = np.empty(len(key), np.int64)
        at[row] = joined["range"].to_numpy()
        return rated(records, key, {name: column[at] for name, column in prices.items()})

    def total() -> int:
        joined = pd.merge_asof(
            integers.sort_values("key"), ranges, left_on="key", right_on="begins"
        )
        names = ("duration_ms", "minute_micros", "initial_ms", "increment_ms")
        _, net, tax = priced(*(joined[name].to_numpy() for name in names))
        return int((net + tax).sum())

    return {"text": {"whole": whole, "quick": quick}, "easiest": {"": total}}
