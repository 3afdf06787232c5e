"""Books in one SQLite file: the embedded default.

Write-ahead log, ``synchronous=FULL``, one writer at a time with group commit, readers that never
wait. Several processes may open one file. What the file lacks of that is refused at opening.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from securecall.errors import InputError, RequestConflict, StoreError, StoreUnsure
from securecall.ledger.chain import sign
from securecall.ledger.curve import Loaders, PriceCurve
from securecall.ledger.stores.chain_check import check_chain
from securecall.ledger.stores.door import Reading, Writing
from securecall.ledger.stores.group import Group, Item
from securecall.ledger.stores.pending import Cache
from securecall.ledger.stores.sqlite_change import Change
from securecall.ledger.stores.sqlite_file import connect, open_to_write
from securecall.ledger.stores.sqlite_view import View

__all__ = ["SqliteStore"]

T = TypeVar("T")

CHECKPOINT_EVERY: Final = 1024  # operations
TRUST_AFTER: Final = 8  # groups without a repetition, after one that had any


class SqliteStore:
    """Keeps a ledger in a SQLite file.

    Parameters
    ----------
    path : str
    loaders : mapping
        Of price curves.
    key : bytes
        Signs the checkpoints of the chain.
    synchronous : {"full", "extra"}
        ``full`` syncs the log at each commit. Anything weaker is refused.

    Raises
    ------
    StoreError
        The file is no ledger, is damaged, or cannot be made safe.

    Source
    ------
    own; docs/ledger.md, "Stores".
    """

    def __init__(
        self, path: str, *, loaders: Loaders, key: bytes = b"", synchronous: str = "full"
    ) -> None:
        if synchronous not in ("full", "extra"):
            raise StoreError(
                f"synchronous must be full or extra, not {synchronous!r}: a weaker setting loses "
                "operations that were acknowledged when the power fails"
            )
        if type(key) is not bytes:
            raise InputError("key must be bytes")
        self.path = str(Path(path))
        self.closed = False
        self._synchronous = {"full": 2, "extra": 3}[synchronous]
        self._loaders, self._key = loaders, key
        self._curves: dict[str, PriceCurve] = {}
        self._cache = Cache()
        self._trusting = 0  # above 0: the last groups had no request that was there already
        self._pid = os.getpid()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._group = Group(self._run)
        self._writer: sqlite3.Connection | None = None
        self._connect()
        try:
            self._checkpointed = self._check_chain()
        except BaseException:
            self.close()
            raise

    # Opening --------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Open the writing connection; what another one had cached may be of yesterday."""
        self._writer = open_to_write(self.path, self._synchronous)
        self._cache.drop()
        self._cache.version = -1

    def _check_chain(self) -> int:
        """Check the chain since the last signed checkpoint; return that one's operation."""

        def job(view: Reading) -> int:
            assert isinstance(view, View)
            return check_chain(view, view._one, mark="?", place=self.path, key=self._key)

        try:
            return self.read(job)
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} is damaged: {error}") from None

    # Writing --------------------------------------------------------------------------------------

    def write(
        self, job: Callable[[Writing], T], request_id: str | None, content: Sequence[Any] = ()
    ) -> T:
        """Run a job; see `door.Store`.

        Raises
        ------
        StoreError
            It could not be kept; nothing was.
        StoreUnsure
            Whether it was kept is not known.
        """
        self._belongs()
        answer: T = self._group.submit(job, request_id)
        return answer

    def _belongs(self) -> None:
        if self.closed:
            raise StoreError(f"{self.path} was closed")
        if os.getpid() != self._pid:
            raise StoreError(f"{self.path} was opened before a fork; open it in the child")

    def _run(self, items: list[Item]) -> None:
        """Run a group in one transaction; if that fails, each item in one of its own."""
        try:
            if self._writer is None and not self._is_back(items):
                return
            self._try(items)
        except _Unknown as unknown:
            self._resolve(items, str(unknown))
        except (sqlite3.Error, StoreError, MemoryError) as error:
            self._roll_back()
            if len(items) == 1:
                items[0].error = StoreError(f"nothing was kept: {error}")
                return
            for item in items:
                self._run([item])
        except BaseException:
            self._discard()  # an interrupt: whatever was under way is rolled back
            raise

    def _is_back(self, items: list[Item]) -> bool:
        """Connect again after a commit of unknown outcome; else what it kept is still unknown."""
        try:
            self._connect()
        except (sqlite3.Error, StoreError) as error:
            for item in items:
                item.error = StoreUnsure(item.request_id, str(error))
            return False
        return True

    def _try(self, items: list[Item]) -> None:
        """Run a group; if none of the last was a repetition, without looking for any at first.

        Most requests come once, and looking for them takes as long as an eighth of all the rest. A
        request id is put once: one that was there stops the group, of which nothing is kept then.
        """
        if len(items) > 1 and self._trusting > 0:
            try:
                if self._try_once(items, trusting=True):
                    return
            except sqlite3.IntegrityError:
                pass
            self._trusting = -TRUST_AFTER
            self._roll_back()
            if self._writer is None:
                raise StoreError("its connection was lost")
        self._try_once(items, trusting=False)

    def _try_once(self, items: list[Item], *, trusting: bool) -> bool:
        """Run a group; return whether what came of it stands, as it always does if not trusting."""
        connection = self._writer
        assert connection is not None
        connection.execute("BEGIN IMMEDIATE")
        self._look_around(connection)
        change = Change(connection, self._loaders, self._curves, self._cache)
        moved_to = change.note("moved_to")
        if moved_to is not None:
            raise StoreError(f"{self.path} was moved to {moved_to}: open that")
        requests = [item.request_id for item in items if item.request_id is not None]
        if trusting:
            change.take_for_new(requests)
        elif len(items) > 1:
            change.look_up(requests)
            self._trusting = self._trusting + 1 if not change.knows_any else -TRUST_AFTER
        if not change.run(items, sure=not trusting, ours=(sqlite3.Error, MemoryError)):
            return False  # it may be a repetition, whose answer is the first one
        change.lay_down()
        self._sign(connection)
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _Unknown(str(error)) from None
        return True

    def _look_around(self, connection: sqlite3.Connection) -> None:
        """Drop what is cached if another process has written since."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._cache.version:
            self._cache.drop()
            self._cache.version = version
        self._cache.trim()

    def _sign(self, connection: sqlite3.Connection) -> None:
        """Sign where the chain is, every thousand operations or so."""
        head = self._cache.head
        if head is None or head.seq - self._checkpointed < CHECKPOINT_EVERY:
            return
        mac = sign(self._key, head.seq, head.entry_seq, head.hash)
        connection.execute(
            "INSERT OR IGNORE INTO checkpoint VALUES (?, ?, ?, ?, ?)",
            (head.seq, head.entry_seq, head.hash, head.at_ms, mac),
        )
        self._checkpointed = head.seq

    def _forget(self) -> None:
        """Drop what is cached: it may be of a group that the file never gets."""
        self._cache.drop()
        self._curves.clear()

    def _roll_back(self) -> None:
        self._forget()
        self._checkpointed = 0  # the signature may have gone with the rest: sign again
        connection = self._writer
        if connection is None:
            return
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._discard()

    def _discard(self) -> None:
        """Let go of a connection that cannot be believed."""
        connection, self._writer = self._writer, None
        self._forget()
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                pass

    def _resolve(self, items: list[Item], why: str) -> None:
        """Find out on a fresh connection what a failed COMMIT has kept.

        What the system said it could not sync may be in its cache and nowhere else, so what is
        found is copied into the database file, and synced there, before it is believed. And it may
        be in the log though no connection sees it, where a power cut would bring it back; so a log
        with a new beginning is written and synced before anything is denied.
        """
        self._discard()
        try:
            self._connect()
            connection = self._writer
            assert connection is not None
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute("INSERT OR REPLACE INTO note VALUES ('resolved', '0')")
            kept = [self._is_kept(connection, item) for item in items]
        except (sqlite3.Error, StoreError) as error:
            self._discard()
            for item in items:
                if item.error is None:
                    item.error = StoreUnsure(item.request_id, f"{why}; then {error}")
            return
        for item, there in zip(items, kept, strict=True):
            if item.error is not None and not isinstance(item.error, RequestConflict):
                continue  # bad input, whatever the others did
            if busy:
                item.error = StoreUnsure(item.request_id, why)
            elif not there:
                item.error = StoreError(f"nothing was kept: {why}")

    @staticmethod
    def _is_kept(connection: sqlite3.Connection, item: Item) -> bool:
        if item.seq == 0:  # it met a request that another item of the group may have made
            if item.request_id is None:
                return True
            sql = "SELECT 1 FROM op WHERE request_id = ?"
            return connection.execute(sql, (item.request_id,)).fetchone() is not None
        row = connection.execute("SELECT hash FROM op WHERE seq = ?", (item.seq,)).fetchone()
        return row is not None and bytes(row[0]) == item.hash

    # Reading --------------------------------------------------------------------------------------

    def read(self, job: Callable[[Reading], T]) -> T:
        """Run a job that only reads, on a snapshot; see `door.Store`."""
        self._belongs()
        view: View | None = getattr(self._local, "view", None)
        if view is None:
            view = self._local.view = self._reader()
        execute = view._connection.execute
        execute("BEGIN")
        try:
            return job(view)
        finally:
            execute("ROLLBACK")

    def _reader(self) -> View:
        try:
            connection = connect(self.path)
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot be read: {error}") from None
        with self._readers_lock:
            self._readers.append(connection)
        return View(connection, self._loaders, {})

    def close(self) -> None:
        """Close every connection."""
        self.closed = True
        self._discard()
        with self._readers_lock:
            for connection in self._readers:
                connection.close()
            self._readers.clear()


class _Unknown(Exception):
    """COMMIT failed: what was kept is unknown."""
