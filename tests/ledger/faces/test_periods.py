"""Periods at the door."""

from __future__ import annotations

import pytest
from tests.ledger.table import T0

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger

DAY_MS = 86_400_000


def idle(ledger: Ledger, days: int, **given: object) -> object:
    return ledger.inactivity(
        "p",
        timezone="America/Chicago",
        at=T0 + days * DAY_MS,
        **given,  # type: ignore[arg-type]
    )


def test_a_period_may_be_closed_later_than_it_ended(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "1.00", at=T0 + 1_000)
    ledger.deposit("p", "2.00", at=T0 + 3_000)
    first = ledger.statement("p", through=T0 + 2_000, at=T0 + 4_000)
    assert (first.payments, first.closing) == (1, -1)
    second = ledger.statement("p", through=T0 + 9_000)
    assert (second.opening, second.payments, second.closing) == (-1, 2, -3)
    with pytest.raises(InputError, match="through"):
        ledger.statement("p", through=T0 + 99_000, at=T0 + 10_000)


def test_a_longer_period_holds_and_a_shorter_one_does_not(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    assert idle(ledger, 150, period_days=30) is None
    assert idle(ledger, 181, period_days=365) is None
    assert idle(ledger, 366, period_days=365, to="unclaimed") is not None
    assert ledger.totals()["*unclaimed"] == 5
    with pytest.raises(InputError, match="IANA"):
        ledger.inactivity("p", timezone="Chicago", at=T0 + 400 * DAY_MS)
