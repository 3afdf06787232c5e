"""A schema in PostgreSQL into which a ledger is moved, operation by operation and row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg

from securecall.errors import StoreError
from securecall.ledger.rows import OpRow
from securecall.ledger.stores.door import Head
from securecall.ledger.stores.postgres_arrays import columns
from securecall.ledger.stores.postgres_change import MOVE, NOTES, PAPERS
from securecall.ledger.stores.postgres_link import Address, connect, make, message
from securecall.ledger.stores.postgres_view import HEAD
from securecall.ledger.values.money import Entry

__all__ = ["PostgresTarget"]

PAGE: Final = 2_000
SUM_MS_MAX: Final = 3_600_000
_ACCOUNT: Final = """
    INSERT INTO account SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::bigint[],
        %s::text[])
    ON CONFLICT (id) DO UPDATE SET posted = excluded.posted, credit = excluded.credit,
        settled_ms = excluded.settled_ms, touched = excluded.touched,
        active_ms = excluded.active_ms, closed = excluded.closed, running = excluded.running,
        reload_ms = excluded.reload_ms, more = excluded.more
"""
_CALL: Final = """
    INSERT INTO call (id, state, cutoff_ms, body, curve)
    SELECT id, state, cutoff_ms, body, curve
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::bytea[])
        WITH ORDINALITY AS put (id, state, cutoff_ms, body, curve, nth) ORDER BY nth
    ON CONFLICT (id) DO UPDATE
    SET state = excluded.state, cutoff_ms = excluded.cutoff_ms, body = excluded.body
"""
_CHECKPOINT: Final = """
    INSERT INTO checkpoint
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bigint[], %s::bytea[])
    ON CONFLICT DO NOTHING
"""
_PUT: Final = {
    "account": (_ACCOUNT, "ttiiiiiitit"),
    "call": (_CALL, "ttitb"),
    "paper": (PAPERS, "ttttt"),
    "note": (NOTES, "tt"),
    "checkpoint": (_CHECKPOINT, "iibib"),
}
# A page of each table in the order of `sqlite_source.ROWS`; the first column is where it goes on.
_PAGES: Final = {
    "account": "SELECT id, id, kind, posted, credit, settled_ms, touched, active_ms, closed, "
    "running, reload_ms, more FROM account WHERE id > %s ORDER BY id LIMIT %s",
    "call": "SELECT place, id, state, cutoff_ms, body, curve FROM call WHERE place > %s "
    "ORDER BY place LIMIT %s",
    "paper": "SELECT place, kind, id, account, state, body FROM paper WHERE place > %s "
    "ORDER BY place LIMIT %s",
    "note": "SELECT name, name, value FROM note WHERE name > %s AND name <> 'moving' "
    "ORDER BY name LIMIT %s",
    "checkpoint": "SELECT seq, seq, entry_seq, hash, at_ms, mac FROM checkpoint WHERE seq > %s "
    "ORDER BY seq LIMIT %s",
}
_FIRST: Final = {"account": "", "call": 0, "paper": 0, "note": "", "checkpoint": -1}


class PostgresTarget:
    """Takes a ledger in, so that it can go on where it was stopped.

    Until `finish` it cannot be opened as a ledger.

    Parameters
    ----------
    url : str
    source : str
        Where the books come from.
    patience_ms : int

    Attributes
    ----------
    head : Head
        As far as the chain has come.
    finished : bool
        Whether there is a whole ledger.

    Raises
    ------
    StoreError
        The server cannot be reached, or holds something else there.
    """

    def __init__(self, url: str, source: str, patience_ms: int = 10_000) -> None:
        self.address = Address(url)
        try:
            self._link = connect(self.address, patience_ms)
        except psycopg.Error as error:
            raise StoreError(f"{self.address} cannot take a ledger: {error}") from None
        try:
            self._begin(source)
        except psycopg.Error as error:
            self._link.close()
            raise StoreError(f"{self.address} cannot take a ledger: {error}") from None
        except BaseException:
            self._link.close()
            raise

    def _begin(self, source: str) -> None:
        """Make the tables, and see how far a move has come that was stopped."""
        make(self._link, self.address)
        row = self._link.execute(HEAD).fetchone()
        assert row is not None, "a ledger has a head"
        self.head, self._turn = Head(*row[:4]), row[4]
        moving = self._link.execute("SELECT 1 FROM note WHERE name = 'moving'").fetchone()
        self.finished = moving is None and self.head.seq > 0
        if moving is None and not self.finished:
            value = json.dumps({"from": source})
            self._link.execute("INSERT INTO note VALUES ('moving', %s)", (value,))

    def add(self, ops: Sequence[OpRow], entries: Sequence[Entry]) -> None:
        """Add operations with their entries to the chain, at once and for good."""
        last = ops[-1]
        entry_seq = entries[-1].seq if entries else self.head.entry_seq
        head = Head(last.seq, entry_seq, last.hash, max(self.head.at_ms, *(op.at_ms for op in ops)))
        lines = [
            (e.seq, e.op, e.at_ms, e.account, e.contra, e.amount_micros, e.kind, e.ref)
            for e in entries
        ]
        values = (
            *head, self.head.seq, self.head.hash, self._turn, *columns(ops, "itbtittb"),
            *columns(lines, "iiittitt"), *columns((), "ttiiiiiitit"), self._link.level,
        )  # fmt: skip
        try:
            self._link.execute(MOVE, values)
        except psycopg.errors.DivisionByZero:
            raise StoreError(f"{self.address} takes a ledger in from somebody else too") from None
        self.head = head

    def put(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Put rows of a table, or put them anew."""
        sql, kinds = _PUT[table]
        if rows:
            self._link.execute(sql, columns(rows, kinds))

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Return what is in a table, in the order of the source."""
        after = _FIRST[table]
        while True:
            page = self._link.execute(_PAGES[table], (after, PAGE)).fetchall()
            for row in page:
                yield row[1:]
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def unbalanced(self) -> list[str]:
        """Return accounts whose entries, added up again, are not what their rows say."""
        sql = """
            SELECT account.id FROM account LEFT JOIN (
                SELECT account, sum(amount) AS amount FROM entry GROUP BY account
            ) AS entries ON entries.account = account.id
            WHERE account.posted <> coalesce(entries.amount, 0) ORDER BY account.id LIMIT 5
        """
        # All entries of a long book are added up by the one statement that takes its time.
        self._link.execute("SET statement_timeout = 0")
        patience_ms, self._link.patience_ms = self._link.patience_ms, SUM_MS_MAX
        try:
            return [id for (id,) in self._link.execute(sql)]
        finally:
            self._link.patience_ms = patience_ms

    def finish(self) -> None:
        """Let it be opened as a ledger."""
        with message(self._link):
            self._link.execute("DELETE FROM note WHERE name = 'moving'")
        self.finished = True

    def close(self) -> None:
        """Let go of the server."""
        self._link.close()
