"""Rate the same calls again under other beliefs about the law, and with other prices.

python examples/compare_dates.py
"""

from datetime import date
from pathlib import Path

import pyarrow as pa
from month.generate import batches

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"


def show(title: str, found: sc.Comparison) -> None:
    print(f"{title}: {found.rows.num_rows:,} of {found.compared:,} calls change")
    for row in found.totals.slice(0, 6).to_pylist():
        print(
            f"  {row['facility'] or '(none)':14} {row['reason']:12} {row['rows']:6,} "
            f"{row['difference'] or 0:>12}"
        )


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    calls = pa.Table.from_batches(batches(tariff, rows=20_000, seed=7, month=date(2026, 5, 1)))

    # In November 2025 nobody knew yet that new ceilings would hold from April 2026 on.
    show("as believed on 2025-11-01", tariff.compare(calls, date(2025, 11, 1)))

    # What if video visits of the large counties cost less?
    text = TARIFF.read_text(encoding="utf-8").replace('price = "0.35"', 'price = "0.15"')
    deck = (TARIFF.parent / "international.csv").read_bytes()
    cheaper = sc.Tariff.loads(text, decks={"international.csv": deck})
    show("with cheaper video", tariff.compare(calls, cheaper))


if __name__ == "__main__":
    main()
