"""Statements and late fees."""

from __future__ import annotations

from decimal import Decimal

from tests.ledger.table import T0, check

from securecall.ledger.ledger import Ledger


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


def test_a_statement_is_kept_under_its_account_and_number(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       p prepaid opening=1.00             ok
        0      open       q prepaid                          ok
        1000   statement  p                                  -1.00 0.00 0.00 0.00 -1.00
        1000   statement  q                                  0.00 0.00 0.00 0.00 0.00
        2000   statement  p                                  -1.00 0.00 0.00 0.00 -1.00
        """,
    )
    for account, ids in (("p", ["p:1", "p:2"]), ("q", ["q:1"])):
        papers = ledger._store.read(lambda view, of=account: view.papers("statement", of))
        assert [paper.id for paper in papers] == ids
        assert {(paper.account, paper.state) for paper in papers} == {(account, "closed")}


def test_calls_that_the_statement_itself_ends_are_billed_as_they_ended(ledger: Ledger) -> None:
    # Two run out while nobody writes; the statement is the operation that settles them.
    check(
        ledger,
        """
        0      open       p prepaid                          ok
        0      deposit    p 1.26                             ok
        1      start      c0 p 0.21/120                      cutoff 721
        2      hangup     c0                                 hangup 2 0.21
        10     start      c1 p 0.21/60                       cutoff 310
        11     start      c2 p 0.42/60                       cutoff 71
        1000   statement  p                                  0.00 1.26 0.00 1.26 0.00
        """,
    )
    (made,) = ledger.statements("p")
    calls = [ledger.call(name) for name in ("c0", "c1", "c2")]
    assert [call.charged_micros for call in calls] == [210_000, 630_000, 420_000]
    assert [call.billed_ms for call in calls] == [120_000, 180_000, 60_000]
    assert (made.calls, made.billed_ms) == (3, 360_000)
