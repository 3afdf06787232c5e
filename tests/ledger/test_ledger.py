"""The ledger as a whole: opening, closing, the public names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.ledger.table import check

import securecall as sc
from securecall.errors import InputError
from securecall.ledger.ledger import Ledger


def test_the_public_names_lead_here() -> None:
    assert sc.Ledger is Ledger
    assert sc.Ledger.open("memory:").open_account("a", at=0) == sc.Ledger.open(
        "memory:"
    ).open_account("a", at=0)
    assert issubclass(sc.RequestConflict, sc.LedgerError)


def test_a_ledger_closes_itself(make: Callable[[], Ledger]) -> None:
    with make() as ledger:
        ledger.open_account("a", at=0)


def test_memory_has_no_options() -> None:
    with pytest.raises(InputError, match="no options"):
        Ledger.open("memory:", synchronous="full")


def test_a_day_on_a_family_account(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       fam prepaid              ok
        0      open       ana inmate_debit         ok
        0      deposit    fam 2.00 d1              ok
        0      deposit    ana 0.50                 ok
        10     start      c1 ana+fam 0.21/60       cutoff 670
        100    start      c2 fam 0.07/1            cutoff 128
        129    settle                              c2
        129    call       c2                       balance 128 1.96
        129    deposit    fam 1.00                 ok
        300    hangup     c1                       hangup 300 1.05
        301    refund     c1 until=65              0.63
        302    balance    ana                      0.08
        302    balance    fam                      1.04
        """,
    )
