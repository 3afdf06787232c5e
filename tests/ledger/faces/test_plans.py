"""Plans at the door."""

from __future__ import annotations

import pytest
from tests.ledger.table import T0

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger


def with_reload(ledger: Ledger, **given_: object) -> None:
    ledger.open_account("a", at=T0, opening="1.00")
    plan = {"below": "0.50", "amount": "10.00", "at": T0, **given_}
    ledger.set_auto_reload("a", **plan)  # type: ignore[arg-type]


def test_a_plan_can_be_ended_and_its_numbers_go_on(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.withdraw("a", "0.60", at=T0 + 1)
    ledger.set_auto_reload("a", below=None, at=T0 + 2)
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 3).ok
    ledger.withdraw("a", "10.20", at=T0 + 4)
    assert len(ledger.reloads("a")) == 1
    ledger.set_auto_reload("a", below="0.50", amount="1.00", at=T0 + 5)
    assert [each.id for each in ledger.reloads("a")] == ["auto:a:1", "auto:a:2"]


def test_a_plan_is_checked(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0)
    for given_ in (
        {"below": "1"},
        {"below": "1", "amount": "0.001"},
        {"below": "1", "amount": "1", "timezone": "Mars"},
        {"below": "1", "amount": "1", "daily_max": 0},
    ):
        with pytest.raises(InputError):
            ledger.set_auto_reload("a", at=T0, **given_)  # type: ignore[arg-type]
    with pytest.raises(Unknown, match="reload"):
        ledger.reload_result("auto:a:9", ok=True, at=T0)


def test_the_id_of_a_reload_may_be_as_long_as_its_account_makes_it(ledger: Ledger) -> None:
    name = "x" * 200
    ledger.open_account(name, at=T0)
    ledger.set_auto_reload(name, below="1.00", amount="5.00", at=T0)
    ledger.settle_due(at=T0)
    (asked,) = ledger.reloads(name)
    assert len(asked.id) > 200
    assert ledger.reload_result(asked.id, ok=True, at=T0 + 1).ok
    assert ledger.chargeback(asked.id, at=T0 + 2, request_id="cb").ok
    with pytest.raises(InputError, match="reload_id must have 1 to 240 characters, not 241"):
        ledger.reload_result("x" * 241, ok=True, at=T0)
