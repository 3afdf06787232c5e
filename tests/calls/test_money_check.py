"""Whether somebody can pay, asked of tariff and ledger; nothing moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.gates import FEW, NOON_MS, NUMBER, Broken, asked
from tests.harris import by_minute, by_second, tariff

from securecall.calls.directory import Directory
from securecall.calls.money_check import Means, call_of, curve_of, is_known, means_of
from securecall.ledger.ledger import Ledger

MINUTE = tariff(by_minute("0.12"))


def ledger(balance: str = "10.00", kind: str = "prepaid", **options: Any) -> Ledger:
    found = Ledger.open("memory:")
    found.open_account("fam-1", kind=kind, at=NOON_MS - 9_000, **options)
    if Decimal(balance):
        found.deposit("fam-1", balance, at=NOON_MS - 8_000, request_id="d-0")
    return found


def means(books: Any, *, of: Any = MINUTE, **changes: Any) -> Means:
    return means_of(books, of, asked(**changes), "f", NOON_MS)


def codes(found: Means) -> list[str]:
    return [each.code for each in found.reasons]


def test_money_for_one_increment_is_enough_and_its_time_is_told() -> None:
    assert means(ledger("0.12")) == Means((), True, 60_000, Decimal("0.12"))
    assert means(ledger("0.25")).balance_ms == 120_000
    short = means(ledger("0.11"))
    assert codes(short) == ["insufficient_funds"]
    assert (short.billable, short.balance_ms, short.first_increment) == (True, 0, Decimal("0.12"))


def test_a_credit_limit_is_told_as_one() -> None:
    bill = ledger("0", kind="direct_bill", credit_limit="0.12")
    assert means(bill, bill_type="direct_bill").balance_ms == 60_000
    bill.start_call("c-9", ["fam-1"], curve_of(MINUTE, asked(), "f", NOON_MS), at=NOON_MS)
    assert codes(means(bill, bill_type="direct_bill")) == ["credit_limit"]


def test_a_spending_limit_is_told_as_one() -> None:
    books = ledger()
    books.set_spending_limit("fam-1", "0.05", at=NOON_MS - 5_000, request_id="l-1")
    assert codes(means(books)) == ["spending_limit"]


def test_who_pays_must_be_named_exist_and_be_open() -> None:
    books = ledger()
    assert codes(means(books, accounts=())) == ["account_missing"]
    found = means(books, accounts=("fam-1", "fam-9"))
    assert codes(found) == ["account_unknown"]
    assert found.reasons[0].detail == "fam-9"
    books.release("fam-1", at=NOON_MS - 1, request_id="r-1")
    assert codes(means(books)) == ["account_closed"]


def test_a_clock_that_stands_wrong_is_told() -> None:
    books = ledger()
    books.deposit("fam-1", "1.00", at=NOON_MS + 60_000, request_id="d-1")
    assert codes(means(books)) == ["account_ahead"]


def test_a_call_that_costs_nothing_needs_nobody() -> None:
    free = tariff(by_minute("0.00"))
    assert means(ledger(), of=free, accounts=()) == Means((), False, None, Decimal(0))
    assert means(Broken(), of=free).reasons == ()
    # Free at first is not free.
    later = tariff(by_second("0.06") + "\nfree_ms = 60_000")
    assert means(ledger("0"), of=later).billable


def test_a_relay_call_that_the_law_makes_free_is_not_billable() -> None:
    # 47 CFR 64.6040(d)(1): no charge to any party on a TRS call.
    regulated = tariff(by_minute("0.12"), regulated=True)
    assert means(ledger("0"), of=regulated, relay="trs") == Means((), False, None, Decimal(0))
    # (d)(4): of TTY to TTY at most a quarter of the price.
    quarter = means(ledger(), of=regulated, relay="tty")
    whole = means(ledger(), of=regulated)
    assert quarter.billable
    assert quarter.first_increment < whole.first_increment


def test_a_call_without_a_price_is_told_with_why() -> None:
    texas = tariff('destinations = ["intrastate"]\n' + by_minute("0.12"))
    found = means(ledger(), of=texas, number="+525555551234")
    assert codes(found) == ["no_rate"]
    assert found.reasons[0].detail.startswith("no_rate: ")


def test_a_ledger_that_cannot_be_read_lets_nothing_through_that_costs() -> None:
    assert codes(means(Broken())) == ["ledger_silent"]


def test_a_call_that_the_ledger_had_is_known() -> None:
    books = ledger()
    assert not is_known(books, Directory(), "c-1")
    books.start_call("c-1", ["fam-1"], curve_of(MINUTE, asked(), "f", NOON_MS), at=NOON_MS)
    assert is_known(books, Directory(), "c-1")
    assert is_known(books, Broken(), "c-1")  # type: ignore[arg-type]
    assert not is_known(Broken(), Broken(), "c-1")  # type: ignore[arg-type]


def test_a_call_is_asked_about_as_it_was_attempted() -> None:
    call = call_of(asked(relay="tty", medium="video"), "f", NOON_MS, privileged=True)
    assert (call.facility, call.number, call.start_ms) == ("f", NUMBER, NOON_MS)
    assert (call.medium, call.relay, call.privileged) == ("video", "tty", True)
    assert (call.account, call.call_id, call.bill_type) == ("fam-1", "c-1", "prepaid")
    assert call_of(asked(accounts=()), "f", NOON_MS, privileged=False).account is None


@settings(max_examples=FEW)
@given(st.integers(0, 100), st.sampled_from((by_minute("0.12"), by_second("0.07"))),
       st.lists(st.integers(0, 3), max_size=3))  # fmt: skip
def test_what_the_money_allows_is_when_the_ledger_cuts_off(
    cents: int, rate: str, other_calls: list[int]
) -> None:
    books, priced = ledger(f"{cents / 100:.2f}"), tariff(rate)
    curve = curve_of(priced, asked(), "f", NOON_MS)
    for number, _ in enumerate(other_calls):
        books.start_call(f"o{number}", ["fam-1"], curve, at=NOON_MS)
    before = books.verify()
    found = means(books, of=priced)
    assert books.verify() == before
    done = books.start_call("c-1", ["fam-1"], curve, at=NOON_MS)
    assert bool(found.reasons) == done.refused
    if not done.refused:
        assert done.cutoff_ms is not None
        assert found.balance_ms == done.cutoff_ms - NOON_MS


@pytest.mark.parametrize("order", [("fam-1", "fam-2"), ("fam-2", "fam-1")])
def test_several_accounts_pay_one_after_another(order: tuple[str, ...]) -> None:
    books = ledger("0.05")
    books.open_account("fam-2", kind="prepaid", at=NOON_MS - 9_000)
    books.deposit("fam-2", "0.13", at=NOON_MS - 8_000, request_id="d-2")
    assert means(books, accounts=order).balance_ms == 60_000
