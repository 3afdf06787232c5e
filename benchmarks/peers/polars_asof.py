"""Polars: ``join_asof`` on the flattened deck.

Sorting is what an as-of join costs, so the quick form sorts only key and row, joins only the
range's number, and gathers prices once the rows are back in order. The whole form is what one
writes first.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pyarrow as pa

from benchmarks.peers import BAD_NUMBER, NO_RATE, OK, UNANSWERED
from benchmarks.workloads import KEY_DIGITS, LIMIT_MICROS, Deck

__all__ = ["forms", "keyed", "priced", "ranges", "with_status"]

# What a number of n digits is multiplied with to be left-justified; quicker than padding text.
POWERS = pl.Series([10 ** max(KEY_DIGITS - n, 0) for n in range(64)], dtype=pl.Int64)
PRICES = ("minute_micros", "initial_ms", "increment_ms")


def ranges(deck: Deck) -> pl.DataFrame:
    """Return the flattened deck; ranges of no prefix have no rate."""
    begins, owners = deck.flattened()
    rates = pl.DataFrame(
        {
            "rate": pl.int_range(len(deck.prefixes), dtype=pl.Int32, eager=True),
            "minute_micros": deck.minute_micros,
            "initial_ms": deck.initial_ms,
            "increment_ms": deck.increment_ms,
        }
    )
    owner = pl.Series(owners)
    prices = rates[owner.clip(0)].with_columns(pl.when(owner >= 0).then(pl.all()).name.keep())
    return prices.with_columns(begins=pl.Series(begins)).set_sorted("begins")


def keyed() -> pl.Expr:
    """Return the dialled digits as a left-justified number; null for what is none."""
    number = pl.col("number")
    return number.cast(pl.Int64, strict=False) * pl.lit(POWERS).gather(number.str.len_bytes())


def priced(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Add the price of calls that have their range's price beside them."""
    col = pl.col
    # Divisions of whole numbers below 2^53 in floating point, rounded right after, are exact here:
    # a quotient that is no whole number or half is off the next one by 1/60000 at least.
    rest = (col("duration_ms") - col("initial_ms")).clip(0)
    steps = (rest / col("increment_ms")).ceil().cast(pl.Int64)
    calls = calls.with_columns(billed_ms=col("initial_ms") + steps * col("increment_ms"))
    exact = (col("minute_micros") * col("billed_ms") / 60_000).round().cast(pl.Int64)
    limit = (col("billed_ms") / 60_000).ceil().cast(pl.Int64) * LIMIT_MICROS
    calls = calls.with_columns(net=pl.min_horizontal(exact, limit))
    tax = (col("net") * 625 + 50_000_000) // 100_000_000 * 10_000
    return calls.with_columns(tax=tax).with_columns(total=col("net") + col("tax"))


def with_status(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Add the status, and take the amounts from calls that are not answered or not rated."""
    col = pl.col
    status = (
        pl.when(col("key").is_null()).then(BAD_NUMBER)
        .when(col("duration_ms") == 0).then(UNANSWERED)
        .when(col("rate").is_null()).then(NO_RATE)
        .otherwise(OK).cast(pl.Int8)
    )  # fmt: skip
    amounts = pl.col("billed_ms", "net", "tax", "total")
    answered = pl.when(col("duration_ms") != 0)
    return calls.with_columns(status=status).with_columns(
        answered.then(amounts).otherwise(pl.when(col("status") == UNANSWERED).then(0)),
        answered.then(col("rate")),
    )


def forms(
    deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], object]]]:
    """Return the forms of the job; ``good`` has ``key`` and ``duration_ms`` of good calls."""
    table = ranges(deck)
    numbered = table.select("begins").with_row_index("range")
    records = pl.from_arrow(calls)
    integers = pl.from_arrow(good)

    def whole() -> pl.DataFrame:
        joined = (
            records.lazy()
            .with_row_index("row")
            .with_columns(key=keyed())
            .sort("key")
            .join_asof(table.lazy(), left_on="key", right_on="begins")
        )
        rated = with_status(priced(joined)).sort("row")
        return rated.drop("row", "key", "begins", *PRICES, strict=False).collect()

    def quick() -> pl.DataFrame:
        keys = records.lazy().select(keyed().alias("key")).collect()
        found = (
            keys.lazy()
            .with_row_index("row")
            .sort("key")
            .join_asof(numbered.lazy(), left_on="key", right_on="begins")
            .sort("row")
            .select("range")
            .collect()
        )
        prices = table.drop("begins").select(pl.all().gather(found["range"]))
        joined = pl.concat([records, keys, prices], how="horizontal").lazy()
        return with_status(priced(joined)).drop("key", *PRICES).collect()

    def total() -> int:
        joined = (
            integers.lazy().sort("key").join_asof(table.lazy(), left_on="key", right_on="begins")
        )
        return priced(joined).select(pl.col("total").sum()).collect().item()

    return {"text": {"whole": whole, "quick": quick}, "easiest": {"": total}}
