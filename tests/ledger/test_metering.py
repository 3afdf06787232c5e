"""Calls: admission, cutoff, ties, hangups, late reports, crashes of the host."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.ledger.ledger import Ledger
from securecall.rating.call import Call
from securecall.rating.tariff import Tariff


def test_a_call_runs_to_what_it_bought_and_not_one_millisecond_past_it(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0      open       alice prepaid            ok
        0      deposit    alice 1.00               ok
        0      start      c1 alice 0.21/60         cutoff 240
        0      held       alice                    0.21
        59.999 held       alice                    0.21
        60     held       alice                    0.42
        239    call       c1                       running 0.84
        240    call       c1                       balance 240 0.84
        239    settle                              nothing
        240    settle                              c1
        240    balance    alice                    0.16
        """,
    )


def test_one_micro_dollar_short_is_short(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.209999             ok
        0    start      c1 alice 0.21/60           insufficient_funds
        0    call       c1                         refused 0 0.00
        1    hangup     c1                         refused 0 0.00
        1    deposit    alice 0.000001             ok
        1    start      c2 alice 0.21/60           cutoff 61
        """,
    )


def test_a_deposit_at_the_cutoff_saves_the_call_unless_the_instant_is_closed(
    ledger: Ledger,
) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    open       bob prepaid                ok
        0    deposit    alice 0.21                 ok
        0    deposit    bob 0.21                   ok
        0    start      c1 alice 0.21/60           cutoff 60
        0    start      c2 bob 0.21/60             cutoff 60
        60   deposit    alice 0.21                 ok
        60   settle                                c2
        60   deposit    bob 0.21                   ok
        60   call       c1                         running 0.42
        61   call       c2                         balance 60 0.21
        120  settle                                c1
        """,
    )


def test_a_call_attempt_closes_its_instant(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.42                 ok
        0    start      c1 alice 0.21/60           cutoff 120
        60   start      c2 alice 0.21/60           insufficient_funds
        60   deposit    alice 0.21                 ok
        60   call       c1                         running 0.42
        180  settle                                c1
        180  call       c1                         balance 180 0.63
        """,
    )


def test_a_hangup_on_a_boundary_owes_nothing_more_and_one_at_the_start_nothing(
    ledger: Ledger,
) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 1.00                 ok
        0    start      c1 alice 0.21/60           cutoff 240
        60   hangup     c1                         hangup 60 0.21
        61   start      c2 alice 0.21/60           cutoff 241
        61   hangup     c2                         hangup 61 0.00
        61   balance    alice                      0.79
        61   call       c2                         hangup 61 0.00
        """,
    )


def test_a_hangup_in_a_closed_instant_keeps_what_was_bought_in_it(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 1.00                 ok
        0    start      c1 alice 0.21/60           cutoff 240
        60   settle                                nothing
        60   hangup     c1                         hangup 60 0.42
        """,
    )


def test_the_maximum_duration_wins_over_the_balance_and_buys_nothing_more(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.42                 ok
        0    start      c1 alice 0.21/60 max=120   limit 120
        120  settle                                c1
        120  call       c1                         limit 120 0.42
        200  deposit    alice 5.00                 ok
        200  start      c2 alice 0.21/60 max=90    limit 290
        290  settle                                c2
        290  call       c2                         limit 290 0.42
        """,
    )


def test_the_older_call_gets_the_last_increment(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.63                 ok
        0    start      old alice 0.21/60          cutoff 180
        0    start      new alice 0.21/60          cutoff 60
        60   settle                                new
        120  settle                                old
        """,
    )


def test_funding_goes_down_the_list_or_is_split(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       a inmate_debit             ok
        0    open       b prepaid                  ok
        0    deposit    a 0.50                     ok
        0    deposit    b 0.50                     ok
        0    start      c1 a+b 0.21/60             cutoff 240
        0    hangup     c1                         hangup 0 0.00
        0    start      c2 a+b 0.21/60 split=yes   cutoff 240
        240  settle                                c2
        240  balance    a                          0.00
        240  balance    b                          0.16
        """,
    )


def test_money_already_owed_is_not_clawed_back(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 5.00 d1              ok
        1    start      c1 alice 0.21/60           cutoff 1381
        130  chargeback d1 cb1 fee=15.00           20.00
        130  available  alice                      -15.63
        181  settle                                c1
        181  call       c1                         balance 181 0.63
        181  balance    alice                      -15.63
        181  owed       alice                      15.63
        181  withdraw   alice 0.01                 insufficient_funds
        200  result     cb1 won                    won
        200  result     cb1 lost                   already_decided
        200  balance    alice                      4.37
        """,
    )


def test_direct_bill_goes_to_its_limit_and_a_lowered_limit_cuts(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       d direct_bill limit=1.00   ok
        0    start      c1 d 0.21/60               cutoff 240
        60   limit      d 0.50                     ok
        60   available  d                          0.08
        119  call       c1                         running 0.42
        120  settle                                c1
        120  owed       d                          0.42
        130  withdraw   d 0.09                     insufficient_funds
        130  deposit    d 1.00                     wrong_kind
        130  pay        d 1.00                     ok
        130  owed       d                          -0.58
        130  available  d                          1.08
        """,
    )


def test_a_call_that_the_ledger_ended_is_corrected_once(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.63                 ok
        0    start      c1 alice 0.21/60           cutoff 180
        200  settle                                c1
        200  balance    alice                      0.00
        61   hangup     c1                         hangup 61 0.42
        200  balance    alice                      0.21
        30   hangup     c1                         hangup 61 0.42
        """,
    )
    kinds = [entry.kind for entry in ledger.iter_entries("alice")]
    assert kinds == ["deposit", "charge", "correction"]
    assert ledger.totals()["*revenue"] == ledger.call("c1").charged
    settlement = ledger.end_call("c1", at=T0 + 999_000, request_id="another")
    assert settlement.corrected == settlement.charged / 2


def test_a_crash_of_the_host_charges_up_to_the_last_heartbeat(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 5.00                 ok
        0    start      c1 alice 0.21/60           cutoff 1380
        500  recover    c1 alive=180               recovered 180 0.63
        500  recover    c1 alive=180               recovered 180 0.63
        500  balance    alice                      4.37
        """,
    )


def test_last_alive_may_count_from_the_start(ledger: Ledger) -> None:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0)
    ledger.start_call("c1", ["alice"], Flat(), at=T0)
    found = ledger.recover("c1", last_alive_ms=181_000, at=T0 + 900_000)
    assert (found.billed_ms, found.reason) == (240_000, "recovered")


def test_a_free_call_needs_no_money_and_has_no_end(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    start      c1 alice 0/60              no cutoff
        9999 settle                                nothing
        9999 hangup     c1                         hangup 9999 0.00
        """,
    )


HELD = """
[[facility]]
id = "f"
kind = "jail"
adp = 400
state = "TX"
timezone = "America/Chicago"
contract = "c"
cap_basis = "{basis}"
[[contract]]
id = "c"
[[contract.rate]]
id = "r"
steps = [{{ from_ms = 0, price = "0.50", per_ms = 60_000, increment_ms = 60_000 }}]
[[tax]]
id = "tx"
percent = "6.25"
"""


@pytest.mark.parametrize("basis", ["billed", "actual"])
@pytest.mark.parametrize("lasted_ms", [0, 1, 30_000, 60_000, 60_001, 200_000])
def test_a_settled_call_costs_what_rating_says(ledger: Ledger, basis: str, lasted_ms: int) -> None:
    tariff = Tariff.loads(HELD.format(basis=basis))

    def call(duration_ms: int) -> Call:
        return Call(facility="f", number="+17135550123", start=T0, duration_ms=duration_ms)

    ledger.open_account("a", at=T0, opening="50")
    ledger.start_call("c", ["a"], tariff.curve(call(0)), at=T0)
    settled = ledger.end_call("c", at=T0 + lasted_ms)
    rated = tariff.rate(call(lasted_ms))
    assert settled.charged == rated.total
    parts = ledger.call("c").parts
    assert parts.get("tax:tx", 0) == rated.tax
    assert ledger.balance("a").posted == 50 - rated.total


def test_a_late_hangup_costs_what_an_early_one_had(ledger: Ledger) -> None:
    tariff = Tariff.loads(HELD.format(basis="actual"))
    for number, first_ms in enumerate((600_000, 300_000)):
        start = T0 + number * 10_000_000
        call = Call(facility="f", number="+17135550123", start=start, duration_ms=130_500)
        ledger.open_account(f"a{number}", at=start, opening="50")
        ledger.start_call(
            f"c{number}", [f"a{number}"], tariff.curve(call), at=start, max_ms=first_ms + 1_500
        )
        ledger.settle_due(at=start + 601_500)
        before = ledger.call(f"c{number}")
        assert before.reason == "limit"
        after = ledger.end_call(f"c{number}", at=start + 130_500)
        assert after.charged == tariff.rate(call).total < before.charged
        assert after.corrected == before.charged - after.charged
        assert ledger.balance(f"a{number}").posted == 50 - after.charged
