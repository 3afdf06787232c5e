"""Importing the package is cheap: who rates live calls pays for no tables and no pictures."""

from __future__ import annotations

import subprocess
import sys

# numpy comes with pandas and the like; typer and rich belong to the command.
HEAVY = (
    "duckdb", "matplotlib", "numba", "numpy", "pandas", "polars", "pyarrow", "rich", "typer",
)  # fmt: skip
BUDGET_S = 0.1

MEASURE = """
import sys, time
before = set(sys.modules)
begun = time.process_time()
{code}
spent = time.process_time() - begun
print(spent, *sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}))
"""


def measured(code: str) -> tuple[float, set[str]]:
    """Return the CPU seconds of some code in a fresh interpreter, and what it loaded."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", MEASURE.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
    )
    spent, *loaded = done.stdout.split()
    return float(spent), set(loaded)


def test_importing_costs_less_than_three_times_its_budget() -> None:
    # The least of three: a neighbour on the machine may only make it slower.
    assert min(measured("import securecall")[0] for _ in range(3)) < 3 * BUDGET_S


def test_importing_loads_nothing_heavy() -> None:
    _, loaded = measured("import securecall")
    assert "securecall" in loaded
    assert loaded & set(HEAVY) == set()


def test_rating_one_call_loads_nothing_heavy() -> None:
    _, loaded = measured(RATE)
    assert "tzdata" in loaded
    assert loaded & set(HEAVY) == set()


RATE = '''
import securecall
tariff = securecall.Tariff.loads("""
[[facility]]
id = "f"
kind = "jail"
adp = 90
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
rate = [{ id = "r", steps = [{ price = "0.07", per_ms = 60_000, increment_ms = 1_000 }] }]
""")
call = securecall.Call("f", "+17135550123", 1_777_658_400_000, 61_000)
assert tariff.rate(call).total == tariff.curve(call).total(61_000)
tariff.quote_deposit("25.00", facility="f", at=1_777_658_400_000)
'''
