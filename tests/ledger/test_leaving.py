"""Inactivity, release, transfer, payouts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

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


def test_an_account_is_paid_out_on_day_181_and_not_before(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    assert idle(ledger, 180) is None
    found = idle(ledger, 181)
    assert found is not None
    assert (found.amount, found.idle_days, found.why) == (5, 181, "inactive")  # type: ignore[attr-defined]
    assert "64.6130" in found.citation  # type: ignore[attr-defined]
    assert ledger.balance("p").posted == 0
    assert idle(ledger, 182) is None


def test_days_are_local_calendar_days(ledger: Ledger) -> None:
    late_evening = datetime(2026, 1, 6, 5, 59, tzinfo=UTC)  # 23:59 on the 5th in Chicago
    ledger.open_account("p", at=late_evening)
    ledger.deposit("p", "5.00", at=late_evening)
    # Midnight ends that day a minute later; summer time has begun in between.
    before = datetime(2026, 7, 5, 4, 59, tzinfo=UTC)
    after = datetime(2026, 7, 5, 5, 0, tzinfo=UTC)
    assert ledger.inactivity("p", timezone="America/Chicago", at=before) is None
    assert ledger.inactivity("p", timezone="America/Chicago", at=after) is not None


@pytest.mark.parametrize("act", ["touch", "deposit", "withdraw", "call", "refused call"])
def test_any_activity_restarts_the_clock(ledger: Ledger, act: str) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    at = T0 + 100 * DAY_MS
    if act == "touch":
        ledger.touch("p", at=at)
    elif act == "deposit":
        ledger.deposit("p", "1.00", at=at)
    elif act == "withdraw":
        ledger.withdraw("p", "1.00", at=at)
    elif act == "call":
        ledger.start_call("c", ["p"], Flat(), at=at)
        ledger.end_call("c", at=at + 1)
    else:
        assert ledger.start_call("c", ["p"], Flat(price=9_000_000), at=at).refused
    assert idle(ledger, 200) is None
    assert idle(ledger, 280) is None
    assert idle(ledger, 281) is not None


def test_a_running_call_is_no_inactivity_and_a_statement_no_activity(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    ledger.statement("p", through=T0 + 170 * DAY_MS)
    assert idle(ledger, 181) is not None
    ledger.deposit("p", "5.00", at=T0 + 182 * DAY_MS)
    ledger.start_call("c", ["p"], Flat(price=0), at=T0 + 183 * DAY_MS)
    assert idle(ledger, 183 + 181) is None


def test_what_cannot_be_paid_out_is_unclaimed_and_never_revenue(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    assert idle(ledger, 181) is not None
    assert ledger.payout_failed("p", "5.01", at=T0 + 182 * DAY_MS).code == "nothing_left"
    assert ledger.payout_failed("p", "5.00", at=T0 + 182 * DAY_MS).ok
    assert ledger.payout_failed("p", "5.00", at=T0 + 183 * DAY_MS).code == "nothing_left"
    totals = ledger.totals()
    assert (totals["*unclaimed"], totals["*cash"], totals["p"]) == (5, -5, 0)


def test_release_ends_calls_at_the_instant_and_pays_out(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       p inmate_debit             ok
        0    deposit    p 5.00                     ok
        0    start      c1 p 0.21/60               cutoff 1380
        130  release    p                          4.37
        130  call       c1                         released 130 0.63
        140  deposit    p 1.00                     account_closed
        140  start      c2 p 0.21/60               account_closed
        140  release    p                          account_closed
        140  hangup     c1                         released 130 0.63
        """,
    )


def test_a_transfer_of_all_ends_calls_and_closes(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       p inmate_debit             ok
        0    open       q inmate_debit             ok
        0    deposit    p 5.00                     ok
        0    start      c1 p 0.21/60               cutoff 1380
        10   transfer   p q 4.80                   insufficient_funds
        10   transfer   p q 1.00                   ok
        130  transfer   p q                        ok
        130  call       c1                         transferred 130 0.63
        130  balance    q                          4.37
        140  transfer   p q                        account_closed
        """,
    )
    assert ledger.totals()["*transfers"] == 0
    with pytest.raises(InputError, match="another account"):
        ledger.transfer("q", "q", at=T0 + 200_000)


def test_a_released_debt_can_still_be_paid(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       d direct_bill limit=9 opening=-2   ok
        1    release    d                                  0.00
        2    pay        d 3.00                             ok
        3    release    d                                  1.00
        """,
    )
