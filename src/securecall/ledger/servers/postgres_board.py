"""The board in the schema of a ledger in PostgreSQL; hints go by NOTIFY.

Whoever takes the board has the lock of its one row until what was done to it is committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import psycopg
from psycopg import Cursor, sql

from securecall.errors import StoreError, StoreUnsure
from securecall.ledger.servers.board import Table
from securecall.ledger.servers.item import Item
from securecall.ledger.servers.lease import Lease
from securecall.ledger.stores.postgres_link import Address, Link, Patience, connect, hopeless

__all__ = ["PostgresBoard"]

# A NOTIFY of more is refused by the server; such a word is one that nobody is called out to.
HINT_BYTES_MAX: Final = 7_900
_SCHEMA: Final = (
    """
    CREATE TABLE IF NOT EXISTS board (
        one boolean PRIMARY KEY CHECK (one),
        turn bigint NOT NULL,
        items bigint NOT NULL,
        closed_ms bigint NOT NULL
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE IF NOT EXISTS plan (
        request_id text COLLATE "C" PRIMARY KEY,
        server text NOT NULL,
        method text NOT NULL,
        accounts text NOT NULL,
        at_ms bigint NOT NULL,
        arguments text NOT NULL,
        arrived bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'filed', 'done', 'refused')),
        code text NOT NULL,
        starts text COLLATE "C"
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS plan_pending ON plan (at_ms, arrived)
    WHERE state IN ('waiting', 'filed')
    """,
    "CREATE INDEX IF NOT EXISTS plan_starts ON plan (starts) WHERE starts IS NOT NULL",
    """
    CREATE TABLE IF NOT EXISTS promise (
        call_id text COLLATE "C" PRIMARY KEY,
        server text NOT NULL,
        epoch bigint NOT NULL,
        until_ms bigint NOT NULL,
        recall_ms bigint,
        told_ms bigint,
        accounts text NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS promise_until ON promise (until_ms)",
    "INSERT INTO board VALUES (true, 0, 0, -1) ON CONFLICT DO NOTHING",
)
_ITEM: Final = "request_id, server, method, accounts, at_ms, arguments, arrived, state, code"
_LEASE: Final = "call_id, server, epoch, until_ms, recall_ms, told_ms, accounts"


class PostgresBoard:
    """A board beside a ledger in PostgreSQL.

    Parameters
    ----------
    url : str
        The ledger's, which is there already.
    patience_ms : int
        For how long the board may be in other hands, or the server silent.

    Raises
    ------
    StoreError
        The server cannot be reached, or keeps no ledger there.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(self, url: str, *, patience_ms: int = 10_000) -> None:
        self._address = Address(url)
        self._patience_ms = patience_ms
        self._channel = f"board_{self._address.schema}"[:63]
        self._pid = os.getpid()
        self._link: Link | None = None
        self._ears: Link | None = None
        self._unread: dict[str, list[str]] = {}
        patience = Patience(patience_ms)
        while True:
            try:
                self._make()
                return
            except psycopg.Error as error:
                self._let_go()
                if hopeless(error) or patience.over:
                    raise StoreError(f"{self._address} cannot have a board: {error}") from None
            except BaseException:
                self._let_go()
                raise
            patience.wait()

    def _make(self) -> None:
        """Make its tables beside those of a ledger, unless they are there."""
        link = self._there()
        row = link.execute(
            "SELECT to_regclass(%s || '.head') IS NOT NULL, to_regclass(%s || '.board') IS NULL",
            (self._address.schema, self._address.schema),
        ).fetchone()
        assert row is not None
        there, without = row
        if not there:
            raise StoreError(f"{self._address} keeps no ledger: open that first, then its board")
        if not without:
            return  # who may use a board need not be allowed to make one
        with link.transaction():
            link.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                (f"securecall.board {self._address.schema}",),
            )
            for statement in _SCHEMA:
                link.execute(statement.encode())

    def _there(self) -> Link:
        assert os.getpid() == self._pid, "a board is opened again after a fork"
        if self._link is None or self._link.closed:
            self._link = connect(self._address, self._patience_ms)
        return self._link

    @contextmanager
    def taken(self) -> Iterator[Table]:
        """Take it; see `board.Board`.

        Raises
        ------
        StoreUnsure
            Whether what was done is kept is not known; all of it can be said again.
        """
        try:
            link = self._there()
            link.execute("BEGIN")
            row = link.execute(
                "UPDATE board SET turn = turn + 1 RETURNING turn, items, closed_ms"
            ).fetchone()
            assert row is not None
            yield _Table(link, self._channel, row)
            link.execute("COMMIT")
        except psycopg.Error as error:
            self._let_go()
            raise StoreUnsure(None, str(error)) from None
        except BaseException:
            self._let_go()  # the server rolls back what was under way
            raise

    def _let_go(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def listen(self) -> None:
        """Begin to hear what is called out; where it fails, the next call begins again."""
        if self._ears is not None and not self._ears.closed:
            return
        with suppress(psycopg.Error):
            self._ears = connect(self._address, self._patience_ms)
            self._ears.add_notify_handler(self._read)
            self._ears.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            return
        if self._ears is not None:
            self._ears.close()

    def heard(self, server: str) -> list[str]:
        """Return what was called out; see `board.Board`. What was said to no ear is lost."""
        self.listen()
        if self._ears is not None and not self._ears.closed:
            try:
                self._ears.execute("SELECT 1")  # what was committed before comes with the answer
            except psycopg.Error:
                self._ears.close()
        found = self._unread.pop(server, [])
        self._unread.clear()
        return found

    def _read(self, notice: psycopg.Notify) -> None:
        name, text = json.loads(notice.payload)
        self._unread.setdefault(name, []).append(text)

    def close(self) -> None:
        """Let go of its connections."""
        self._let_go()
        if self._ears is not None:
            with suppress(psycopg.Error):
                self._ears.close()


class _Table:
    """The board in our hands; see `board.Table`."""

    def __init__(self, link: Link, channel: str, row: tuple[Any, ...]) -> None:
        self._link, self._channel = link, channel
        self._turn: int = row[0]
        self._items: int = row[1]
        self._closed_ms: int = row[2]
        self._pending: list[Item] | None = None

    def _do(self, statement: str, *values: Any) -> Cursor[tuple[Any, ...]]:
        """Do a statement; what fails is the board's, and no store around us tries it again."""
        try:
            return self._link.execute(statement.encode(), values)
        except psycopg.Error as error:
            raise StoreUnsure(None, str(error)) from None

    def _rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        return self._do(statement, *values).fetchall()

    def find(self, request_id: str) -> Item | None:
        rows = self._rows(f"SELECT {_ITEM} FROM plan WHERE request_id = %s", request_id)
        return _item(rows[0]) if rows else None

    def start_of(self, call_id: str) -> Item | None:
        rows = self._rows(
            f"SELECT {_ITEM} FROM plan WHERE starts = %s ORDER BY arrived DESC LIMIT 1", call_id
        )
        return _item(rows[0]) if rows else None

    def pending(self) -> list[Item]:
        if self._pending is None:
            rows = self._rows(
                f"SELECT {_ITEM} FROM plan WHERE state IN ('waiting', 'filed') "
                "ORDER BY at_ms, arrived"
            )
            self._pending = [_item(row) for row in rows]
        return list(self._pending)

    def add(self, item: Item) -> Item:
        self._items += 1
        self._do("UPDATE board SET items = %s", self._items)
        item = replace(item, order=self._items)
        self.put(item)
        return item

    def put(self, item: Item) -> None:
        self._pending = None
        starts = item.call_id if item.method == "start_call" else None
        self._do(
            "INSERT INTO plan VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (request_id) DO UPDATE SET at_ms = excluded.at_ms, "
            "arguments = excluded.arguments, state = excluded.state, code = excluded.code",
            item.request_id, item.server, item.method, json.dumps(item.accounts), item.at_ms,
            item.dumped(), item.order, item.state, item.code, starts,
        )  # fmt: skip

    def lease(self, call_id: str) -> Lease | None:
        rows = self._rows(f"SELECT {_LEASE} FROM promise WHERE call_id = %s", call_id)
        return _lease(rows[0]) if rows else None

    def leases_of(self, call_ids: Collection[str]) -> list[Lease]:
        rows = self._rows(
            f"SELECT {_LEASE} FROM promise WHERE call_id = ANY(%s) ORDER BY call_id", list(call_ids)
        )
        return [_lease(row) for row in rows]

    def ran_out(self, at_ms: int) -> list[Lease]:
        rows = self._rows(
            f"SELECT {_LEASE} FROM promise WHERE until_ms <= %s ORDER BY until_ms, call_id", at_ms
        )
        return [_lease(row) for row in rows]

    def put_lease(self, lease: Lease) -> None:
        self._do(
            "INSERT INTO promise VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (call_id) "
            "DO UPDATE SET epoch = excluded.epoch, until_ms = excluded.until_ms, "
            "recall_ms = excluded.recall_ms, told_ms = excluded.told_ms",
            *lease[:6],
            json.dumps(lease.accounts),
        )

    def drop_lease(self, call_id: str) -> None:
        self._do("DELETE FROM promise WHERE call_id = %s", call_id)

    def closed_ms(self) -> int:
        return self._closed_ms

    def put_closed(self, at_ms: int) -> None:
        self._closed_ms = at_ms
        self._do("UPDATE board SET closed_ms = %s", at_ms)

    def turn(self) -> int:
        return self._turn

    def hint(self, server: str, text: str) -> None:
        payload = json.dumps([server, text])
        if len(payload.encode()) <= HINT_BYTES_MAX:
            self._do("SELECT pg_notify(%s, %s)", self._channel, payload)


def _item(row: Sequence[Any]) -> Item:
    request_id, server, method, accounts, at_ms, arguments, order, state, code = row
    return Item(
        request_id, server, method, tuple(json.loads(accounts)), at_ms, json.loads(arguments),
        order, state, code,
    )  # fmt: skip


def _lease(row: Sequence[Any]) -> Lease:
    call_id, server, epoch, until_ms, recall_ms, told_ms, accounts = row
    return Lease(call_id, server, epoch, until_ms, recall_ms, told_ms, tuple(json.loads(accounts)))
