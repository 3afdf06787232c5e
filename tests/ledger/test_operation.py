"""Operations: what they settle, refuse and tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.ledger.ledger import Ledger


def test_late_operations_are_refused_but_an_end_is_corrected(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 5.00                 ok
        0    start      c1 alice 0.21/60           cutoff 1380
        300  deposit    alice 1.00                 ok
        299  deposit    alice 1.00                 late
        299  withdraw   alice 1.00                 late
        299  start      c2 alice 0.21/60           late
        130  hangup     c1                         hangup 130 0.63
        300  balance    alice                      5.37
        """,
    )


def test_a_running_call_costs_no_writes_of_its_own(ledger: Ledger) -> None:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0)
    ledger.start_call("c1", ["alice"], Flat(), at=T0)
    before = ledger.verify()
    for minute in range(20):
        ledger.balance("alice", at=T0 + minute * 60_000)
        ledger.cutoffs("alice", at=T0 + minute * 60_000)
        ledger.call("c1", at=T0 + minute * 60_000)
    assert ledger.verify() == before


def test_the_host_is_told_when_a_cutoff_moves_and_not_when_it_stays(ledger: Ledger) -> None:
    told: list[tuple[str, datetime | None, datetime | None]] = []
    stop = ledger.subscribe(lambda *move: told.append(move))
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.42                 ok
        0    start      c1 alice 0.21/60           cutoff 120
        10   deposit    alice 0.01                 ok
        20   deposit    alice 0.21                 ok
        30   start      c2 alice 0.21/60           cutoff 90
        """,
    )
    begin = datetime.fromtimestamp(T0 / 1000, UTC)
    minute = timedelta(minutes=1)
    assert told == [
        ("c1", begin + 2 * minute, begin + 3 * minute),
        ("c1", begin + 3 * minute, begin + 2 * minute),
    ]
    stop()
    ledger.deposit("alice", "9.00", at=T0 + 31_000)
    assert len(told) == 2


def test_the_host_is_told_of_a_call_that_a_release_ends(ledger: Ledger) -> None:
    told: list[tuple[str, datetime | None, datetime | None]] = []
    ledger.subscribe(lambda *move: told.append(move))
    check(
        ledger,
        """
        0    open       a inmate_debit             ok
        0    deposit    a 0.42                     ok
        0    start      c1 a 0.21/60               cutoff 120
        30   release    a                          0.21
        """,
    )
    begin = datetime.fromtimestamp(T0 / 1000, UTC)
    assert told == [("c1", begin + timedelta(seconds=120), begin + timedelta(seconds=30))]


def test_what_a_listener_raises_reaches_the_caller_and_the_operation_is_kept(
    ledger: Ledger,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the host is confused")

    ledger.open_account("a", at=T0, opening="1")
    ledger.start_call("c", ["a"], Flat(), at=T0)
    ledger.subscribe(fail)
    with pytest.raises(RuntimeError, match="confused"):
        ledger.deposit("a", "1.00", at=T0 + 1, request_id="d")
    assert ledger.deposit("a", "1.00", at=T0 + 1, request_id="d").ok
    assert ledger.balance("a").posted == 2


def test_settling_closes_an_instant_for_accounts_that_it_does_not_write(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       a prepaid                  ok
        0    open       b prepaid                  ok
        0    deposit    a 5.00                     ok
        0    start      c1 a 0.21/60               cutoff 1380
        120  settle                                nothing
        60   settle                                nothing
        100  settle                                nothing
        119  deposit    a 1.00                     late
        60   deposit    b 1.00                     ok
        120  hangup     c1                         hangup 120 0.63
        """,
    )
