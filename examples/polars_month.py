"""Rate a Polars frame of made-up calls and look at the result with Polars.

python examples/polars_month.py
"""

from datetime import date
from pathlib import Path

import polars as pl
from month.generate import batches

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    made_up = batches(tariff, rows=50_000, seed=7, month=date(2026, 5, 1))
    calls = pl.concat([pl.from_arrow(batch) for batch in made_up])

    # Any Arrow producer goes in as it is; what comes out is one, too.
    rated = pl.from_arrow(tariff.rate_batch(calls))
    print(rated.select("call_id", "facility", "status", "net", "tax", "total").head(5))
    print(rated["status"].value_counts(sort=True))
    by_state = (
        rated.filter(pl.col("status") == "ok")
        .group_by(pl.col("facility").cast(pl.String).str.slice(0, 2).alias("state"))
        .agg(pl.len().alias("calls"), pl.col("total").sum(), pl.col("cap_saved").sum())
        .sort("total", descending=True)
    )
    print(by_state)


if __name__ == "__main__":
    main()
