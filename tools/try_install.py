"""Tries an installed securecall as a newcomer would: a price, a digit, a cutoff, a table.

Run by the interpreter that it was installed for: `python -I tools/try_install.py`. Says in one line
what runs, and ends with a traceback if an answer is not the one that the law has.
"""

from __future__ import annotations

import math
import platform
import sys
import sysconfig
from array import array
from datetime import UTC, datetime
from decimal import Decimal

import securecall as sc
from securecall.fraud import ToneDetector

TARIFF = """
[[facility]]
id = "tx"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "all"
steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
"""
BEGAN = datetime(2026, 5, 1, 18, tzinfo=UTC)


def digit(low_hz: int, high_hz: int) -> array[int]:
    """Return a digit of 100 ms between silences, 16 bits at 8 kHz."""
    tone = [
        round(6000 * sum(math.sin(2 * math.pi * hz * at / 8000) for hz in (low_hz, high_hz)))
        for at in range(800)
    ]
    return array("h", [0] * 800 + tone + [0] * 1600)


def main() -> None:
    """Ask each engine for something that is known."""
    import pyarrow

    tariff = sc.Tariff.loads(TARIFF)
    call = sc.Call("tx", "+17135550123", BEGAN, duration_ms=613_000)
    assert tariff.rate(call).total == Decimal("1.021666"), tariff.rate(call).total
    table = pyarrow.table(
        {
            "facility": ["tx"] * 3,
            "number": ["+17135550123", "+17135550123", "12"],
            "start": pyarrow.array([BEGAN] * 3),
            "duration_ms": pyarrow.array([613_000, 0, 60_000]),
        }
    )
    rated = tariff.rate_batch(table)
    assert rated["status"].to_pylist()[0] == "ok", rated["status"]
    assert rated["total"].to_pylist()[0] == Decimal("1.021666"), rated["total"]
    heard = [event.detail for event in ToneDetector().feed(digit(770, 1336)) if event.detail]
    assert heard == ["5"], heard
    with sc.Ledger.open("memory:") as ledger:
        ledger.open_account("fam-1", kind="prepaid", at=BEGAN)
        ledger.deposit("fam-1", "0.50", at=BEGAN, request_id="d-1")
        begun = ledger.start_call(
            "c-1", accounts=["fam-1"], curve=tariff.curve(call), at=BEGAN, request_id="s-1"
        )
        assert begun.cutoff_ms is not None
        ends_s = (begun.cutoff_ms - call.start_ms) // 1000
    assert ends_s == 300, ends_s  # 50 cents at 10 cents a minute, the ceiling of that day
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    assert gil or free
    print(
        f"{platform.python_implementation()} {platform.python_version()}"
        f"{' free-threaded, GIL off' if not gil else ''}, pyarrow {pyarrow.__version__}:"
        f" price, table, digit and cutoff as they should be"
    )


if __name__ == "__main__":
    main()
