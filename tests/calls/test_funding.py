"""Funding: the fee quote that is paid."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.harris import tariff

from securecall.calls.funding import QUOTE_LIVES_MS, fund, quote
from securecall.errors import FeesExceedDeposit, InputError
from securecall.ledger.instant import ms_of
from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff

CARD = """
[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
flat = "3.95"
[[fee]]
id = "agent"
kind = "live_agent"
channels = ["agent"]
flat = "5.95"
"""
THEN = datetime(2022, 3, 1, tzinfo=UTC)


def priced() -> Tariff:
    return tariff(tail=CARD, regulated=True)


def book() -> Ledger:
    ledger = Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=ms_of(THEN) - 1)
    return ledger


def test_what_is_paid_what_the_fee_takes_and_what_arrives() -> None:
    quoted = quote(priced(), facility="f", at=THEN, pays="25.00")
    # 47 CFR 64.6020 of that date: at most $3.00 for an automated payment.
    assert (quoted.fees, quoted.credited, quoted.removed) == (
        Decimal(3), Decimal(22), Decimal("0.95"),
    )  # fmt: skip
    ledger = book()
    made = fund(ledger, "fam-1", quoted, at=ms_of(THEN) + 60_000, request_id="p-1")
    assert (made.paid, made.credited, made.fees) == (Decimal(25), Decimal(22), Decimal(3))
    again = fund(ledger, "fam-1", quoted, at=ms_of(THEN) + 120_000, request_id="p-1")
    assert again == made
    assert ledger.balance("fam-1").available == Decimal(22)


def test_what_must_be_paid_so_that_so_much_arrives() -> None:
    quoted = quote(priced(), facility="f", at=THEN, arrives="25.00")
    assert (quoted.paid, quoted.credited) == (Decimal(28), Decimal(25))
    fund(book(), "fam-1", quoted, at=THEN, request_id="p-1")


def test_fees_are_those_of_the_date() -> None:
    today = quote(priced(), facility="f", at=datetime(2026, 5, 1, tzinfo=UTC), pays="25.00")
    assert (today.fees, today.credited) == (0, Decimal(25))


def test_a_quote_is_not_paid_years_later() -> None:
    quoted = quote(priced(), facility="f", at=THEN, pays="25.00")
    for late_ms in (-1, QUOTE_LIVES_MS + 1):
        with pytest.raises(InputError, match="quote again"):
            fund(book(), "fam-1", quoted, at=ms_of(THEN) + late_ms, request_id="p-1")


def test_what_cannot_be_quoted() -> None:
    with pytest.raises(InputError, match="one of pays and arrives"):
        quote(priced(), facility="f", at=THEN)
    with pytest.raises(InputError, match="one of pays and arrives"):
        quote(priced(), facility="f", at=THEN, pays="1.00", arrives="1.00")
    with pytest.raises(FeesExceedDeposit):
        quote(priced(), facility="f", at=THEN, pays="2.00")
    with pytest.raises(InputError, match="facility"):
        quote(priced(), facility="g", at=THEN, pays="25.00")


def test_a_misspelt_method_is_no_method_without_fees() -> None:
    for asked in ({"pays": "25.00"}, {"arrives": "25.00"}):
        with pytest.raises(InputError, match="no fee names the method 'crad'; did you mean 'card'"):
            quote(priced(), facility="f", at=THEN, method="crad", **asked)  # type: ignore[arg-type]
    # What is paid in another way is free where no fee names that, and where none names any.
    assert quote(priced(), facility="f", at=THEN, pays="25.00", method="cash").fees == 0
    bare = tariff(regulated=True)
    assert quote(bare, facility="f", at=THEN, pays="25.00", method="crad").fees == 0
