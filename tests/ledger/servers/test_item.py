"""An item is one operation of the ledger, and only of those that servers may plan."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.ledger.servers.small_office import LOADERS, T0, office, start

from securecall.errors import InputError
from securecall.ledger.servers.item import ENDS, METHODS, YIELDS, Item, curve_of, run


def test_a_method_that_no_server_plans_is_refused() -> None:
    with pytest.raises(InputError, match="method must be one of start_call"):
        Item("r", "east", "verify", (), T0)


def test_every_method_is_the_ledgers() -> None:
    ledger = office().ledger
    assert all(callable(getattr(ledger, name)) for name in METHODS)
    assert set(METHODS) >= YIELDS | ENDS


def test_it_is_done_with_its_curve() -> None:
    item = start("c", T0 + 1)
    assert curve_of(item, LOADERS).reach_micros(1_000_000) == 600_000
    ledger = office().ledger
    assert run(item, ledger, LOADERS) == "ok"
    assert ledger.call("c").cutoff_ms == T0 + 600_001
    assert item.call_id == "c"


def test_what_asks_for_the_same() -> None:
    one = start("c", T0)
    assert one.asks_as(start("c", T0 + 5, price=7))  # the instant and the curve do not count
    assert not one.asks_as(start("d", T0))
    assert not one.asks_as(replace(one, accounts=("a", "b")))
    limited = start("c", T0, max_ms=60_000)
    assert not one.asks_as(limited)
    assert one.asks_as(replace(limited, code="promised"))
    kept = replace(one, arguments=json.loads(one.dumped()))
    assert one.asks_as(kept)
