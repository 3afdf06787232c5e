"""Fixtures for integrators, as their own pytest sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = 'pytest_plugins = ["securecall.testing.plugin"]\n'
TESTS = """
def test_a_call_is_cut_when_its_money_ends(securecall_jail, securecall_clock):
    securecall_jail.open_account("fam-1", "0.07")
    begun = securecall_clock.ms
    call = securecall_jail.call("fam-1").talk(minutes=5)
    assert call.disconnects == ["balance_exhausted"]
    assert securecall_clock.ms - begun == 68_000


def test_the_tariff_is_tiny(securecall_tariff):
    assert len(securecall_tariff.document.facilities) == 1


def test_books_that_are_wrong_fail_the_test(securecall_ledger):
    securecall_ledger.open_account("a", at=0, opening="1")
    securecall_ledger._store._accounts["a"].posted_micros += SPOILT
"""


def outcome(folder: Path, spoilt: int) -> str:
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_host.py").write_text(TESTS.replace("SPOILT", str(spoilt)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.stdout


def test_fixtures_are_there_for_who_asks_for_them(tmp_path: Path) -> None:
    assert "3 passed" in outcome(tmp_path, 0)


def test_a_ledger_that_is_wrong_in_the_end_is_told(tmp_path: Path) -> None:
    told = outcome(tmp_path, 1)
    assert "3 passed, 1 error" in told
    assert "account 'a' says 1.000001, its entries 1.000000" in told
