"""A ledger's SQLite file: made once, however many come, and refused when it is none."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from securecall.errors import StoreError
from securecall.ledger.stores.sqlite_file import connect, open_to_write
from securecall.ledger.stores.sqlite_schema import APPLICATION_ID, FORMAT

FULL, EXTRA = 2, 3


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.db")


def only(connection: sqlite3.Connection, sql: str) -> object:
    (value,) = connection.execute(sql).fetchone()
    return value


@pytest.mark.parametrize("synchronous", [FULL, EXTRA])
def test_a_new_file_has_the_tables_and_the_safe_settings(path: str, synchronous: int) -> None:
    connection = open_to_write(path, synchronous)
    assert only(connection, "PRAGMA journal_mode") == "wal"
    assert only(connection, "PRAGMA synchronous") == synchronous
    assert only(connection, "PRAGMA trusted_schema") == 0
    assert only(connection, "PRAGMA busy_timeout") == 60_000
    assert only(connection, "PRAGMA application_id") == APPLICATION_ID
    assert only(connection, "PRAGMA user_version") == FORMAT
    assert only(connection, "SELECT value FROM note WHERE name = 'latest_ms'") == "0"
    assert not connection.in_transaction
    connection.close()


def test_a_ledger_is_opened_again_as_it_was(path: str) -> None:
    open_to_write(path, FULL).close()
    connection = connect(path)
    connection.execute("UPDATE note SET value = '7' WHERE name = 'latest_ms'")
    connection.close()
    connection = open_to_write(path, FULL)
    assert only(connection, "SELECT value FROM note WHERE name = 'latest_ms'") == "7"
    connection.close()


def test_many_may_make_one_file_at_once(path: str) -> None:
    barrier = threading.Barrier(6)
    made: list[object] = []

    def work() -> None:
        barrier.wait()
        try:
            connection = open_to_write(path, FULL)
        except StoreError as error:
            made.append(error)
            return
        made.append(only(connection, "SELECT count(*) FROM note"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] * 6


def test_a_weaker_setting_than_was_asked_for_is_refused() -> None:
    with pytest.raises(StoreError, match="must have journal mode wal and synchronous 2"):
        open_to_write(":memory:", FULL)


def test_files_of_something_else_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        open_to_write(str(other), FULL)
    text = tmp_path / "text.db"
    text.write_text("this is no database, it is a letter\n" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_to_write(str(text), FULL)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_to_write(str(tmp_path / "no" / "such" / "folder.db"), FULL)


def test_a_file_of_a_later_format_is_refused(path: str) -> None:
    open_to_write(path, FULL).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="format 99"):
        open_to_write(path, FULL)
