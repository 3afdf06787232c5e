"""How an account went over time."""

from __future__ import annotations

from collections.abc import Callable

from tests.ledger.pricing import curve_of
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.timeline import timeline

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


def test_a_timeline_ends_at_the_balance(make: Callable[[], Ledger]) -> None:
    for split in (False, True):
        ledger = make()
        ledger.open_account("a", at=T0, opening="0.50")
        ledger.open_account("b", at=T0, opening="2")
        for number in range(4):
            at = T0 + number * 17_000
            tariff = {**TAXED, "final": "prorate_1s"} if number % 2 else TAXED
            ledger.start_call(f"c{number}", ["a", "b"], curve_of(tariff, at), at=at, split=split)
        ledger.settle_due(at=T0 + 100_000_000)
        for name in ("a", "b"):
            moments = ledger._store.read(lambda view, name=name: timeline(view, name))
            assert moments[-1].after_micros == ledger.balance(name).posted_micros
            assert min(moment.after_micros for moment in moments) >= 0
            instants = [moment.at_ms for moment in moments]
            assert instants == sorted(instants)
            cut = ledger._store.read(lambda view, name=name: timeline(view, name, T0 + 60_000))
            assert cut == [moment for moment in moments if moment.at_ms <= T0 + 60_000]
