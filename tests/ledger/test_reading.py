"""Reading: what the books say at an instant."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger


def test_warnings_come_from_the_same_solve(ledger: Ledger) -> None:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "0.42", at=T0)
    ledger.start_call("c1", ["alice"], Flat(), at=T0)
    (end,) = ledger.cutoffs("alice").values()
    assert end is not None
    assert ledger.warnings("alice", left_ms=60_000) == {"c1": end - timedelta(seconds=60)}


NAMES = ("a", "b")
OPERATIONS = st.lists(
    st.tuples(
        st.integers(0, 90_000),  # milliseconds after the one before
        st.sampled_from(("deposit", "start", "end", "limit", "settle", "close")),
        st.sampled_from((("a",), ("b",), ("a", "b"), ("b", "a"))),
        st.integers(1, 60),  # cents
        st.booleans(),
    ),
    max_size=12,
)


@given(
    OPERATIONS,
    st.sampled_from((("a",), ("b", "a"))),
    st.sampled_from((Flat(), Flat(0), Flat(30_000, 7_000))),
    st.tuples(st.booleans(), st.one_of(st.none(), st.integers(1, 400_000))),
    st.integers(-5_000, 200_000),
)
def test_what_a_call_would_be_answered_is_what_it_is_answered(
    operations: list[tuple[int, str, tuple[str, ...], int, bool]],
    accounts: tuple[str, ...],
    curve: Flat,
    limits: tuple[bool, int | None],
    later_ms: int,
) -> None:
    split, max_ms = limits
    ledger = Ledger.open("memory:")
    at = T0
    for name in NAMES:
        ledger.open_account(name, at=at)
    for number, (after_ms, what, payers, cents, flag) in enumerate(operations):
        at += after_ms
        amount = f"{cents / 100:.2f}"
        if what == "deposit":
            ledger.deposit(payers[0], amount, at=at, request_id=f"d{number}")
        elif what == "start":
            ledger.start_call(f"c{number}", payers, Flat(10_000 * cents), at=at, split=flag)
        elif what == "end" and number:
            with suppress(Unknown):
                ledger.end_call(f"c{number - 1}", at=at)
        elif what == "limit":
            ledger.set_spending_limit(payers[0], amount, at=at, request_id=f"l{number}")
        elif what == "settle":
            ledger.settle_due(at=at)
        elif what == "close" and flag and number > 9:
            ledger.release(payers[0], at=at, request_id=f"r{number}")
    at = max(at + later_ms, T0)
    before = ledger.verify()
    told = ledger.admits(accounts, curve, at=at, split=split, max_ms=max_ms)
    assert ledger.verify() == before
    done = ledger.start_call("new", accounts, curve, at=at, split=split, max_ms=max_ms)
    assert (told.code, told.cutoff_ms, told.reason) == (done.code, done.cutoff_ms, done.reason)


def test_asking_needs_what_starting_needs(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="'nobody'"):
        ledger.admits(["nobody"], Flat(), at=T0)
    with pytest.raises(InputError, match="each once"):
        ledger.admits([], Flat(), at=T0)
    ledger.open_account("alice", at=T0 + 1)
    assert ledger.admits(["alice"], Flat(), at=T0).code == "late"
    assert ledger.admits(["alice"], Flat(), at=T0 + 1).code == "insufficient_funds"


def test_an_instant_that_was_closed_is_late_for_asking_too(ledger: Ledger) -> None:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0)
    ledger.start_call("c1", ["alice"], Flat(), at=T0)
    ledger.settle_due(at=T0 + 1_000)  # settles nothing, and closes the instant
    assert ledger.admits(["alice"], Flat(), at=T0 + 999).code == "late"
    assert ledger.admits(["alice"], Flat(), at=T0 + 1_000).code == "ok"
