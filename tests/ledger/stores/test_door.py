"""Every store offers the whole door, and rows come through it as they went in."""

from __future__ import annotations

from collections.abc import Callable

from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores.door import Paper, Reading, Writing


def offered(protocol: type) -> set[str]:
    names = {name for base in protocol.__mro__ for name in vars(base)}
    return {name for name in names if not name.startswith("_")}


def test_views_and_changes_have_every_method(make: Callable[[], Ledger]) -> None:
    store = make()._store
    store.read(lambda view: [getattr(view, name) for name in offered(Reading)])
    store.write(lambda tx: [getattr(tx, name) for name in offered(Writing)], None)


def test_what_went_in_comes_out(ledger: Ledger) -> None:
    ledger.open_account("b", at=T0)
    ledger.open_account("a", at=T0, opening="5")
    ledger.start_call("c", ["a", "b"], Flat(), at=T0 + 1, request_id="s")
    ledger.set_auto_reload("a", below="1", amount="2", at=T0 + 2)

    def job(view: Reading) -> None:
        assert [row.id for row in view.accounts()] == ["a", "b"]
        assert [op.seq for op in view.ops(0)] == [1, 2, 3, 4]
        assert [op.seq for op in view.ops(3)] == [4]
        assert [entry.account for entry in view.entries(None, 0)] == ["a"]
        assert list(view.entries("b", 0)) == []
        assert list(view.entries("a", 1)) == []
        call = view.call("c")
        assert call is not None
        assert call.cutoff_ms is not None
        assert [each.id for each in view.calls()] == ["c"]
        assert view.due_calls(call.cutoff_ms) == ["c"]
        assert view.due_calls(call.cutoff_ms - 1) == []
        row = view.account("a")
        assert row is not None
        assert row.reload_ms is not None
        assert view.due_reloads(row.reload_ms) == ["a"]
        assert view.due_reloads(row.reload_ms - 1) == []
        made = view.op("s")
        assert made is not None
        assert made.method == "start_call"
        assert (view.account("x"), view.call("x"), view.op("x")) == (None, None, None)
        assert (view.paper("deposit", "x"), view.papers("deposit", "a"), view.note("x")) == (
            None,
            [],
            None,
        )
        assert view.head().seq == 4
        assert view.head().at_ms == T0 + 2

    ledger._store.read(job)


def test_a_transaction_sees_what_earlier_ones_put(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0, numbers=["+17135550100"])
    paper = ledger._store.read(lambda view: view.paper("number", "+17135550100"))
    assert paper == Paper("number", "+17135550100", "a", "linked", {})
    assert ledger._store.write(lambda tx: tx.paper("number", "+17135550100"), None) == paper
