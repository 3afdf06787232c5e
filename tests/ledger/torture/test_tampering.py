"""Connections have other settings than their store gave them, while that is asked for."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.torture.sending import send_all

from securecall.ledger.torture.tampering import tampered
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import open_ledger


def level_after_begin(path: Path) -> int:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "it looks strong"
        connection.execute("BEGIN IMMEDIATE")
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
        connection.execute("ROLLBACK")
    return int(level)


@pytest.mark.parametrize(("wanted", "level"), [(True, 1), (False, 2)])
def test_it_is_weak_from_the_first_transaction_on(wanted: bool, level: int, tmp_path: Path) -> None:
    with tampered(weak=wanted):
        assert level_after_begin(tmp_path / "a.db") == level
    assert level_after_begin(tmp_path / "a.db") == 2


def test_it_ends_even_if_something_is_raised() -> None:
    connect = sqlite3.connect
    with contextlib.suppress(ValueError), tampered(weak=True):
        assert sqlite3.connect is not connect
        raise ValueError
    assert sqlite3.connect is connect


def test_the_log_is_copied_into_the_database_as_early_as_is_asked(tmp_path: Path) -> None:
    sizes = []
    for pages in (None, 5):
        path = tmp_path / f"{pages}.db"
        with (
            tampered(checkpoint_pages=pages),
            closing(sqlite3.connect(path, isolation_level=None)) as connection,
        ):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE t (a)")
            for _ in range(40):
                connection.execute("BEGIN")
                connection.execute("INSERT INTO t VALUES (?)", ("x" * 3_000,))
                connection.execute("COMMIT")
            sizes.append(path.stat().st_size)
    assert sizes[0] < 10_000
    assert sizes[1] > 100_000


def test_the_chain_is_signed_as_often_as_is_asked(tmp_path: Path) -> None:
    counts = []
    for every in (None, 10):
        path = tmp_path / f"{every}.db"
        with tampered(sign_every=every), open_ledger(path) as ledger:
            send_all(ledger, script(1, "a", 55))
        with closing(sqlite3.connect(path)) as connection:
            counts += connection.execute("SELECT count(*) FROM checkpoint").fetchone()
    assert counts == [0, 5]
