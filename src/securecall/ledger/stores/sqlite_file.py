"""A ledger's SQLite file: made where there is none, and opened only as safely as it must be."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

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

    A file of something else is refused before anything is done to it.

    Parameters
    ----------
    path : str
    synchronous : int
        As SQLite counts: 2 is full, 3 extra.

    Raises
    ------
    StoreError
        The file is no ledger, has another format, cannot be written, or cannot be made safe.

    Source
    ------
    own; docs/ledger.md, "Stores".
    """
    if Path(path).is_dir():
        raise StoreError(f"{path} cannot be opened as a ledger: it is a folder, not a file")
    _refuse_at_sight(path)
    log_was_left = _log_bytes(path) > 0
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path)
        _prepare(connection, path, synchronous)
        if log_was_left:
            _sync_log(connection)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreError(f"{path} cannot be opened as a ledger: {error}") from None
    except StoreError:
        assert connection is not None
        connection.close()
        raise
    return connection


class _Look(NamedTuple):
    """What says whose a file is."""

    application: int
    version: int
    objects: int

    @property
    def empty(self) -> bool:
        return self.application == 0 and self.objects == 0


def _look(connection: sqlite3.Connection) -> _Look:
    # In one transaction, since another process may be making the tables just now.
    connection.execute("BEGIN")
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    finally:
        connection.execute("ROLLBACK")
    return _Look(application, version, objects)


def _refuse_at_sight(path: str) -> None:
    """Refuse a file that shows to be something else, or of a later format, as it lies there.

    ``immutable`` has SQLite read a file without locks, log or journal, so that whatever it is, it
    is neither switched to another journal mode nor recovered, and nothing appears beside it. The
    file is not opened otherwise: to close a handle of one's own would drop the locks that SQLite
    has on it in this process.

    What another process is writing just now may be half seen. Tables and the name of their
    application reach the file together; two looks that see the one without the other, or another
    name, do not both fall into the instant between. A look that fails says nothing.
    """
    look = _as_it_lies(path)
    if look is not None and _others(look):
        look = _as_it_lies(path)
        if look is not None and _others(look):
            raise StoreError(_something_else(path))
    if look is not None and look.application == APPLICATION_ID and look.version > FORMAT:
        raise StoreError(_other_format(path, look.version))


def _as_it_lies(path: str) -> _Look | None:
    uri = f"file:{quote(os.fsencode(path))}?immutable=1&mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    except sqlite3.Error:
        return None  # there is none yet
    try:
        return _look(connection)
    except sqlite3.Error:
        return None
    finally:
        connection.close()


def _others(look: _Look) -> bool:
    return not look.empty and look.application != APPLICATION_ID


def _something_else(path: str) -> str:
    return f"{path} is a SQLite file of something else, not a ledger"


def _other_format(path: str, version: int) -> str:
    return f"{path} has format {version}; this library knows {FORMAT}"


def _prepare(connection: sqlite3.Connection, path: str, synchronous: int) -> None:
    """Refuse a file that is no ledger, and set what keeps a ledger safe."""
    execute = connection.execute
    look = _look(connection)
    _refuse(look, path)
    mode = _to_wal(connection)
    execute(f"PRAGMA synchronous = {synchronous}")
    execute("PRAGMA trusted_schema = OFF")
    (level,) = execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or level != synchronous:
        raise StoreError(
            f"{path} must have journal mode wal and synchronous {synchronous}, "
            f"it has {mode} and {level}"
        )
    _try_to_write(connection, path)
    if look.empty:
        _make(connection)
        _refuse(_look(connection), path)


def _log_bytes(path: str) -> int:
    """Return how long a file's write-ahead log is; 0 if there is none."""
    try:
        return os.stat(f"{os.path.realpath(path)}-wal").st_size
    except OSError:
        return 0


def _sync_log(connection: sqlite3.Connection) -> None:
    """Have the disk hold what was found in the log, before anybody is told of it.

    A process that was killed between the last write of a commit and its sync leaves a whole commit
    that only the operating system has. Who opens the file next sees it, and would give a host that
    asks again the stored answer, without a write of its own and so without a sync.
    """
    for left in range(BUSY_MS // TURN_MS, -1, -1):
        try:
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
                raise
            return  # the log is synced before it is copied; only for the copy there is no room
        if not busy:
            return
        if left:
            time.sleep(TURN_MS / 1000)  # another process is at it
    raise sqlite3.OperationalError("its log is being copied all the time")


def _refuse(look: _Look, path: str) -> None:
    if _others(look):
        raise StoreError(_something_else(path))
    if not look.empty and look.version != FORMAT:
        raise StoreError(_other_format(path, look.version))


def _try_to_write(connection: sqlite3.Connection, path: str) -> None:
    """Refuse a file that may only be read, where SQLite would say so at the first operation."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("PRAGMA user_version = 0")  # rolled back before anything is written
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            raise StoreError(f"{path} can be read only, and a ledger must be written") from None
        if code != sqlite3.SQLITE_BUSY:  # busy: somebody is writing, so it can be written
            raise
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


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
