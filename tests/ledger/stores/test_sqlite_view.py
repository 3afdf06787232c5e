"""Rows in SQLite: what is cached is what is in the file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import pending, sqlite_view


def test_what_another_ledger_wrote_is_seen_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    one, two = (Ledger.open(url, curves={"flat/1": Flat.loads}) for _ in range(2))
    one.open_account("a", at=T0, opening="1")
    for step in range(5):
        for ledger in (one, two):
            ledger.deposit("a", "1.00", at=T0 + step)
    assert one.balance("a").posted == two.balance("a").posted == 11
    one.start_call("c", ["a"], Flat(), at=T0 + 10)
    two.end_call("c", at=T0 + 100_000)
    assert one.call("c").reason == "hangup"
    assert one.end_call("c", at=T0 + 100_000).reason == "hangup"
    one.settle_due(at=T0 + 200_000)
    assert two.start_call("d", ["a"], Flat(), at=T0 + 150_000).ok
    assert two.verify().ops == one.verify().ops


def test_a_full_cache_is_emptied_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_view, "CURVES_MAX", 3)
    monkeypatch.setattr(pending, "CACHED_MAX", 3)
    with Ledger.open(f"sqlite:///{tmp_path}/a.db", curves={"flat/1": Flat.loads}) as ledger:
        for number in range(12):
            ledger.open_account(f"a{number}", at=T0, opening="1")
            ledger.start_call(f"c{number}", [f"a{number}"], Flat(), at=T0)
        for number in range(12):
            assert ledger.end_call(f"c{number}", at=T0 + 61_000).charged_micros == 420_000
        assert ledger.verify().ok
