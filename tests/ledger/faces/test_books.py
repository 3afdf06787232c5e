"""Reading: a look at the books at an instant, past or to come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.errors import InputError, InputTypeError, RequestConflict, Unknown
from securecall.ledger.ledger import Ledger


def test_none_means_the_last_operations_instant(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="5")
    ledger.open_account("b", at=T0 + 90_000)
    ledger.start_call("c", ["a"], Flat(), at=T0)
    assert ledger.balance("a") == ledger.balance("a", at=T0 + 90_000)
    assert ledger.balance("a").held_micros == 420_000


def test_a_read_ahead_sees_calls_end_and_changes_nothing(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       a prepaid                  ok
        0    deposit    a 0.50                     ok
        0    start      c a 0.21/60                cutoff 120
        999  balance    a                          0.08
        999  held       a                          0.00
        999  call       c                          balance 120 0.42
        119  held       a                          0.42
        0    hangup     c                          hangup 0 0.00
        """,
    )


def test_cutoffs_of_the_past_are_not_guessed(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0)
    ledger.deposit("a", "1.00", at=T0 + 10)
    with pytest.raises(InputError, match="settled"):
        ledger.cutoffs("a", at=T0 + 9)


def test_the_past_is_what_it_was(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.open_account("a", at=T0, opening="1.00")
    ledger.open_account("b", at=T0, opening="0.50")
    ledger.start_call("c1", ["a", "b"], Flat(), at=T0)
    ledger.start_call("c2", ["b"], Flat(70_000, 7_000), at=T0, max_ms=100_000)
    seen = {}
    for at in range(T0, T0 + 400_000, 3_500):
        seen[at] = [ledger.balance(name, at=at) for name in ("a", "b")]
        seen[at] += [ledger.call(name, at=at) for name in ("c1", "c2")]
    ledger.settle_due(at=T0 + 400_000)
    ledger.deposit("a", "9.00", at=T0 + 500_000)
    ledger.deposit("b", "9.00", at=T0 + 500_000)
    for at, before in seen.items():
        after = [ledger.balance(name, at=at) for name in ("a", "b")]
        assert after == before[:2]
        for call, was in zip(("c1", "c2"), before[2:], strict=True):
            now = ledger.call(call, at=at)
            assert (now.running, now.charged, now.billed_ms) == (
                was.running,  # type: ignore[attr-defined]
                was.charged,  # type: ignore[attr-defined]
                was.billed_ms,  # type: ignore[attr-defined]
            )
    with pytest.raises(InputError, match="start of call"):
        ledger.call("c1", at=T0 - 1)


def test_cutoffs_are_of_the_accounts_own_calls(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="1")
    ledger.open_account("b", at=T0, opening="1")
    ledger.start_call("c1", ["a", "b"], Flat(), at=T0)
    ledger.start_call("c2", ["b"], Flat(), at=T0)
    assert set(ledger.cutoffs("a")) == {"c1"}
    assert set(ledger.cutoffs("b")) == {"c1", "c2"}


def test_of_an_account_that_is_not_there_nothing_is_told_and_not_an_empty_list(
    ledger: Ledger,
) -> None:
    for ask in (ledger.statements, ledger.reloads, ledger.iter_entries, ledger.entries):
        with pytest.raises(Unknown, match="no account has the id 'nobody'"):
            ask("nobody")


def test_what_a_host_said_of_a_call_is_told_again(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="1")
    about = {"number": "+17135550123", "host": "one"}
    first = ledger.start_call("c1", ["a"], Flat(), at=T0, request_id="s", about=about)
    ledger.start_call("c2", ["a"], Flat(), at=T0)
    assert ledger.about_call("c1") == about
    assert ledger.about_call("c2") == {}
    again = ledger.start_call("c1", ["a"], Flat(), at=T0, request_id="s", about=about)
    assert again == first
    with pytest.raises(RequestConflict):
        ledger.start_call("c1", ["a"], Flat(), at=T0, request_id="s", about={"host": "two"})
    with pytest.raises(Unknown, match="no call has the id 'nobody'"):
        ledger.about_call("nobody")
    for wrong, error in (
        ({"a": "b\n"}, InputError), ({"a": 1}, InputTypeError), ("ab", InputTypeError),
        ({str(number): "x" for number in range(41)}, InputError),
    ):  # fmt: skip
        with pytest.raises(error, match="about"):
            ledger.start_call("c3", ["a"], Flat(), at=T0, about=wrong)  # type: ignore[arg-type]


def test_running_calls_are_those_that_have_not_ended(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, opening="5")
    ledger.open_account("poor", at=T0)
    for name in ("c2", "c1", "c3"):
        ledger.start_call(name, ["a"], Flat(), at=T0)
    assert ledger.start_call("c4", ["poor"], Flat(), at=T0).refused
    assert ledger.running_calls() == ("c1", "c2", "c3")
    ledger.end_call("c2", at=T0 + 1_000)
    assert ledger.running_calls() == ("c1", "c3")
