"""Books in PostgreSQL: one ledger for several processes and machines.

Each operation takes the head of the chain, so that all operations, whoever runs them, come one
after another, as on one machine; what others wait for is one message and its answer. A process has
one connection that writes, with group commit, and a few that read.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Any, Final, TypeVar

import psycopg

from securecall.errors import InputError, RequestConflict, StoreError, StoreUnsure
from securecall.ledger.curve import Loaders, PriceCurve
from securecall.ledger.stores.chain_check import check_chain
from securecall.ledger.stores.door import Reading, Writing
from securecall.ledger.stores.group import Group, Item
from securecall.ledger.stores.pending import Cache
from securecall.ledger.stores.postgres_change import Change, NotHeld, names_in
from securecall.ledger.stores.postgres_link import (
    Address,
    Link,
    Patience,
    connect,
    hopeless,
    make,
    message,
    passes,
)
from securecall.ledger.stores.postgres_news import News
from securecall.ledger.stores.postgres_view import View

__all__ = ["PostgresStore"]

T = TypeVar("T")

CHECKPOINT_EVERY: Final = 1024  # operations
READERS_MAX: Final = 4


class PostgresStore:
    """Keeps a ledger in a schema of a PostgreSQL database.

    Parameters
    ----------
    url : str
        See `postgres_link.Address`.
    loaders : mapping
        Of price curves.
    key : bytes
        Signs the checkpoints of the chain.
    patience_ms : int
        For how long what fails for now is tried again, and a server may be silent.

    Raises
    ------
    StoreError
        The server cannot be reached, is weaker than a ledger needs, or keeps no ledger there.

    Source
    ------
    own; docs/ledger.md, "Stores"; docs/decisions/0102.
    """

    def __init__(
        self, url: str, *, loaders: Loaders, key: bytes = b"", patience_ms: int = 10_000
    ) -> None:
        if type(key) is not bytes:
            raise InputError("key must be bytes")
        if type(patience_ms) is not int or patience_ms < 1:
            raise InputError(f"patience_ms must be an int of 1 or more, not {patience_ms!r}")
        self._address = Address(url)
        self.closed = False
        self._patience_ms = patience_ms
        self._loaders, self._key = loaders, key
        self._curves: dict[str, PriceCurve] = {}
        self._cache = Cache()
        self._alone = False
        self._pid = os.getpid()
        self._teller = token_hex(4)
        self._news = News(self._address, patience_ms, self._teller)
        self._news_lock = threading.Lock()
        self._group = Group(self._run)
        self._writer: Link | None = None
        self._idle: list[Link] = []
        self._readers = threading.Semaphore(READERS_MAX)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    # Opening --------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Connect, make the tables unless they are there, and look at the chain.

        What fails for now is tried again from the beginning, as a host and its server may be
        started together: whatever was done of it can be done twice.
        """
        patience = Patience(self._patience_ms)
        while True:
            try:
                self._writer = connect(self._address, self._patience_ms)
                make(self._writer, self._address)
                self._refuse_half()
                self._checkpointed = self._check_chain()
                return
            except psycopg.Error as error:
                self._discard()
                if hopeless(error) or patience.over:
                    raise StoreError(
                        f"{self._address} cannot be opened as a ledger: {error}"
                    ) from None
            patience.wait()

    def _refuse_half(self) -> None:
        """Refuse books that are still on their way here."""
        assert self._writer is not None
        row = self._writer.execute("SELECT value FROM note WHERE name = 'moving'").fetchone()
        if row is not None:
            source = json.loads(row[0])["from"]
            raise StoreError(
                f"{self._address} has half of what is in {source}: go on with securecall ledger "
                f"move {source} ..."
            )

    def _check_chain(self) -> int:
        """Check the chain since the last signed checkpoint; return that one's operation."""

        def job(view: Reading) -> int:
            assert isinstance(view, View)
            return check_chain(view, view._one, mark="%s", place=str(self._address), key=self._key)

        return self.read(job)

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
        answer: T = self._group.submit(job, request_id, content)
        return answer

    def _belongs(self) -> None:
        if self.closed:
            raise StoreError(f"{self._address} was closed")
        if os.getpid() != self._pid:
            raise StoreError(f"{self._address} was opened before a fork; open it in the child")

    def _run(self, items: list[Item]) -> None:
        """Run a group in one transaction, again and again while what fails may pass."""
        patience = Patience(self._patience_ms)
        unknown: _Unknown | None = None  # why it is not known what the last transaction has kept
        while True:
            try:
                if self._writer is None:
                    self._writer = connect(self._address, self._patience_ms)
                if unknown is not None:
                    if self._is_kept(self._writer, items):
                        return
                    last, unknown = unknown, None
                    if not last.passes:
                        self._one_by_one(items, str(last))
                        return
                self._try(items)
                return
            except _Unknown as error:
                unknown = error
                why = str(error)
                self._discard()
            except (psycopg.Error, StoreError, MemoryError) as error:
                why = str(error)
                self._discard()
                if unknown is None and not (isinstance(error, psycopg.Error) and passes(error)):
                    self._one_by_one(items, why)
                    return
            except BaseException:
                self._discard()  # an interrupt: whatever was under way is rolled back
                raise
            if patience.over:
                _give_up(items, why, unsure=unknown is not None)
                return
            patience.wait()

    def _one_by_one(self, items: list[Item], why: str) -> None:
        """Give each of a group that cannot be kept a transaction of its own."""
        if len(items) == 1:
            _give_up(items, why, unsure=False)
        else:
            for item in items:
                self._run([item])

    def _try(self, items: list[Item]) -> None:
        """Run a group without holding the head if that is likely to do; else holding it."""
        self._cache.trim()
        if self._alone and self._cache.head is not None:
            try:
                if self._try_once(items, hold=False):
                    return
            except NotHeld:
                pass
            self._cache.drop()
        self._try_once(items, hold=True)

    def _try_once(self, items: list[Item], *, hold: bool) -> bool:
        """Run a group; return whether what came of it stands, as it always does with the head."""
        link = self._writer
        assert link is not None
        change = Change(
            link, self._loaders, self._curves, self._cache, level=link.level,
            channel=self._address.channel, teller=self._teller,
        )  # fmt: skip
        requests = [item.request_id for item in items if item.request_id is not None]
        names = {name for item in items for name in names_in(item.content)}
        if hold:
            self._alone = change.take_head(requests, names)
        else:
            self._alone = False  # until it has been kept
            change.look_around(requests, names)
        if not change.run(items, sure=hold, ours=(psycopg.Error, MemoryError, NotHeld)):
            return False  # it may go by what is not so any more
        if change.empty:
            if hold:
                change.leave()
            return True
        head = change.head()
        due = head.seq - self._checkpointed >= CHECKPOINT_EVERY
        try:
            change.commit(self._key if due else None)
        except (psycopg.errors.DivisionByZero, psycopg.errors.UniqueViolation) as error:
            if hold:
                raise _Unknown(error) from None
            return False  # another process has written since, or had the same request
        except psycopg.Error as error:
            # Whatever it says: the answer to COMMIT may be what was lost.
            raise _Unknown(error) from None
        if due:
            self._checkpointed = head.seq
        if not hold:
            self._alone = True
        return True

    @staticmethod
    def _is_kept(link: Link, items: list[Item]) -> bool:
        """Say whether a transaction whose end nobody saw was kept, whole as it was.

        Who can take the head knows that no transaction that held it is still under way. One that
        went without it may yet come, by a wire that is slow; a new turn makes it void.
        """
        last = max(items, key=lambda item: item.seq)
        with message(link):
            link.execute("BEGIN")
            link.execute("UPDATE head SET turn = turn + 1")
            asked = link.execute("SELECT hash FROM op WHERE seq = %s", (last.seq,))
            link.execute("COMMIT")
        row = asked.fetchone()
        return row is not None and bytes(row[0]) == last.hash

    def _discard(self) -> None:
        """Let go of a connection that cannot be believed, and of what it let us believe."""
        link, self._writer = self._writer, None
        self._cache.drop()
        self._curves.clear()
        self._checkpointed = 0  # the signature may have gone with the rest: sign again
        self._alone = False
        if link is not None:
            link.close()

    # Reading --------------------------------------------------------------------------------------

    def read(self, job: Callable[[Reading], T]) -> T:
        """Run a job that only reads, on a snapshot; see `door.Store`.

        Raises
        ------
        StoreError
            The server cannot be reached.
        """
        self._belongs()
        patience = Patience(self._patience_ms)
        while True:
            try:
                with self._reader() as link:
                    link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    try:
                        return job(View(link, self._loaders, {}))
                    finally:
                        if not link.closed:
                            link.execute("ROLLBACK")
            except psycopg.Error as error:
                if not passes(error) or patience.over:
                    raise StoreError(f"{self._address} cannot be read: {error}") from None
            patience.wait()

    @contextmanager
    def _reader(self) -> Iterator[Link]:
        with self._readers:
            try:
                link = self._idle.pop()
            except IndexError:
                link = connect(self._address, self._patience_ms)
            try:
                yield link
            except psycopg.Error:
                link.close()
                raise
            finally:
                if self.closed:
                    link.close()
                elif not link.closed:
                    self._idle.append(link)

    def hear(self, wait_ms: int) -> list[str] | None:
        """Wait for hints of other processes; see `door.Store`."""
        self._belongs()
        with self._news_lock:
            return self._news.hear(wait_ms)

    def close(self) -> None:
        """Close every connection."""
        self.closed = True
        self._news.close()
        self._discard()
        while self._idle:
            self._idle.pop().close()


class _Unknown(Exception):
    """The end of a transaction was not seen: what was kept is unknown."""

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__(str(error))
        self.passes = passes(error)


def _give_up(items: list[Item], why: str, *, unsure: bool) -> None:
    for item in items:
        if item.error is not None and not isinstance(item.error, RequestConflict):
            continue  # bad input, whatever the others did
        if unsure:
            item.error = StoreUnsure(item.request_id, why)
        else:
            item.error = StoreError(f"nothing was kept: {why}")
