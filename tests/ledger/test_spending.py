"""Spending limits in local days, weeks and months."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger


def test_a_spending_limit_cuts_and_a_new_day_begins_anew(ledger: Ledger) -> None:
    # T0 is 15:00 UTC: the day ends nine hours later.
    check(
        ledger,
        """
        0      open       a prepaid                ok
        0      deposit    a 9.00                   ok
        0      spend      a 0.50 day               ok
        0      start      c1 a 0.21/60             cutoff 120
        120    settle                              c1
        130    start      c2 a 0.21/60             spending_limit
        130    available  a                        8.58
        32340  start      c3 a 0.07/60             cutoff 32820
        32400  call       c3                       running 0.14
        32820  settle                              c3
        32820  call       c3                       balance 32820 0.56
        """,
    )


def test_a_spending_limit_can_be_lifted(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="5")
    ledger.set_spending_limit("a", "0.10", at=T0, period="month", timezone="America/Chicago")
    assert ledger.start_call("c1", ["a"], Flat(), at=T0).code == "spending_limit"
    ledger.set_spending_limit("a", None, at=T0)
    assert ledger.start_call("c2", ["a"], Flat(), at=T0).ok
    with pytest.raises(InputError, match="did you mean 'week'"):
        ledger.set_spending_limit("a", "1", at=T0, period="weeks")


def test_a_free_call_under_a_spending_limit_has_no_end(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="5")
    ledger.set_spending_limit("a", "0.10", at=T0)
    assert ledger.start_call("c", ["a"], Flat(price=0), at=T0).cutoff_at is None
