"""Polars without a join: ``search_sorted`` in the flattened deck, which needs no sorting."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pyarrow as pa

from benchmarks.peers.polars_asof import PRICES, keyed, priced, ranges, with_status
from benchmarks.workloads import Deck

__all__ = ["forms"]


def forms(
    deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], object]]]:
    """Return the forms of the job."""
    table = ranges(deck)
    begins = table["begins"]
    prices = table.drop("begins")
    records = pl.from_arrow(calls)
    integers = pl.from_arrow(good)

    def found(keys: pl.Series) -> pl.DataFrame:
        at = begins.search_sorted(keys.fill_null(0), side="right") - 1
        return prices.select(pl.all().gather(at))

    def text() -> pl.DataFrame:
        keys = records.select(keyed().alias("key"))
        joined = pl.concat([records, keys, found(keys["key"])], how="horizontal").lazy()
        return with_status(priced(joined)).drop("key", *PRICES).collect()

    def total() -> int:
        joined = pl.concat([integers, found(integers["key"])], how="horizontal").lazy()
        return priced(joined).select(pl.col("total").sum()).collect().item()

    return {"text": {"": text}, "easiest": {"": total}}
