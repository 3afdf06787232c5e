"""Ask what a running call costs, what a balance buys, and when the next increment is due.

python examples/live_call.py
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    start = datetime(2026, 5, 1, 23, 58, 30, tzinfo=UTC)  # 18:58:30 in Houston: evening is near
    call = sc.Call("tx-harris", "+12125550188", start, bill_type="prepaid")
    curve = tariff.curve(call)

    balance = Decimal("2.00")
    reach_ms = curve.reach(balance)
    assert reach_ms is not None
    print(f"${balance} buys {reach_ms / 1000} s, to {start + timedelta(milliseconds=reach_ms)}")
    after_ms = curve.next(reach_ms)
    print(f"there {curve.total(reach_ms)} is owed; one increment more would make it ", end="")
    print(curve.total(after_ms))
    assert curve.total(reach_ms) <= balance < curve.total(after_ms)

    print("elapsed   billed     owed")
    bought_ms = 0
    for elapsed_ms in (1, 59_999, 60_001, 90_000, 91_500, 600_000):
        bought_ms = curve.billed(elapsed_ms)
        print(f"{elapsed_ms:7} {bought_ms:8} {curve.total(bought_ms):>8}")

    # A curve travels to the machine that has the call, without the tariff.
    again = sc.PriceCurve.loads(curve.dumps())
    assert again.total(bought_ms) == curve.total(bought_ms)
    print(f"the curve is {len(curve.dumps())} bytes; tzdata {again.tzdata}")


if __name__ == "__main__":
    main()
