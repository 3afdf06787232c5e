"""Rate one call and print a receipt that can be checked with a pencil.

python examples/rate_one_call.py
"""

from datetime import UTC, datetime
from pathlib import Path

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    # A collect call from a small jail in Colorado, on a Friday evening.
    call = sc.Call(
        facility="co-moffat",
        number="+13035550123",
        start=datetime(2026, 5, 2, 1, 0, tzinfo=UTC),
        duration_ms=613_250,
        bill_type="collect",
        call_id="c-1",
    )
    rated = tariff.rate(call)
    print(rated.explain())
    print()
    print(f"to pay {rated.total}, of it tax {rated.tax}; billed {rated.billed_ms} ms")
    assert sum(line.amount for line in rated.lines) == rated.total

    # Prepaid and some months earlier: no ceiling on calls within Colorado was in force.
    earlier = sc.Call("co-moffat", "+13035550123", datetime(2025, 8, 1, 1, tzinfo=UTC), 613_250)
    without = tariff.rate(earlier)
    assert without.cap is None
    print(f"in August 2025, prepaid and without a ceiling: {without.total}")


if __name__ == "__main__":
    main()
