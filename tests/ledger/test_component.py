"""What running calls tie together is loaded together."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import Unknown
from securecall.ledger.component import closed_ms, load, purse_of
from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import AccountRow


def test_an_account_without_calls_comes_alone(ledger: Ledger) -> None:
    for name in "ab":
        ledger.open_account(name, at=T0, opening="5")
    found = ledger._store.read(lambda view: load(view, ["a"]))
    assert list(found.accounts) == ["a"]
    assert (found.calls, found.meters, found.purse("a").room_micros) == ({}, [], 5_000_000)


def test_calls_bring_the_accounts_that_pay_them(ledger: Ledger) -> None:
    for name in "abcd":
        ledger.open_account(name, at=T0, opening="5")
    ledger.start_call("1", ["a", "b"], Flat(), at=T0)
    ledger.start_call("2", ["b", "c"], Flat(), at=T0 + 1)
    found = ledger._store.read(lambda view: load(view, ["a"]))
    assert sorted(found.accounts) == ["a", "b", "c"]
    assert [meter.id for meter in found.meters] == ["1", "2"]
    assert found.purse("a").room_micros == 5_000_000 - 210_000


def test_an_account_that_is_not_there_is_named(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="nobody"):
        ledger._store.read(lambda view: load(view, ["nobody"]))


def test_a_purse_holds_what_may_be_owed_too() -> None:
    assert purse_of(AccountRow("d", "direct_bill", -3, 10)).room_micros == 7


def test_an_instant_is_closed_for_accounts_that_had_calls_then() -> None:
    row = AccountRow("a", "prepaid", touched=5, running=["c"])
    assert closed_ms([[100, 9], [200, 7]], row) == 100
    assert closed_ms([[100, 5]], row) == -1
    assert closed_ms([[100, 9]], AccountRow("a", "prepaid", touched=5)) == -1
    assert closed_ms(None, row) == -1
