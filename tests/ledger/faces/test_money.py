"""Accounts and amounts at the door: bad input moves nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import AmountOverflow, InputError, InputTypeError, Unknown
from securecall.ledger.ledger import Ledger


@pytest.fixture
def alice(ledger: Ledger) -> Ledger:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "5.00", at=T0, request_id="d-1")
    return ledger


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
