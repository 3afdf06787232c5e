"""What a host that rates live calls waits for: a call, a cutoff, the import, a deck's load."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks.measure import ROOT, least_seconds
from benchmarks.row import Row
from benchmarks.workloads import PLAIN, everything_tariff, plain_deck, plain_tariff

__all__ = ["imports", "live_call", "load", "scalar"]

RATE_TARGET_US = 10.0
REACH_TARGET_US = 2.0
IMPORT_TARGET_S = 0.1
LOAD_TARGET_S = 1.0
HEAVY = ("numpy", "pyarrow", "pandas", "polars", "duckdb", "matplotlib")

SECONDS = """
currency = "USD"
[[facility]]
id = "tx-harris"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "day"
destinations = ["any"]
steps = [{ from_ms = 0, price = "0.06", per_ms = 60_000, increment_ms = 1_000 }]
[[contract.rate]]
id = "night"
destinations = ["any"]
when = { from = "19:00", to = "07:00" }
steps = [{ from_ms = 0, price = "0.05", per_ms = 60_000, increment_ms = 1_000 }]
[[tax]]
id = "tax"
percent = "6.25"
base = "net"
"""


def live_call(duration_ms: int = 613_000) -> Any:
    """Return a call that a jail in Texas might see."""
    import securecall as sc

    start = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)
    return sc.Call("tx-harris", "+17135550123", start, duration_ms)


def scalar(rounds: int, calls: int = 2_000) -> list[Row]:
    """Measure `Tariff.rate`, and `PriceCurve.reach` at three hours of one-second steps."""
    import securecall as sc

    everything = everything_tariff()
    call = live_call()
    curve = sc.Tariff.loads(SECONDS).curve(live_call(3 * 3_600_000))
    balance = curve.total(3 * 3_600_000)
    assert curve.reach(balance) >= 3 * 3_600_000

    def rate() -> None:
        for _ in range(calls):
            everything.rate(call)

    def reach() -> None:
        for _ in range(calls):
            curve.reach(balance)

    def micros() -> None:
        for _ in range(calls):
            curve.reach_micros(600_000)

    us = 1e6 / calls
    return [
        Row("scalar", "tariff.rate", least_seconds(rate, rounds) * us, "us",
            RATE_TARGET_US, "most"),
        Row("scalar", "curve.reach at 3 h, 1 s steps", least_seconds(reach, rounds) * us, "us",
            REACH_TARGET_US, "most"),
        Row("scalar", "curve.reach_micros", least_seconds(micros, rounds) * us, "us"),
    ]  # fmt: skip


def load(prefixes: int, rounds: int) -> list[Row]:
    """Measure reading a deck from CSV text, compiled and ready to rate."""
    deck = plain_deck(prefixes)
    content = deck.csv()
    import securecall as sc

    plain_tariff(plain_deck(10))
    seconds = least_seconds(lambda: sc.Tariff.loads(PLAIN, decks={"deck.csv": content}), rounds)
    name = f"a deck of {prefixes:,} prefixes"
    return [Row("load", name, seconds, "s", LOAD_TARGET_S, "most")]


def imports(rounds: int) -> list[Row]:
    """Measure ``import securecall`` in fresh processes, and what it drags in."""
    probe = (
        "from time import process_time as now; import sys; began = now(); import securecall; "
        f"print(now() - began, *[name for name in {HEAVY} if name in sys.modules])"
    )
    least, heavy = float("inf"), set()
    for _ in range(rounds):
        command = [sys.executable, "-c", probe]
        seconds, *found = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
        least = min(least, float(seconds))
        heavy |= set(found)
    note = ", ".join(sorted(heavy)) or "no " + ", ".join(HEAVY)
    return [Row("import", "import securecall", least, "s of CPU", IMPORT_TARGET_S, "most", note)]
