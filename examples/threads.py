"""Rate a table in pieces on the host's own threads: the engine lets go of the GIL and has none.

python examples/threads.py
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
from month.generate import batches

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"
PIECE_ROWS = 1 << 16


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    calls = pa.Table.from_batches(batches(tariff, rows=200_000, seed=7, month=date(2026, 5, 1)))

    # The three lines that it takes: cut, rate on a pool, put together in order.
    pieces = [calls.slice(first, PIECE_ROWS) for first in range(0, calls.num_rows, PIECE_ROWS)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        rated = pa.concat_tables(pool.map(tariff.rate_batch, pieces))

    assert rated.equals(tariff.rate_batch(calls)), "the result depends on how it was cut"
    print(
        f"{rated.num_rows:,} records in {len(pieces)} pieces on two threads: the same, row by row"
    )


if __name__ == "__main__":
    main()
