"""The books as text that other tools check."""

from __future__ import annotations

import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.ledger.pricing import curve_of
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.plain_text import account_name

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Return a ledger in which most things have happened."""
    quote = Quote.of(10_000_000, [{"name": "card", "flat": 3_000_000}])
    ledger.open_account("fam 1", at=T0)
    ledger.open_account("é/2", "inmate_debit", at=T0, opening="1")
    ledger.open_account("bill", "direct_bill", credit_limit="9", at=T0)
    ledger.deposit("fam 1", "10.00", at=T0, request_id="d", fees=quote)
    ledger.start_call("c1", ["fam 1", "é/2"], curve_of(TAXED, T0 + 1), at=T0 + 1)
    ledger.start_call("c2", ["bill"], curve_of(TAXED, T0 + 2), at=T0 + 2)
    ledger.end_call("c1", at=T0 + 150_000)
    ledger.end_call("c2", at=T0 + 90_000)
    ledger.refund("c1", at=T0 + 160_000, policy="amount", amount="0.10")
    ledger.pay("bill", "0.20", at=T0 + 170_000)
    ledger.transfer("fam 1", "é/2", "0.50", at=T0 + 180_000)
    ledger.chargeback("d", at=T0 + 190_000, request_id="cb", fee="1")
    ledger.release("é/2", at=T0 + 200_000)
    return ledger


def _checker(form: str) -> str | None:
    name = "hledger" if form == "hledger" else "bean-check"
    return shutil.which(name) or shutil.which(str(Path(sys.executable).with_name(name)))


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_the_text_is_balanced_and_the_real_tool_accepts_it(
    busy: Ledger, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"out.{form}"
    assert busy.export(path, form) == busy.entries().num_rows
    amounts = [
        Decimal(line.split()[-2])
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("  ")
    ]
    assert len(amounts) == 2 * busy.entries().num_rows
    assert sum(amounts) == 0
    tool = _checker(form)
    if tool is not None:
        ask = [tool, "-f", str(path), "check"] if form == "hledger" else [tool, str(path)]
        told = subprocess.run(ask, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr + told.stdout
    if tool is not None and form == "hledger":
        ask = [tool, "-f", str(path), "balance", "-N", account_name("fam 1", control=False)]
        told = subprocess.run(ask, capture_output=True, text=True, check=True)
        assert Decimal(told.stdout.split()[0]) == -busy.balance("fam 1").posted


def test_names_of_accounts_stay_apart() -> None:
    names = ["a", "A", "a b", "aZ20Zb", "Z", "a-20-b", "a_b", "é", "a:b", "-", "1"]
    assert len({account_name(name, control=False) for name in names}) == len(names)
    assert account_name("fee:card", control=True) == "Income:Fees:Xcard"
