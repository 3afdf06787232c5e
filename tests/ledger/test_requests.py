"""Requests: the same id counts once, other content is a conflict, bad input moves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import AmountOverflow, InputError, InputTypeError, RequestConflict, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.outcome import Outcome


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


def test_a_retry_gets_the_first_answer_even_after_other_operations(alice: Ledger) -> None:
    first = alice.withdraw("alice", "4.00", at=T0 + 1, request_id="w-1")
    refused = alice.withdraw("alice", "4.00", at=T0 + 2, request_id="w-2")
    alice.deposit("alice", "100.00", at=T0 + 3)
    assert refused.code == "insufficient_funds"
    assert alice.withdraw("alice", "4.00", at=T0 + 9, request_id="w-1") == first
    assert alice.withdraw("alice", "4.00", at=T0, request_id="w-2") == refused
    assert alice.balance("alice").posted == 101


def test_every_kind_of_answer_comes_back_the_same(alice: Ledger) -> None:
    quote = Quote.of(1_000_000, [{"name": "card", "flat": 300_000}])
    alice.open_account("d", "direct_bill", credit_limit="9", at=T0)
    asks: list[Any] = [
        lambda: alice.open_account("b", at=T0, request_id="1"),
        lambda: alice.deposit("alice", "1.00", at=T0, fees=quote, request_id="2"),
        lambda: alice.start_call("c1", ["alice"], Flat(), at=T0 + 1, request_id="3"),
        lambda: alice.settle_due(at=T0 + 10_000_000, request_id="4"),
        lambda: alice.refund("c1", at=T0 + 10_000_001, request_id="5"),
        lambda: alice.chargeback("2", fee="0.10", at=T0 + 10_000_002, request_id="6"),
        lambda: alice.chargeback_result("6", won=False, at=T0 + 10_000_003, request_id="7"),
        lambda: alice.statement("alice", through=T0 + 10_000_004, request_id="8"),
        lambda: alice.transfer("alice", "b", "0.01", at=T0 + 10_000_005, request_id="9"),
        lambda: alice.release("alice", at=T0 + 10_000_006, request_id="10"),
        lambda: alice.late_fee("d", percent="1", at=T0, request_id="11"),
        lambda: alice.inactivity("b", timezone="UTC", at=T0 + 10_000_007, request_id="12"),
        lambda: alice.end_call("c1", at=T0 + 10_000_008),
    ]
    first = [ask() for ask in asks]
    assert [ask() for ask in asks] == first
    assert first[1].fees_by_id == {"card": Decimal("0.300000")}


def test_other_content_is_a_conflict_that_moves_nothing(alice: Ledger) -> None:
    before = alice.verify()
    quote = Quote.of(5_000_000, [{"name": "x", "flat": 1}])
    asks: list[Any] = [
        lambda: alice.deposit("alice", "6.00", at=T0, request_id="d-1"),
        lambda: alice.withdraw("alice", "5.00", at=T0, request_id="d-1"),
        lambda: alice.deposit("alice", "5.00", at=T0, request_id="d-1", fees=quote),
    ]
    for ask in asks:
        with pytest.raises(RequestConflict, match="'d-1' was used before") as caught:
            ask()
        assert caught.value.request_id == "d-1"
    assert alice.verify() == before


def test_at_and_curve_are_no_content(alice: Ledger) -> None:
    first = alice.start_call("c1", ["alice"], Flat(), at=T0 + 1, request_id="s")
    assert alice.start_call("c1", ["alice"], Flat(1), at=T0 + 99, request_id="s") == first


def test_an_end_without_a_request_id_has_the_calls(alice: Ledger) -> None:
    alice.start_call("c1", ["alice"], Flat(), at=T0)
    first = alice.end_call("c1", at=T0 + 61_000)
    assert alice.end_call("c1", at=T0 + 62_000, reason="dropped") == first
    with pytest.raises(RequestConflict):
        alice.deposit("alice", "1.00", at=T0 + 70_000, request_id="c1")


def test_without_a_request_id_every_deposit_counts(alice: Ledger) -> None:
    for _ in range(3):
        alice.deposit("alice", "1.00", at=T0)
    assert alice.balance("alice").posted == 8


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("-1.00", InputError),
        ("0", InputError),
        (1, InputTypeError),
        (1.0, InputTypeError),
        (True, InputTypeError),
        (None, InputTypeError),
        ("1.0000001", InputError),
        ("1e3", InputError),
        (" 1", InputError),
        ("١", InputError),
        ("NaN", InputError),
        (Decimal("NaN"), InputError),
        (Decimal("Infinity"), InputError),
        ("1000000000000", AmountOverflow),
        (Decimal("1e40"), AmountOverflow),
    ],
)
def test_bad_amounts_move_nothing(alice: Ledger, amount: Any, error: type[Exception]) -> None:
    before = alice.verify()
    for ask in (alice.deposit, alice.withdraw, alice.pay):
        with pytest.raises(error, match="amount"):
            ask("alice", amount, at=T0)
    assert alice.verify() == before


def test_an_amount_may_be_written_in_any_plain_way(alice: Ledger) -> None:
    for amount in ("1", "1.", "1.5", "+1", "001.000000", Decimal("1.50"), Decimal(2)):
        if amount == "1.":
            with pytest.raises(InputError):
                alice.deposit("alice", amount, at=T0)
        else:
            assert alice.deposit("alice", amount, at=T0).credited == Decimal(amount)


@pytest.mark.parametrize(
    ("at", "error", "words"),
    [
        (datetime(2026, 1, 1), InputError, "time zone"),
        (1.5, InputTypeError, "aware datetime"),
        ("2026-01-01", InputTypeError, "aware datetime"),
        (True, InputTypeError, "aware datetime"),
        (-1, InputError, "1970"),
        (1 << 60, InputError, "1970"),
    ],
)
def test_bad_instants_move_nothing(
    alice: Ledger, at: Any, error: type[Exception], words: str
) -> None:
    before = alice.verify()
    with pytest.raises(error, match=words):
        alice.deposit("alice", "1.00", at=at)
    with pytest.raises(error, match=words):
        alice.balance("alice", at=at)
    assert alice.verify() == before


def test_instants_are_floored_to_the_millisecond_whatever_their_zone(alice: Ledger) -> None:
    zone = timezone(timedelta(hours=-6))
    at = datetime(2026, 1, 5, 9, 0, 0, 1_999, tzinfo=zone)
    assert alice.deposit("alice", "1.00", at=at).at == datetime(
        2026, 1, 5, 15, 0, 0, 1_000, tzinfo=UTC
    )


@pytest.mark.parametrize("bad", ["", "#1", "a\x1fb", "x" * 201, "\udc80", "a\u00a0b", 7, None])
def test_bad_ids_move_nothing(alice: Ledger, bad: Any) -> None:
    before = alice.verify()
    with pytest.raises((InputError, InputTypeError)):
        alice.open_account(bad, at=T0)
    if bad is not None:
        with pytest.raises((InputError, InputTypeError)):
            alice.deposit("alice", "1.00", at=T0, request_id=bad)
    assert alice.verify() == before


def test_an_unknown_account_moves_nothing(alice: Ledger) -> None:
    before = alice.verify()
    asks: list[Any] = [
        lambda: alice.deposit("bob", "1.00", at=T0),
        lambda: alice.withdraw("bob", "1.00", at=T0),
        lambda: alice.balance("bob"),
        lambda: alice.entries("bob"),
        lambda: alice.statement("bob", through=T0 + 1),
        lambda: alice.set_credit_limit("bob", "1", at=T0),
        lambda: alice.transfer("alice", "bob", at=T0),
        lambda: alice.release("bob", at=T0),
    ]
    for ask in asks:
        with pytest.raises(Unknown, match="no account has the id 'bob'"):
            ask()
    assert alice.verify() == before


def test_a_balance_stays_below_the_largest_amount(ledger: Ledger) -> None:
    ledger.open_account("rich", at=T0)
    ledger.deposit("rich", "999999999999.999999", at=T0)
    before = ledger.verify()
    with pytest.raises(AmountOverflow, match="'rich'"):
        ledger.deposit("rich", "0.000001", at=T0)
    assert ledger.verify() == before
    admission = ledger.start_call("c", ["rich"], Flat(), at=T0)
    assert admission.cutoff_ms == T0 + 999_999_999_999_999_999 // 210_000 * 60_000


def test_what_opens_an_account_is_checked(ledger: Ledger) -> None:
    for given in (
        {"kind": "prepayed"},
        {"kind": "direct_bill"},
        {"kind": "prepaid", "credit_limit": "5"},
        {"kind": "prepaid", "opening": "-1"},
    ):
        with pytest.raises(InputError):
            ledger.open_account("a", at=T0, **given)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="did you mean 'prepaid'"):
        ledger.open_account("a", kind="prepayd", at=T0)
    assert ledger.open_account("a", at=T0).code == "ok"
    assert ledger.open_account("a", at=T0).code == "account_exists"


def test_fees_must_fit_their_deposit(alice: Ledger) -> None:
    quote = Quote.of(1_000_000, [{"name": "card", "flat": 300_000}])
    with pytest.raises(InputError, match="quoted for"):
        alice.deposit("alice", "2.00", at=T0, fees=quote)
    with pytest.raises(InputTypeError, match="FeeQuote"):
        alice.deposit("alice", "2.00", at=T0, fees=object())
    whole = Quote.of(1_000_000, [{"name": "card", "flat": 1_000_000}])
    with pytest.raises(InputError, match="leave something"):
        alice.deposit("alice", "1.00", at=T0, fees=whole)


def test_outcomes_are_words_and_ok_is_the_last(alice: Ledger) -> None:
    words = alice.code_words()
    assert words[0] == "late"
    assert words[-1] == "ok"
    assert len(set(words)) == len(Outcome)
