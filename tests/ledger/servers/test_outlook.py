"""What is planned is foreseen by the ledger's own law."""

from __future__ import annotations

from dataclasses import replace

from tests.ledger.servers.small_office import LOADERS, T0, deposit, end, office, start

from securecall.ledger.servers.outlook import End, family_of, foresee


def _ends(*items):
    items = [replace(item, order=number) for number, item in enumerate(items)]
    ledger = office().ledger
    return ledger._store.read(
        lambda view: foresee(view, family_of(view, items, ["a"]), items, LOADERS)
    )


def test_a_planned_call_ends_where_its_money_does() -> None:
    assert _ends(start("c", T0 + 5)) == {"c": End(T0 + 600_005, "balance", False, False)}


def test_plans_compete_in_order_of_their_instants() -> None:
    found = _ends(start("c", T0 + 5), start("d", T0 + 6, price=900_000))
    assert found["d"] == End(T0 + 60_006, "balance", False, False)
    assert found["c"].at_ms == T0 + 60_005
    assert _ends(start("c", T0 + 5), start("d", T0 + 6, price=900_001))["d"].refused


def test_an_end_and_money_are_foreseen_too() -> None:
    found = _ends(start("c", T0), deposit("1.00", T0 + 1), end("c", T0 + 70_000))
    assert found["c"] == End(T0 + 70_000, "hangup", True, False)


def test_the_end_of_a_call_that_never_began_says_nothing() -> None:
    assert _ends(end("nobody", T0 + 1)) == {}


def test_a_family_is_tied_by_calls_and_by_plans() -> None:
    ledger = office().ledger
    both = replace(start("c", T0 + 5), accounts=("a", "b"))
    other = replace(deposit("1", T0), accounts=("z",))
    family = ledger._store.read(lambda view: family_of(view, [other, both], ["b"]))
    assert family.accounts == {"a", "b"}
    assert family.items == [both]
