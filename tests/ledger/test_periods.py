"""Statements, late fees, inactivity, release, transfer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger

DAY_MS = 86_400_000


def test_a_statement_adds_up_for_every_kind_of_account(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       p prepaid opening=1.00             ok
        0      open       d direct_bill limit=9 opening=-2   ok
        10     deposit    p 5.00                             ok
        10     pay        d 0.50                             ok
        20     start      c1 p 0.21/60                       cutoff 1700
        80     hangup     c1                                 hangup 80 0.21
        90     withdraw   p 1.00                             ok
        100    start      c2 d 0.21/60                       cutoff 2200
        200    hangup     c2                                 hangup 200 0.42
        210    refund     c2 0.10                            0.10
        1000   statement  p                                  -1.00 0.21 1.00 5.00 -4.79
        1000   statement  d                                  2.00 0.42 -0.10 0.50 1.82
        1000   statement  d                                  late
        2000   statement  p                                  -4.79 0.00 0.00 0.00 -4.79
        """,
    )
    first, second = ledger.statements("p")
    assert (first.closing_balance, second.opening_balance) == (Decimal("4.79"), Decimal("4.79"))
    assert (first.calls, first.billed_ms) == (1, 60_000)


def test_a_call_belongs_to_the_statement_of_the_month_in_which_it_ended(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       p prepaid                          ok
        0      deposit    p 5.00                             ok
        900    start      c1 p 0.21/60                       cutoff 2280
        1000   statement  p                                  0.00 0.00 0.00 5.00 -5.00
        1100   hangup     c1                                 hangup 1100 0.84
        2000   statement  p                                  -5.00 0.84 0.00 0.00 -4.16
        """,
    )
    assert ledger.statements("p")[0].held == Decimal("0.42")


def test_what_belongs_to_a_closed_period_is_an_adjustment_of_the_next(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       p prepaid                          ok
        0      deposit    p 0.63                             ok
        800    start      c1 p 0.21/60                       cutoff 980
        990    settle                                        c1
        1000   statement  p                                  0.00 0.63 0.00 0.63 0.00
        861    hangup     c1                                 hangup 861 0.42
        1500   refund     c1 0.05                            0.05
        2000   statement  p                                  0.00 0.00 -0.26 0.00 -0.26
        """,
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


def test_a_late_fee_is_on_the_past_due_part_only(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       d direct_bill limit=9 opening=-2   ok
        1000   statement  d                                  2.00 0.00 0.00 0.00 2.00
        1100   pay        d 0.29                             ok
        """,
    )
    fee = ledger.late_fee("d", percent="1.5", at=T0 + 2_000_000)
    assert (fee.past_due, fee.late_fee) == (Decimal("1.71"), Decimal("0.03"))
    assert ledger.totals()["*fee:late"] == Decimal("0.03")
    ledger.pay("d", "5", at=T0 + 2_000_001)
    assert ledger.late_fee("d", percent="1.5", at=T0 + 2_000_002).code == "nothing_left"
    ledger.open_account("p", at=T0)
    assert ledger.late_fee("p", percent="1.5", at=T0 + 3_000_000).code == "wrong_kind"


def test_nothing_charges_a_late_fee_by_itself(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0        open       d direct_bill limit=9 opening=-2   ok
        1000     statement  d                                  2.00 0.00 0.00 0.00 2.00
        9000000  statement  d                                  2.00 0.00 0.00 0.00 2.00
        """,
    )


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


def test_a_longer_period_holds_and_a_shorter_one_does_not(ledger: Ledger) -> None:
    ledger.open_account("p", at=T0)
    ledger.deposit("p", "5.00", at=T0)
    assert idle(ledger, 150, period_days=30) is None
    assert idle(ledger, 181, period_days=365) is None
    assert idle(ledger, 366, period_days=365, to="unclaimed") is not None
    assert ledger.totals()["*unclaimed"] == 5
    with pytest.raises(InputError, match="IANA"):
        ledger.inactivity("p", timezone="Chicago", at=T0 + 400 * DAY_MS)


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
