"""A ledger's file as what moves it sees it, and how it is closed and opened again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ledger.table import T0

from securecall.errors import StoreError
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import sqlite_source
from securecall.ledger.stores.sqlite_source import ROWS, SqliteSource


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.open_account("a", at=T0, opening="1", numbers=["+17135550100"])
        for number in range(5):
            ledger.deposit("a", "1.00", at=T0 + number)
    return path


@pytest.mark.parametrize(("most", "sizes"), [(100, [6]), (2, [2, 2, 2]), (4, [4, 2])])
def test_the_chain_comes_in_parts_with_its_entries(
    path: Path, most: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_source, "OPS_MAX", most)
    source = SqliteSource(str(path))
    batches = list(source.chain(0, 0))
    assert [len(batch) for batch in batches] == sizes
    assert [len(entries) for batch in batches for _, entries in batch] == [1] * 6
    assert [op.seq for batch in source.chain(4, 4) for op, _ in batch] == [5, 6]
    assert source.hash_of(6) == batches[-1][-1][0].hash
    assert source.hash_of(7) is None
    source.close()


def test_a_part_ends_where_its_entries_are_many(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_source, "ENTRIES_MAX", 3)
    source = SqliteSource(str(path))
    assert [len(batch) for batch in source.chain(0, 0)] == [3, 3]
    source.close()


def test_what_is_of_the_file_and_not_of_the_books_stays(path: Path) -> None:
    source = SqliteSource(str(path))
    source.hand_over("postgresql://there")
    found = {table: list(source.rows(table)) for table in ROWS}
    assert [row[0] for row in found["account"]] == ["a"]
    assert [row[1] for row in found["paper"]] == ["+17135550100"]
    assert found["note"] == []
    source.close()


def test_a_file_that_was_handed_over_refuses_to_write_until_it_is_taken_back(path: Path) -> None:
    source = SqliteSource(str(path))
    with Ledger.open(f"sqlite:///{path}") as ledger:
        assert source.moved_to() is None
        source.hand_over("postgresql://there")
        assert source.moved_to() == "postgresql://there"
        with pytest.raises(StoreError, match="was moved to postgresql://there: open that"):
            ledger.deposit("a", "1.00", at=T0 + 9)
        source.take_back()
        assert source.moved_to() is None
        assert ledger.deposit("a", "1.00", at=T0 + 9).ok
        assert ledger.balance("a").posted == 7
    source.close()


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there"):
        SqliteSource(str(tmp_path / "none.db"))
    other = tmp_path / "x.db"
    other.write_text("no database")
    with pytest.raises(StoreError):
        SqliteSource(str(other))
