"""Rows in PostgreSQL: long readings go page by page on one consistent state."""

from __future__ import annotations

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import postgres_view
from securecall.ledger.stores.door import Reading

FLAT = {"flat/1": Flat.loads}


@pytest.fixture
def url() -> str:
    return server().new_url()


def test_long_readings_are_whole_whatever_a_page_holds(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(url, curves=FLAT) as ledger:
        for number in range(7):
            ledger.open_account(f"a{number}", at=T0, opening="1")
            ledger.start_call(f"c{number}", [f"a{number}"], Flat(), at=T0)
        whole = ledger._store.read(everything)
        for page in (1, 3, 7):
            monkeypatch.setattr(postgres_view, "PAGE", page)
            assert ledger._store.read(everything) == whole
        assert [len(part) for part in whole] == [14, 7, 1, 7, 7]


def everything(view: Reading) -> tuple[list[object], ...]:
    return (
        [op.seq for op in view.ops(0)],
        [entry.seq for entry in view.entries(None, 0)],
        [entry.seq for entry in view.entries("a3", 0)],
        [row.id for row in view.accounts()],
        [call.id for call in view.calls()],
    )


def test_a_reading_sees_one_state_while_others_write(url: str) -> None:
    with Ledger.open(url) as reader, Ledger.open(url) as writer:
        writer.open_account("a", at=T0)

        def job(view: Reading) -> tuple[int, int]:
            before = view.head().seq
            writer.deposit("a", "1.00", at=T0)
            return before, view.head().seq

        assert reader._store.read(job) == (1, 1)
        assert reader.balance("a").posted == 1


def test_ids_sort_by_their_bytes(url: str) -> None:
    names = ["B", "a", "é", "z", "Z", "_", "10", "9"]
    with Ledger.open(url) as ledger:
        for name in names:
            ledger.open_account(name, at=T0)
        found = ledger._store.read(lambda view: [row.id for row in view.accounts()])
    assert found == sorted(names)


def test_a_full_store_of_curves_is_emptied_and_nothing_is_lost(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_view, "CURVES_MAX", 2)
    with Ledger.open(url, curves=FLAT) as one, Ledger.open(url, curves=FLAT) as two:
        one.open_account("a", at=T0, opening="9")
        for number in range(5):
            one.start_call(f"c{number}", ["a"], Flat(), at=T0)
        assert len(two.cutoffs("a")) == 5
        for number in range(5):
            assert two.end_call(f"c{number}", at=T0 + 61_000).charged_micros == 420_000
