"""The books as text that other tools check."""

from __future__ import annotations

import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from securecall.ledger.ledger import Ledger
from securecall.ledger.plain_text import account_name


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
