"""What a type checker is to find in a program: one mistake a line that says ``# wrong``."""

from __future__ import annotations

import securecall as sc
from securecall.testing import NOON, FakeClock, tariff

ledger = sc.Ledger.open("memory:")
ledger.deposit("fam-1", 25.00, at=NOON)  # wrong: money is no binary fraction
ledger.deposit("fam-1", "25.00")  # wrong: when?
print(ledger.balance("fam-1").postd)  # wrong: no such field
sc.Call(facility="f", number=7, start=NOON, duration_ms=1)  # wrong: a number is text
tariff().quote("1.00")  # wrong: no such method
FakeClock().pass_by(weeks=1)  # wrong: no such unit
whole: int = ledger.balance("fam-1").posted  # wrong: dollars are Decimal
