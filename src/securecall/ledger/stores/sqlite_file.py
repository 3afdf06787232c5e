"""A ledger's SQLite file: made where there is none, and opened only as safely as it must be."""

from __future__ import annotations

import sqlite3
import time
from typing import Final

from securecall.errors import StoreError
from securecall.ledger.stores.sqlite_schema import APPLICATION_ID, FORMAT, SCHEMA

__all__ = ["connect", "open_to_write"]

BUSY_MS: Final = 60_000
TURN_MS: Final = 5


def connect(path: str) -> sqlite3.Connection:
    """Return a connection that begins transactions when told to, and waits for its turn."""
    return sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
    )


def open_to_write(path: str, synchronous: int) -> sqlite3.Connection:
    """Return a connection that is as safe as it must be; make the tables if there are none.

    Parameters
    ----------
    path : str
    synchronous : int
        As SQLite counts: 2 is full, 3 extra.

    Raises
    ------
    StoreError
        The file is no ledger, has another format, or cannot be made safe.

    Source
    ------
    own; docs/ledger.md, "Stores".
    """
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path)
        _prepare(connection, path, synchronous)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreError(f"{path} cannot be opened as a ledger: {error}") from None
    except StoreError:
        assert connection is not None
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: str, synchronous: int) -> None:
    """Set what keeps a ledger safe, and refuse a file that is none."""
    execute = connection.execute
    mode = _to_wal(connection)
    execute(f"PRAGMA synchronous = {synchronous}")
    execute("PRAGMA trusted_schema = OFF")
    (level,) = execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or level != synchronous:
        raise StoreError(
            f"{path} must have journal mode wal and synchronous {synchronous}, "
            f"it has {mode} and {level}"
        )
    # In one transaction, since another process may be making the tables just now.
    execute("BEGIN")
    (found,) = execute("PRAGMA application_id").fetchone()
    (objects,) = execute("SELECT count(*) FROM sqlite_schema").fetchone()
    execute("ROLLBACK")
    if found == 0 and objects == 0:
        _make(connection)
        (found,) = execute("PRAGMA application_id").fetchone()
    (version,) = execute("PRAGMA user_version").fetchone()
    if found != APPLICATION_ID:
        raise StoreError(f"{path} is a SQLite file of something else, not a ledger")
    if version != FORMAT:
        raise StoreError(f"{path} has format {version}; this library knows {FORMAT}")


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process just did."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not objects:
            for statement in _statements(SCHEMA):
                connection.execute(statement)
            connection.execute("INSERT INTO note VALUES ('latest_ms', '0')")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _to_wal(connection: sqlite3.Connection) -> str:
    """Switch to the write-ahead log, and return the mode that this led to.

    Of several processes that do so to a new file at once SQLite tells some that it is locked,
    without waiting as it does elsewhere; so the waiting is here.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    for left in range(BUSY_MS // TURN_MS, -1, -1):
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if left == 0 or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        time.sleep(TURN_MS / 1000)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return str(mode)


def _statements(script: str) -> list[str]:
    """Cut a script into statements, those of triggers whole."""
    found, current = [], ""
    for line in script.strip().splitlines():
        current += line + "\n"
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found
